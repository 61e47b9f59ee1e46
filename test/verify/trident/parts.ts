import { coords } from "./coords.ts";
import { geometry } from "./geometry.ts";
import { h5 } from "./h5.ts";
import type { PartName } from "./layout.ts";
import { legacy } from "./legacy.ts";
import { levels } from "./levels.ts";
import { masks } from "./masks.ts";
import { otsu } from "./otsu.ts";
import { overlay } from "./overlay.ts";
import type { Part } from "./part.ts";
import { patches } from "./patches.ts";
import { seg } from "./seg.ts";

/** What compares a part of the answers. A part that is not here is not compared yet: every run says so. */
export const PARTS: { readonly [name in PartName]?: Part } = {
  levels,
  geometry,
  coords,
  patches,
  legacy,
  otsu,
  masks,
  seg,
  h5,
  overlay,
};
