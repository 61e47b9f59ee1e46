import {
  cropToContent,
  darkenCorner,
  drawClosedLine,
  drawRectangle,
  type Image8,
  type Polygon,
  type Rgb,
  type Ring,
} from "#kernels";
import type { Thumbnail } from "./thumbnail.ts";
import type { PatchDrawing } from "./worker-contract.ts";

/** What Pillow and OpenCV write JPEGs with unless told otherwise. */
const THUMBNAIL_QUALITY = 0.75;
const CONTOURS_QUALITY = 0.95;

/** Colours and widths of the drawn contours. */
const OUTLINE: Rgb = [0, 255, 0];
const HOLE: Rgb = [255, 0, 0];
const CONTOUR_WIDTH_PX = 2;

const BOX: Rgb = [255, 0, 0];
/** A box's line is this share of its side, at least one pixel. */
const BOX_LINE_SHARE = 1 / 10;
/** The darkened corner behind the text. */
const CAPTION_WIDTH_PX = 300;
const CAPTION_HEIGHT_PX = 130;
const CAPTION_LEFT_SHARE = 0.03;
const CAPTION_LINE_PX = 25;
/** Heights of the text that OpenCV's scale 1 and 0.5 give. */
const TITLE_FONT = "26px sans-serif";
const LINE_FONT = "14px sans-serif";

/** The thumbnail, and the same with contours drawn on it, as JPEG files. The latter is cropped as TRIDENT's is. */
export async function drawContourPictures(thumbnail: Thumbnail, polygons: readonly Polygon[]) {
  const contours = cropToContent(paintContours(thumbnail, polygons));
  return {
    thumbnail: await toJpeg(canvasOf(thumbnail), THUMBNAIL_QUALITY),
    contours: await toJpeg(canvasOf(contours), CONTOURS_QUALITY),
  };
}

/** The picture of contours before it is cropped and encoded. */
export function paintContours(thumbnail: Thumbnail, polygons: readonly Polygon[]): Image8 {
  const image = copyOf(thumbnail);
  for (const { shell, holes } of polygons) {
    drawClosedLine(image, scaleRing(shell, thumbnail.scale), OUTLINE, CONTOUR_WIDTH_PX);
    for (const hole of holes) drawClosedLine(image, scaleRing(hole, thumbnail.scale), HOLE, CONTOUR_WIDTH_PX);
  }
  return image;
}

/** The thumbnail with a box for each patch, and what they are in words, as a JPEG file. */
export async function drawPatchPicture(thumbnail: Thumbnail, drawing: PatchDrawing): Promise<Uint8Array<ArrayBuffer>> {
  return toJpeg(paintPatches(thumbnail, drawing), THUMBNAIL_QUALITY);
}

/** The picture of patches before it is encoded. */
export function paintPatches(thumbnail: Thumbnail, { coords, sideLevel0, lines }: PatchDrawing): OffscreenCanvas {
  const { scale } = thumbnail;
  const side = Math.max(1, Math.trunc(sideLevel0 * scale));
  const linePx = Math.max(1, Math.floor(side * BOX_LINE_SHARE));
  const image = copyOf(thumbnail);
  for (let i = 0; i < coords.length; i += 2) {
    const corner = { x: Math.trunc(coords[i]! * scale), y: Math.trunc(coords[i + 1]! * scale) };
    drawRectangle(image, { ...corner, width: side, height: side }, BOX, linePx);
  }
  darkenCorner(image, CAPTION_WIDTH_PX, CAPTION_HEIGHT_PX);
  const canvas = canvasOf(image);
  writeCaption(canvas, lines);
  return canvas;
}

function writeCaption(canvas: OffscreenCanvas, lines: readonly string[]): void {
  const context = canvas.getContext("2d")!;
  context.fillStyle = "white";
  for (const [index, line] of lines.entries()) {
    context.font = index === 0 ? TITLE_FONT : LINE_FONT;
    context.fillText(line, Math.trunc(CAPTION_LEFT_SHARE * canvas.width), CAPTION_LINE_PX * (index + 1));
  }
}

/** The ring's points in whole pixels of the thumbnail. */
function scaleRing(ring: Ring, scale: number): Int32Array {
  return Int32Array.from(ring, (value) => Math.trunc(value * scale));
}

/** To draw on. */
function copyOf({ data, width, height }: Thumbnail): Image8 {
  return { data: data.slice(), width, height, channels: 4 };
}

function canvasOf({ data, width, height }: Thumbnail | Image8): OffscreenCanvas {
  const canvas = new OffscreenCanvas(width, height);
  // Read back for the JPEG, never shown: kept out of the graphics memory.
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.putImageData(new ImageData(data as Uint8ClampedArray<ArrayBuffer>, width, height), 0, 0);
  return canvas;
}

async function toJpeg(canvas: OffscreenCanvas, quality: number): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
  return new Uint8Array(await blob.arrayBuffer());
}
