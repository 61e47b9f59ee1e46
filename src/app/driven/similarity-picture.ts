import { coordsFolderName, cosineSimilarity, nearest, type PatchSettings, readFeatures, stemOf } from "#pipeline";
import type { Slide } from "#slide";
import type { Folder } from "#storage";
import { type ColorMap, colorMap, fitScoreScale, placeOnScale, type ScoreScale, scoreAtPlace } from "#viewer";
import { nearestPatch, type PatchSquares, readPatch } from "../analysis/patch-squares.ts";
import { analysisWords } from "../analysis-words.ts";
import { formatScore } from "../format.ts";

/** What the picture is made of. */
export interface SimilarityPicture {
  readonly folder: Folder;
  /** File name of the slide. */
  readonly name: string;
  readonly open: () => Promise<Slide>;
  readonly patches: PatchSettings;
  readonly encoderId: string;
  /** A place in level-0 pixels: the patch there is the one that all are compared with. */
  readonly at: { readonly x: number; readonly y: number };
}

/** Longest side of the slide in the picture. */
const SLIDE_PX = 1600;
const OPACITY = 0.6;
/** The most similar patches, in a row below the slide. */
const EXAMPLES = 8;
const MARGIN_PX = 16;
const LEGEND_PX = 256;
const FONT = "14px system-ui, sans-serif";

/**
 * Writes `similarity/<slide>.png`: the slide in the colours of its patches' cosine similarity to one of them, which is
 * outlined, with a legend and the most similar ones as pictures.
 */
export async function writeSimilarityPicture(picture: SimilarityPicture): Promise<void> {
  const { folder, name, patches, encoderId } = picture;
  const stem = stemOf(name);
  const features = await readFeatures(folder, coordsFolderName(patches), encoderId, stem);
  if (!features?.sideLevel0 || features.coords.length === 0) return;
  await using slide = await picture.open();
  const squares = { coords: features.coords, sideLevel0: features.sideLevel0 };
  const index = nearestPatch(squares, picture.at);
  const scores = cosineSimilarity(features.features, features.dimension, index);
  const canvas = await draw(slide, squares, scores, index);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) await folder.write(`similarity/${stem}.png`, blob);
}

async function draw(
  slide: Slide,
  squares: PatchSquares,
  scores: Float32Array,
  index: number,
): Promise<HTMLCanvasElement> {
  const { coords, sideLevel0 } = squares;
  const thumbnail = await slide.getThumbnail(SLIDE_PX, SLIDE_PX);
  const scale = thumbnail.width / slide.width;
  const example = Math.floor((thumbnail.width - MARGIN_PX * (EXAMPLES + 1)) / EXAMPLES);
  const canvas = document.createElement("canvas");
  canvas.width = thumbnail.width;
  canvas.height = thumbnail.height + example + 3 * MARGIN_PX + 40;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.putImageData(new ImageData(thumbnail.data, thumbnail.width, thumbnail.height), 0, 0);

  const colourScale = fitScoreScale(scores, index);
  const colours = colorMap("viridis");
  context.globalAlpha = OPACITY;
  const side = sideLevel0 * scale;
  for (const [i, score] of scores.entries()) {
    context.fillStyle = css(colours, placeOnScale(colourScale, score));
    context.fillRect(coords[2 * i]! * scale, coords[2 * i + 1]! * scale, side, side);
  }
  context.globalAlpha = 1;
  context.strokeStyle = "#e5484d";
  context.lineWidth = 3;
  context.strokeRect(coords[2 * index]! * scale, coords[2 * index + 1]! * scale, side, side);

  const top = thumbnail.height + MARGIN_PX;
  drawLegend(context, colours, colourScale, { x: MARGIN_PX, y: top });
  for (const [place, patch] of nearest(scores, EXAMPLES, { except: index }).entries()) {
    const { data, width, height } = await readPatch(slide, squares, patch, example);
    const bitmap = await createImageBitmap(new ImageData(data, width, height));
    const left = MARGIN_PX + place * (example + MARGIN_PX);
    context.drawImage(bitmap, left, top + 40 + MARGIN_PX, example, example);
    bitmap.close();
  }
  return canvas;
}

function drawLegend(
  context: CanvasRenderingContext2D,
  colours: ColorMap,
  scale: ScoreScale,
  { x, y }: { x: number; y: number },
): void {
  for (let i = 0; i < LEGEND_PX; i++) {
    context.fillStyle = css(colours, i / (LEGEND_PX - 1));
    context.fillRect(x + i, y, 1, 16);
  }
  context.fillStyle = "#000000";
  context.font = FONT;
  context.textBaseline = "top";
  context.fillText(analysisWords.driven.legend, x + LEGEND_PX + MARGIN_PX, y);
  for (const place of [0, 0.5, 1]) {
    context.textAlign = (["left", "center", "right"] as const)[place * 2]!;
    context.fillText(formatScore(scoreAtPlace(scale, place)), x + place * LEGEND_PX, y + 20);
  }
  context.textAlign = "left";
}

/** @param value - 0 to 1. */
function css(colours: ColorMap, value: number): string {
  const rgb = colours[Math.round(Math.min(1, Math.max(0, value)) * 255)]!;
  return `rgb(${rgb & 255} ${(rgb >> 8) & 255} ${(rgb >> 16) & 255})`;
}
