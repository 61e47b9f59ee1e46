import { installPackages } from "../support/python-packages.ts";
import type { BatchTimes } from "./measure.ts";
import { startPython } from "./python.ts";
import type { ReadRequest } from "./requests.ts";

const PACKAGES = ["openslide-bin==4.0.1.2"];

/** Native OpenSlide in a process of its own. */
export interface NativeOpenSlide {
  readonly version: string;
  /** Opens with an empty tile cache and closes the last one. Returns milliseconds. */
  open(file: string): Promise<number>;
  batch(requests: readonly ReadRequest[], threads: number): Promise<BatchTimes>;
  close(): void;
}

export async function startNative(): Promise<NativeOpenSlide> {
  const folder = await installPackages(PACKAGES);
  const python = await startPython<{ version: string }>("native.py", folder, [folder]);
  return {
    version: python.hello.version,
    open: async (file) => (await python.ask<{ ms: number }>({ do: "open", file })).ms,
    batch: (requests, threads) => python.ask({ do: "batch", requests, threads }),
    close: python.close,
  };
}
