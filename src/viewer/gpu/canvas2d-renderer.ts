import { assert } from "#base";
import type { Pixels } from "#slide";
import type { Size } from "../viewport.ts";
import { BackBuffer } from "./back-buffer.ts";
import { BitmapTile } from "./bitmap-tile.ts";
import {
  type FrameView,
  isTurning,
  type Overlay,
  type TileImage,
  type TileRenderer,
  type TileScene,
} from "./tile-renderer.ts";

/** To turn a pixel smoothly takes some ten times as long as to copy it: to turn these takes half of what a frame has. */
const MAX_TURNED_PX = 520_000;

/**
 * Draws without a GPU. Every layer keeps an upright picture of the view with some margin; a pan is one unscaled copy of
 * it plus whatever came into view, and a tile that arrives repaints only its own place.
 */
export class Canvas2dRenderer implements TileRenderer {
  readonly kind = "canvas2d";
  readonly paintsOverlay = true;
  readonly canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #buffers = new Map<object, BackBuffer>();
  /** Turns pixels into bitmaps; they stay in main memory, where they are made and used. */
  readonly #loader = context2d(new OffscreenCanvas(1, 1));
  surround = "#808080";

  constructor() {
    this.canvas = document.createElement("canvas");
    const context = this.canvas.getContext("2d", { alpha: false });
    assert(context, "a fresh canvas has a 2D context");
    this.#context = context;
  }

  resize({ width, height }: Size): void {
    this.canvas.width = width;
    this.canvas.height = height;
  }

  load({ data, width, height }: Pixels): TileImage {
    // By way of a canvas because createImageBitmap would answer only later, out of step with the frame.
    const { canvas } = this.#loader;
    canvas.width = width;
    canvas.height = height;
    this.#loader.putImageData(new ImageData(data, width, height), 0, 0);
    const tile = new BitmapTile(canvas.transferToImageBitmap());
    // Else the browser clears as many pixels again at the end of the frame.
    canvas.width = 0;
    return tile;
  }

  release(image: TileImage): void {
    (image as BitmapTile).bitmap.close();
  }

  draw(wished: FrameView, scenes: readonly TileScene[], overlay?: Overlay): void {
    const { canvas } = this;
    const context = this.#context;
    const frame = isTurning(wished) ? coarser(wished) : wished;
    const { width, height } = frame.deviceSize;
    if (canvas.width !== width || canvas.height !== height) this.resize(frame.deviceSize);
    // The element keeps its size, and the browser repeats pixels: smoothing them would take it most of the frame's time.
    canvas.style.imageRendering = frame === wished ? "" : "pixelated";
    context.setTransform(1, 0, 0, 1, 0, 0);
    for (const layer of this.#buffers.keys()) {
      if (!scenes.some((scene) => scene.layer === layer)) this.#buffers.delete(layer);
    }
    const top = scenes.at(-1);
    if (!top) {
      context.fillStyle = this.surround;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
    for (const scene of scenes) {
      const buffer = this.#buffers.get(scene.layer) ?? new BackBuffer();
      this.#buffers.set(scene.layer, buffer);
      buffer.show(context, frame, scene, this.surround, scene === top ? overlay : undefined);
    }
  }

  destroy(): void {
    this.#buffers.clear();
    // Frees the pixels now; the element itself may live on in someone's reference.
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.canvas.remove();
  }
}

/** The same view by fewer pixels, each of which stands for a square of them. */
function coarser(frame: FrameView): FrameView {
  const { width, height } = frame.deviceSize;
  const side = Math.ceil(Math.sqrt((width * height) / MAX_TURNED_PX));
  if (side <= 1) return frame;
  const deviceSize = { width: Math.ceil(width / side), height: Math.ceil(height / side) };
  return { ...frame, deviceSize, pixelRatio: (frame.pixelRatio * deviceSize.width) / width };
}

function context2d(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  assert(context, "a fresh canvas has a 2D context");
  return context;
}
