import { findAdapter } from "./adapter.ts";
import type { EncoderCard } from "./card.ts";
import type { DeviceChoice, DeviceReason, OpenEncoderOptions } from "./patch-encoder.ts";

/** Where a model would run, and why, without loading it. A GPU may still refuse the model itself: `PatchEncoder.choice` is the truth. */
export async function chooseDevice(
  card: Pick<EncoderCard, "precision">,
  { device = "auto", allowSoftwareAdapter }: Pick<OpenEncoderOptions, "device" | "allowSoftwareAdapter"> = {},
): Promise<DeviceChoice> {
  const onWasm = (reason: DeviceReason): DeviceChoice => ({
    device: "wasm",
    reason,
    adapter: "",
    threads: threadsHere(),
  });
  if (device === "wasm") return onWasm("asked-for");
  const found = await findAdapter(card, allowSoftwareAdapter);
  if (!found.adapter) return onWasm(found.reason);
  return { device: "webgpu", reason: "adapter", adapter: found.name, threads: threadsHere() };
}

/**
 * Threads of the wasm runtime: half of the cores, since the other half decodes slides meanwhile, and one where memory
 * cannot be shared. More than four gain little on the small matrices of one batch.
 */
export function threadsHere(): number {
  if (!globalThis.crossOriginIsolated) return 1;
  const cores = globalThis.navigator?.hardwareConcurrency ?? 1;
  return Math.max(1, Math.min(4, Math.floor(cores / 2)));
}
