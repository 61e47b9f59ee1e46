import type { EncoderCard } from "./card.ts";
import type { DeviceChoice, DeviceReason, OpenEncoderOptions } from "./patch-encoder.ts";

/** Programs that imitate a graphics processor: a hundred times slower than the wasm runtime. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

/** What of a device the runtime may use, where the adapter has it. */
const FEATURES: readonly GPUFeatureName[] = ["shader-f16", "subgroups"];

const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** An adapter that is worth using for this model, or why there is none. */
export type FoundAdapter =
  | { readonly adapter: GPUAdapter; readonly name: string }
  | { readonly adapter: undefined; readonly reason: DeviceReason };

/** Asks the browser for a graphics processor. That `navigator.gpu` exists says nothing: the adapter may still be null. */
export async function findAdapter(
  { precision }: Pick<EncoderCard, "precision">,
  allowSoftwareAdapter = false,
): Promise<FoundAdapter> {
  const gpu = (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
  if (!gpu) return { adapter: undefined, reason: "no-webgpu" };
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) return { adapter: undefined, reason: "no-adapter" };
  const { info } = adapter;
  const name = [info.description, info.device, info.architecture, info.vendor].find((part) => part) ?? "";
  const isSoftware = info.isFallbackAdapter || SOFTWARE.test(`${info.vendor} ${info.architecture} ${info.description}`);
  if (isSoftware && !allowSoftwareAdapter) return { adapter: undefined, reason: "software-adapter" };
  if (precision === "float16" && !adapter.features.has("shader-f16")) {
    return { adapter: undefined, reason: "no-float16" };
  }
  return { adapter, name };
}

/** A device with all that the adapter has to give of what large models need. */
export function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    label: "coverslip-model",
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
}

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
