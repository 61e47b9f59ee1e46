import type { DeviceChoice } from "#models";
import { analysisWords } from "../analysis-words.ts";

const text = analysisWords.features;

/** What it runs on, and why: "WebAssembly on the processor, 4 threads: this browser has no WebGPU". */
export function deviceSentence({ device, reason, adapter, threads }: DeviceChoice): string {
  const where =
    device === "webgpu"
      ? adapter
        ? text.adapter(adapter)
        : text.runsOn.webgpu
      : `${text.runsOn.wasm}, ${text.threads(threads)}`;
  return `${where}: ${text.reasons[reason]}.`;
}
