import { chooseLevel } from "../../../src/pipeline/level-choice.ts";
import { getMagnification } from "../../../src/pipeline/slide-scale.ts";
import { RAISED } from "./grids.ts";
import type { Part } from "./part.ts";

interface LevelsFile {
  /** A text instead of a magnification: TRIDENT refused the slide. */
  readonly mpp_to_mag: readonly (readonly [number, number | string])[];
  readonly level_choice: readonly {
    readonly levels: readonly number[];
    readonly downsample: number;
    readonly tolerance: number;
    readonly level?: number;
    readonly extra?: number;
    readonly error?: string;
  }[];
}

const FILE = "levels.json";

/** Magnification bins, and which level is read for a downsample. */
export const levels: Part = {
  async list(truth) {
    const { mpp_to_mag, level_choice } = await truth.json<LevelsFile>(FILE);
    return [
      {
        name: `${FILE}#mpp_to_mag`,
        async run({ check }) {
          for (const [mpp, mag] of mpp_to_mag) {
            check.same(`mag of ${mpp}`, getMagnification(mpp), typeof mag === "number" ? mag : undefined);
          }
        },
      },
      {
        name: `${FILE}#level_choice`,
        async run({ check }) {
          for (const [index, one] of level_choice.entries()) {
            const field = `#${index} downsample ${one.downsample} of ${one.levels} within ${one.tolerance}`;
            if (one.error !== undefined) {
              check.leaveOut(field, RAISED);
              continue;
            }
            const got = chooseLevel(one.levels, one.downsample, one.tolerance);
            check.same(`${field}: level`, got.level, one.level);
            check.near(`${field}: extra`, got.extra, one.extra ?? Number.NaN, { relative: 1e-12 });
          }
        },
      },
    ];
  },
};
