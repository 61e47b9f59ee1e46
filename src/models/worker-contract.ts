import type { EncoderCard } from "./card.ts";
import type { DeviceChoice, OpenEncoderOptions } from "./patch-encoder.ts";

/** A model as the worker gets it. */
export interface ModelSource {
  /** For messages. */
  readonly name: string;
  /** An address to fetch, or the file. */
  readonly network: string | Blob;
  /** Weights beside it, as the model names them. */
  readonly external: readonly { readonly path: string; readonly file: Blob }[];
}

/** A model that is ready. */
export interface LoadedModel {
  readonly choice: DeviceChoice;
  readonly batchSize: number;
  /** Of an embedding, as the model itself gave it. */
  readonly dimension: number;
}

/** The whole protocol of a model worker: one model, opened once; batches are answered in the order they came. */
export interface ModelWorkerApi {
  /** `onGpuLost` is told of the loss at once: what was asked before it may never be answered. */
  load(
    source: ModelSource,
    card: EncoderCard,
    options: Omit<OpenEncoderOptions, "signal">,
    onGpuLost: (detail: string) => void,
  ): Promise<LoadedModel>;
  /** (n, sizePx, sizePx, 3) uint8 → (n, dimension) float32. */
  encode(patches: Uint8Array<ArrayBuffer>, n: number): Promise<Float32Array<ArrayBuffer>>;
  /** Takes the next part of a file into its SHA-256; gives that, hexadecimal, with the last. */
  hash(part: Blob, isLast: boolean): Promise<string | undefined>;
  /** A sign of life: comes when the thread is free, be there a batch on the GPU or not. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
