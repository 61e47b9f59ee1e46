/** Ancestor of every error that Coverslip throws on purpose: one subclass per decision the caller can take. */
export abstract class WsiError extends Error {
  abstract override readonly name: string;
}

/** The machine or browser lacks something this needs. Offer another way; retrying will not help. */
export class CapabilityError extends WsiError {
  override readonly name = "CapabilityError";
  readonly capability: string;
  constructor(capability: string, detail: string, options?: ErrorOptions) {
    super(`${capability} is not available: ${detail}`, options);
    this.capability = capability;
  }
}

/** A broken invariant is our own mistake, never the user's file: fail loudly where it is noticed. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${message}`);
}

/** What was thrown, as an error: anything can be. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The words of what was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

type ErrorClass = new (...args: never[]) => WsiError;
const errorClasses = new Map<string, ErrorClass>();

/**
 * Makes error classes known by name, so that an error which crossed a thread can be given its class back.
 * Keys are the classes' `name` fields. Every room's `errors.ts` calls this once.
 */
export function registerErrors(classes: Readonly<Record<string, ErrorClass>>): void {
  for (const [name, errorClass] of Object.entries(classes)) errorClasses.set(name, errorClass);
}

/** The registered class of that name. */
export function getErrorClass(name: string): ErrorClass | undefined {
  return errorClasses.get(name);
}

registerErrors({ CapabilityError });
