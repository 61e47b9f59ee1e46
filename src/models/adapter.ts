import type { EncoderCard } from "./card.ts";
import type { DeviceReason } from "./patch-encoder.ts";

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
