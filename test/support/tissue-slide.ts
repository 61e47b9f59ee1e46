import type { Patch, PatchRecipe, ReadOptions, Region } from "#slide";
import { readBands } from "../../src/slide/bands.ts";
import { makePatch } from "../../src/slide/patch.ts";
import { PositionSlide } from "./position-slide.ts";

const WIDTH = 6_000;
const HEIGHT = 4_500;
const LEVELS = [1, 4, 16];

export interface TissueSlideOptions {
  readonly tissue?: boolean;
  readonly mpp?: number | null;
  readonly levels?: readonly number[];
  readonly sizeBytes?: number;
  readonly quickhash?: string;
}

/** A white slide with one pink disc of tissue whose shade tells the position. */
export class TissueSlide extends PositionSlide {
  readonly #tissue: boolean;

  constructor(name: string, options: TissueSlideOptions = {}) {
    const { tissue = true, mpp = 0.5, levels = LEVELS, sizeBytes = 0, quickhash } = options;
    super({ width: WIDTH, height: HEIGHT, downsamples: levels, tilePx: 256, readMs: 0 });
    this.#tissue = tissue;
    const properties = {
      ...(mpp === null ? {} : { "openslide.mpp-x": String(mpp), "openslide.mpp-y": String(mpp) }),
      ...(quickhash === undefined ? {} : { "openslide.quickhash-1": quickhash }),
    };
    for (const [key, value] of Object.entries({ name, properties, sizeBytes }))
      Object.defineProperty(this, key, { value });
  }

  override async readPatch(region: Region, recipe: PatchRecipe, options: ReadOptions = {}): Promise<Patch> {
    options.signal?.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve));
    options.signal?.throwIfAborted();
    const bands = readBands({ facts: this, readRegion: (data, band) => this.#paint(data, band) }, region);
    return makePatch({ width: region.width, height: region.height, bands }, recipe, [255, 255, 255]);
  }

  #paint(data: Uint8ClampedArray, { x, y, width, height, level }: Region): void {
    const { downsample } = this.levels[level]!;
    data.fill(0);
    for (let j = 0, at = 0; j < height; j++) {
      const py = y + j * downsample;
      for (let i = 0; i < width; i++, at += 4) {
        const px = x + i * downsample;
        if (px < 0 || py < 0 || px >= WIDTH || py >= HEIGHT) continue;
        const isTissue = this.#tissue && Math.hypot(px - 3000, py - 2250) < 1500;
        data[at] = isTissue ? 160 + ((px >> 7) % 40) : 240;
        data[at + 1] = isTissue ? 60 + ((py >> 7) % 40) : 240;
        data[at + 2] = isTissue ? 140 : 240;
        data[at + 3] = 255;
      }
    }
  }
}
