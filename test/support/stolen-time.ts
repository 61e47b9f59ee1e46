import { existsSync, readFileSync } from "node:fs";

/** Processor time, of all of them together, that a virtual machine's host gave to others since it started; undefined where none tells. */
export function stolenMs(): number | undefined {
  if (!existsSync("/proc/stat")) return undefined;
  // The `steal` of proc(5)'s first line, in hundredths of a second.
  return Number(readFileSync("/proc/stat", "utf8").split(/\s+/)[8]) * 10;
}
