import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runQuietly } from "../../.scripts/steps.mjs";
import type { BatchTimes } from "./measure.ts";
import type { ReadRequest } from "./requests.ts";

/** For the bench only; the app never sees it. */
const WHEEL = "openslide-bin==4.0.1.2";

/** Native OpenSlide in a process of its own. */
export interface NativeOpenSlide {
  readonly version: string;
  /** Opens with an empty tile cache and closes the last one. Returns milliseconds. */
  open(file: string): Promise<number>;
  batch(requests: readonly ReadRequest[], threads: number): Promise<BatchTimes>;
  close(): void;
}

export async function startNative(cache: string): Promise<NativeOpenSlide> {
  const folder = join(cache, "bench", WHEEL.replace("==", "-"));
  if (!existsSync(join(folder, "openslide_bin"))) {
    const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", folder, WHEEL];
    const { ok, output } = await runQuietly("python3", args);
    if (!ok) throw new Error(`${WHEEL} could not be installed with pip, and the bench compares with it:\n${output}`);
  }
  const script = fileURLToPath(new URL("native.py", import.meta.url));
  const child: ChildProcess = spawn("python3", [script, folder], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error("native OpenSlide has ended; its own words stand above");
    return JSON.parse(value);
  };
  const ask = (command: object) => {
    child.stdin!.write(`${JSON.stringify(command)}\n`);
    return next();
  };
  const { version } = await next();
  return {
    version,
    open: async (file) => (await ask({ do: "open", file })).ms,
    batch: (requests, threads) => ask({ do: "batch", requests, threads }),
    close: () => child.stdin!.end(),
  };
}
