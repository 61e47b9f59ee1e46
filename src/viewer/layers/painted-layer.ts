import type { Context2d, FrameView } from "../gpu/tile-renderer.ts";
import type { Layer, LayerHost } from "./layer.ts";

/** What every layer painted over the tiles has: it can be hidden, and asks for a frame when it has changed. */
export abstract class PaintedLayer implements Layer {
  readonly isFixed = true;
  #host: LayerHost | undefined;
  #isVisible = true;

  /** Hidden, it keeps what it shows and is back at once. */
  get isVisible(): boolean {
    return this.#isVisible;
  }

  set isVisible(isVisible: boolean) {
    if (isVisible === this.#isVisible) return;
    this.#isVisible = isVisible;
    this.changed();
  }

  attach(host: LayerHost): void {
    this.#host = host;
  }

  detach(): void {
    this.#host = undefined;
  }

  paint(context: Context2d, frame: FrameView): void {
    if (this.#isVisible) this.paintVisible(context, frame);
  }

  /** @see Layer.paint */
  protected abstract paintVisible(context: Context2d, frame: FrameView): void;

  /** What the layer shows has changed. */
  protected changed(): void {
    this.#host?.invalidate();
  }
}
