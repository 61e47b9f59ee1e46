import fs from "node:fs";
import { vi } from "vitest";

/** Counts the files that are opened in Node from now on, and are open. */
export function countOpenFiles(): Disposable & { count(): number } {
  const open = new Set<number>();
  const { openSync, closeSync } = fs;
  const opening = vi.spyOn(fs, "openSync").mockImplementation((...args) => {
    const descriptor = openSync(...args);
    open.add(descriptor);
    return descriptor;
  });
  const closing = vi.spyOn(fs, "closeSync").mockImplementation((descriptor) => {
    open.delete(descriptor);
    closeSync(descriptor);
  });
  return {
    count: () => open.size,
    [Symbol.dispose]() {
      opening.mockRestore();
      closing.mockRestore();
    },
  };
}
