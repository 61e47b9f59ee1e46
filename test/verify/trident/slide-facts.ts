import { digest } from "#base";
import type { Slide } from "#slide";
// The room's door does not offer what only its own steps need.
import { getSlideScale, type SlideScale } from "../../../src/pipeline/slide-scale.ts";
import type { Tools } from "./part.ts";

/** The facts of a slide at the top of a file or a row. */
export interface SlideTruth {
  readonly path: string;
  readonly reader: string;
  readonly width: number;
  readonly height: number;
  readonly level_dimensions: readonly (readonly [number, number])[];
  readonly level_downsamples: readonly number[];
  readonly mpp: number | null;
  readonly mag: number;
  /** null: the file's own. */
  readonly mpp_given: number | null;
  readonly file_sha256?: string;
}

export interface VerifiedSlide {
  readonly slide: Slide;
  readonly scale: SlideScale | undefined;
}

const PLAIN_IMAGE = "a plain image: the app opens what OpenSlide opens, and Pillow is no part of it";

/**
 * Opens a slide as the app does and compares what the answers say of it.
 * @returns undefined for a plain image, which the app does not open: said in the table.
 */
export async function openVerified(tools: Tools, truth: SlideTruth): Promise<VerifiedSlide | undefined> {
  const { check } = tools;
  if (truth.reader !== "OpenSlideWSI") {
    check.leaveOut(`the slide ${truth.path}`, PLAIN_IMAGE);
    return undefined;
  }
  if (truth.file_sha256 !== undefined) {
    const { file } = await tools.slideFile(truth.path);
    check.same("the slide's file", await digest("SHA-256", await file.arrayBuffer()), truth.file_sha256);
  }
  const slide = await tools.openSlide(truth.path);
  check.same("size", [slide.width, slide.height], [truth.width, truth.height]);
  const sizes = slide.levels.map(({ width, height }) => [width, height]);
  check.same("level sizes", sizes, truth.level_dimensions);
  const downsamples = slide.levels.map(({ downsample }) => downsample);
  check.same("level downsamples", downsamples, truth.level_downsamples);
  const scale = getSlideScale(slide.properties, truth.mpp_given === null ? {} : { given: truth.mpp_given });
  // Where the answers' script made TRIDENT forget the pixel size, only the magnification is left.
  if (truth.mpp !== null) check.same("mpp", scale?.mpp, truth.mpp);
  check.same("mag", scale?.magnification, truth.mag);
  return { slide, scale };
}
