import { expose } from "#bridge/expose";
import { UnsupportedFormatError } from "../../src/slide/errors.ts";

/** A worker that does what it is told, bad things included. */
const api = {
  async echo(value: unknown) {
    return value;
  },
  async hang(): Promise<void> {
    for (;;);
  },
  async die(): Promise<void> {
    // Not within a call: nothing catches it, as when a worker runs out of memory.
    setTimeout(() => {
      throw new Error("out of luck");
    });
    await new Promise(() => {});
  },
  async refuse(): Promise<void> {
    throw new UnsupportedFormatError("letter.svs", { cause: new RangeError("0 bytes") });
  },
};
export type MisbehavingApi = typeof api;

expose(api);
