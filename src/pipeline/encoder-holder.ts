import { type EncoderModel, GpuLostError, type ModelDevice, type PatchEncoder } from "#models";
import type { JobEngines } from "./engines.ts";
import { pause } from "./pause.ts";
import type { JobSettings } from "./settings.ts";

/** What rows that are there already were made with. */
export interface MadeWith {
  readonly device: ModelDevice;
  readonly batchSize: number;
}

/** After it was lost, a GPU is asked for again at these intervals: its process, or its driver, takes moments to come back. */
const RETURN_WAITS_MS = [0, 250, 500, 1000, 2000, 4000, 8000];

/** The job's encoder: opened once, kept for all slides, opened again when the GPU was lost or a resumed slide asks for another. */
export class EncoderHolder {
  readonly #engines: Pick<JobEngines, "openEncoder">;
  readonly #model: EncoderModel;
  readonly #settings: JobSettings;
  #encoder: PatchEncoder | undefined;
  /** A model that cannot be opened is not tried again for every slide of the run. */
  #refusal: { readonly error: unknown } | undefined;

  constructor(engines: Pick<JobEngines, "openEncoder">, model: EncoderModel, settings: JobSettings) {
    this.#engines = engines;
    this.#model = model;
    this.#settings = settings;
  }

  get encoder(): PatchEncoder | undefined {
    return this.#encoder;
  }

  /**
   * The encoder as the settings want it; where rows are there already, on the same device with the same batch size if that can be
   * had. Look at what came.
   *
   * @param options.losses - how often in a row that device was lost just now: it is waited for, longer each time.
   */
  async get(
    madeWith: MadeWith | undefined,
    signal: AbortSignal,
    { losses = 0 }: { readonly losses?: number } = {},
  ): Promise<PatchEncoder> {
    if (this.#refusal) throw this.#refusal.error;
    const fits = (encoder: PatchEncoder) =>
      !madeWith || (encoder.device === madeWith.device && encoder.batchSize === madeWith.batchSize);
    if (this.#encoder && fits(this.#encoder)) return this.#encoder;
    if (madeWith && this.#mayUse(madeWith)) {
      for (const waitMs of losses > 0 ? RETURN_WAITS_MS.slice(losses - 1) : [0]) {
        await pause(waitMs, signal);
        try {
          return await this.#open({ device: madeWith.device, batchSize: madeWith.batchSize }, signal);
        } catch (error) {
          if (signal.aborted || error instanceof GpuLostError) throw error;
        }
      }
      // That device is not to be had any more: what is there decides.
    } else if (this.#encoder) return this.#encoder;
    try {
      const { device = "auto", batchLimit } = this.#settings;
      return await this.#open({ device, ...(batchLimit === undefined ? {} : { batchLimit }) }, signal);
    } catch (error) {
      if (!signal.aborted && !(error instanceof GpuLostError)) this.#refusal = { error };
      throw error;
    }
  }

  /** Lets a lost or finished encoder go. */
  async close(): Promise<void> {
    const encoder = this.#encoder;
    this.#encoder = undefined;
    // A device that was lost may fail to close, too.
    await encoder?.close().catch(() => {});
  }

  /** A device or batch that the person now forbids is no reason to go on with it. */
  #mayUse({ device, batchSize }: MadeWith): boolean {
    const { device: wanted = "auto", batchLimit = Number.POSITIVE_INFINITY } = this.#settings;
    return (wanted === "auto" || wanted === device) && batchSize <= batchLimit;
  }

  async #open(options: { device: "auto" | ModelDevice; batchSize?: number; batchLimit?: number }, signal: AbortSignal) {
    await this.close();
    const { allowSoftwareAdapter } = this.#settings;
    this.#encoder = await this.#engines.openEncoder(this.#model, {
      ...options,
      ...(allowSoftwareAdapter ? { allowSoftwareAdapter } : {}),
      signal,
    });
    return this.#encoder;
  }
}
