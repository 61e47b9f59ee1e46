import { describe, expect, it } from "vitest";
import { CapabilityError, WsiError } from "#base";
import { WorkerStuckError } from "#bridge";
import { fromWire, toWire } from "../../../src/bridge/wire-errors.ts";

const across = (thrown: unknown) => fromWire(structuredClone(toWire(thrown)));

describe("an error that crosses a thread", () => {
  it("keeps its class, fields, message, stack and cause", () => {
    const error = new WorkerStuckError("region of a.svs", 3000, { cause: new RangeError("level 7 of 4") });
    const arrived = across(error);
    expect(arrived).toBeInstanceOf(WorkerStuckError);
    expect(arrived).toBeInstanceOf(WsiError);
    expect(arrived).toMatchObject({ name: "WorkerStuckError", request: "region of a.svs", timeoutMs: 3000 });
    expect((arrived as Error).message).toBe(error.message);
    expect((arrived as Error).stack).toBe(error.stack);
    expect((arrived as Error).cause).toBeInstanceOf(RangeError);
    expect(((arrived as Error).cause as Error).message).toBe("level 7 of 4");
  });

  it("stays a built-in error where it was one", () => {
    expect(across(new TypeError("x"))).toBeInstanceOf(TypeError);
    expect(across(new DOMException("stopped", "AbortError"))).toBeInstanceOf(DOMException);
  });

  it("keeps the name of a class that nobody registered", () => {
    class Odd extends Error {
      override readonly name = "Odd";
    }
    expect(across(new Odd("odd"))).toMatchObject({ name: "Odd", message: "odd" });
  });

  it("leaves behind what cannot be cloned, and survives a cycle of causes", () => {
    const error = new CapabilityError("WebGL2", "none here") as CapabilityError & { hook?: unknown };
    error.hook = () => {};
    error.cause = error;
    const arrived = across(error) as CapabilityError & { hook?: unknown };
    expect(arrived.capability).toBe("WebGL2");
    expect(arrived.hook).toBeUndefined();
  });

  it("passes thrown values that are no errors", () => {
    expect(across("text")).toBe("text");
    expect(across(undefined)).toBeUndefined();
  });
});
