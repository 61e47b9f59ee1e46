import { type EncoderCard, GpuLostError, type OpenEncoderOptions, type PatchEncoder } from "#models";
import type { JobEngines } from "#pipeline";

/** The mean of red, green and blue in 0..1. */
export const MEAN_CARD: EncoderCard = {
  id: "means",
  name: "Means",
  dimension: 3,
  input: { sizePx: 64, resizePx: 64, filter: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] },
  pooling: "none",
  precision: "float32",
  patchSizePx: 64,
  magnification: 20,
  summary: "Mean colours.",
  goodFor: "Tests.",
  notGoodFor: "Slides.",
  sources: ["This file."],
  licence: "Apache-2.0",
};

/** An encoder of mean colours that does as it is told. */
export class MeanEncoder {
  device: "webgpu" | "wasm" = "wasm";
  batchSize = 4;
  /** How long a batch takes. */
  batchMs = 0;
  opened: OpenEncoderOptions[] = [];
  batches: number[] = [];
  /** Called before each batch; may throw, and is waited for. */
  beforeBatch: (batch: number) => unknown = () => {};

  readonly open: JobEngines["openEncoder"] = async (model, options) => {
    this.opened.push(options);
    const { device, batchSize } = this;
    const { card } = model;
    return {
      card,
      device,
      deviceReason: "asked-for",
      choice: { device, reason: "asked-for", adapter: "", threads: 1 },
      batchSize: options.batchSize ?? Math.min(batchSize, options.batchLimit ?? batchSize),
      encode: async (patches, n, { signal } = {}) => {
        await new Promise((resolve) => setTimeout(resolve, this.batchMs));
        signal?.throwIfAborted();
        await this.beforeBatch(this.batches.length);
        this.batches.push(n);
        const rows = new Float32Array(n * 3);
        const pixels = card.input.sizePx ** 2;
        for (let i = 0; i < n * pixels * 3; i++) rows[Math.floor(i / (pixels * 3)) * 3 + (i % 3)]! += patches[i]! / 255;
        return rows.map((sum) => sum / pixels);
      },
      close: async () => {},
    } satisfies PatchEncoder;
  };
}

export const gpuLost = () => new GpuLostError("test");
