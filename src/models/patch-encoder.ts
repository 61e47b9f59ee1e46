import type { EncoderCard } from "./card.ts";

/** What a model runs on. */
export type ModelDevice = "webgpu" | "wasm";

/** Why it runs there; `app/` has a sentence for each. */
export type DeviceReason =
  /** There is a graphics processor, and it took the model. */
  | "adapter"
  /** It was asked for. */
  | "asked-for"
  /** This browser has no WebGPU. */
  | "no-webgpu"
  /** WebGPU is there, and offers no adapter. */
  | "no-adapter"
  /** The only adapter is a program that imitates one, slower than the processor itself. */
  | "software-adapter"
  /** The adapter computes no float16, and the model is float16. */
  | "no-float16"
  /** The adapter refused the model, or computed something else than numbers with it. */
  | "adapter-refused";

/** Where and how a model runs. Plain data. */
export interface DeviceChoice {
  readonly device: ModelDevice;
  readonly reason: DeviceReason;
  /** What the browser calls the adapter; empty on wasm. */
  readonly adapter: string;
  /** Threads of the runtime: 1 on pages that are not isolated. On WebGPU they do what the adapter does not. */
  readonly threads: number;
}

/** An encoder that is ready. Opened by `openEncoder`; one at a time is enough, it takes all the device gives. */
export interface PatchEncoder {
  readonly card: EncoderCard;
  readonly device: ModelDevice;
  readonly deviceReason: DeviceReason;
  /** The whole of the choice, for a panel to show. */
  readonly choice: DeviceChoice;
  /** Patches a run of the network: ask `encode` for whole multiples. Give it back to `openEncoder` for a resumed run. */
  readonly batchSize: number;
  /**
   * Embeds patches.
   *
   * @param patches - (n, sizePx, sizePx, 3) RGB uint8, where sizePx is the card's. Handed over: gone for the caller.
   * @returns (n, dimension) float32.
   * @throws {GpuLostError} when the device went away: close, open again, go on.
   * @throws {ModelOutputError} when an embedding is not finite.
   */
  encode(
    patches: Uint8Array<ArrayBuffer>,
    n: number,
    options?: { signal?: AbortSignal },
  ): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** How to open an encoder. */
export interface OpenEncoderOptions {
  /** "auto": WebGPU where a real adapter takes the model, else wasm. */
  readonly device?: "auto" | ModelDevice;
  /** That of the run to be resumed, so that its bytes stay what they would have been. */
  readonly batchSize?: number;
  /** The largest batch that the probe may choose. */
  readonly batchLimit?: number;
  /** Also takes an adapter that is a program (SwiftShader, lavapipe): for tests. */
  readonly allowSoftwareAdapter?: boolean;
  readonly signal?: AbortSignal;
}
