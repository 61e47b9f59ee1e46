import { digest } from "#base";
import { otsuTissue } from "#kernels";
import type { Part, Tools } from "./part.ts";
import { dropAlpha } from "./pixels.ts";
import { readPng } from "./png.ts";

interface TileTruth {
  readonly tile: string;
  readonly size: readonly [number, number];
  readonly rgb_sha256: string;
  readonly thresholds: readonly number[];
  readonly tissue_px: number;
  readonly tissue_sha256_0_1: string;
}

const THRESHOLD = { absolute: 1e-9 };

/** The Otsu segmenter on single tiles. */
export const otsu: Part = {
  async list(truth) {
    const { tiles } = await truth.json<{ tiles: readonly TileTruth[] }>("otsu/otsu.json");
    return tiles.map((tile) => ({ name: tile.tile, run: (tools) => compareTile(tools, tile) }));
  },
};

async function compareTile({ check, truth }: Tools, tile: TileTruth): Promise<void> {
  const { data, width, height } = await readPng(truth.file(tile.tile));
  const rgb = dropAlpha(data);
  check.same("size", [width, height], tile.size);
  // Whether the picture came through the browser's decoder as it is: nothing of ours yet.
  if (!check.same("the tile's pixels", await digest("SHA-256", rgb), tile.rgb_sha256)) return;
  const { mask, thresholds } = otsuTissue(rgb, width, height);
  check.same("count of thresholds", thresholds.length, tile.thresholds.length);
  tile.thresholds.forEach((expected, index) => {
    check.near(`threshold ${index}`, thresholds[index]!, expected, THRESHOLD);
  });
  const tissuePx = mask.data.reduce((sum, value) => sum + value, 0);
  check.same("tissue pixels", tissuePx, tile.tissue_px);
  check.same("tissue", await digest("SHA-256", mask.data), tile.tissue_sha256_0_1);
}
