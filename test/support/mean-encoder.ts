import { GpuLostError, type OpenEncoderOptions, type PatchEncoder } from "#models";
import type { JobEngines } from "#pipeline";
import { testCard } from "./test-card.ts";

/** The mean of red, green and blue in 0..1. */
export const MEAN_CARD = testCard({ id: "means", name: "Means", dimension: 3 });

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
