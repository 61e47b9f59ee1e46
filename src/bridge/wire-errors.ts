import { transferHandlers } from "comlink";
import { getErrorClass } from "#base";

/** What of an error crosses a thread. Causes nest; anything that is not an Error crosses as it is. */
interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Own fields of a typed error, its `name` among them. */
  readonly fields: Readonly<Record<string, unknown>>;
  readonly cause: WireThrown | undefined;
}
type WireThrown = { readonly error: WireError } | { readonly value: unknown };

const BUILT_IN = new Map<string, new (message?: string) => Error>([
  ["TypeError", TypeError],
  ["RangeError", RangeError],
  ["SyntaxError", SyntaxError],
]);

/** Takes a thrown value apart so that it survives `postMessage`. */
export function toWire(thrown: unknown, depth = 0): WireThrown {
  if (!(thrown instanceof Error)) return { value: isCloneable(thrown) ? thrown : String(thrown) };
  const fields: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(thrown)) {
    if (key !== "cause" && isCloneable(value)) fields[key] = value;
  }
  const { name, message, stack } = thrown;
  // A chain of causes deeper than this is a mistake, and a cycle would not end.
  const cause = thrown.cause === undefined || depth > 8 ? undefined : toWire(thrown.cause, depth + 1);
  return { error: { name, message, stack, fields, cause } };
}

/** Puts a thrown value together again: class, fields, cause and stack. */
export function fromWire(wire: WireThrown): unknown {
  if ("value" in wire) return wire.value;
  const { name, message, stack, fields, cause } = wire.error;
  if (name === "AbortError") return new DOMException(message, name);
  const builtIn = BUILT_IN.get(name);
  const error = builtIn ? new builtIn(message) : new Error(message);
  const errorClass = getErrorClass(name);
  if (errorClass) Object.setPrototypeOf(error, errorClass.prototype);
  else if (!builtIn) Object.defineProperty(error, "name", { value: name, configurable: true, writable: true });
  Object.assign(error, fields);
  if (stack !== undefined) Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  if (cause) Object.defineProperty(error, "cause", { value: fromWire(cause), configurable: true, writable: true });
  return error;
}

function isCloneable(value: unknown): boolean {
  return value === null || !["object", "function", "symbol"].includes(typeof value);
}

// comlink's own handler for thrown values keeps message and stack alone. `canHandle` stays its own: it recognises the
// wrapper that comlink puts around what was thrown.
const ownHandler = transferHandlers.get("throw")!;
transferHandlers.set("throw", {
  canHandle: ownHandler.canHandle,
  serialize: (wrapped) => [toWire((wrapped as { value: unknown }).value), []],
  deserialize: (wire: WireThrown): never => {
    throw fromWire(wire);
  },
});
