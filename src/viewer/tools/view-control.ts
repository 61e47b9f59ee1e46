import type { Slide } from "#slide";
import type { ScaleFacts } from "../magnification.ts";
import type { Point, Size, ViewState } from "../viewport.ts";

/** The part of the viewer that a tool moves the view with. */
export interface ViewControl {
  readonly slide: Slide | undefined;
  readonly scale: ScaleFacts | undefined;
  readonly view: ViewState;
  readonly size: Size;
  setView(view: Partial<ViewState>, options?: { animate?: boolean }): void;
  fit(options?: { animate?: boolean }): void;
  zoomBy(factor: number, at?: Point, options?: { animate?: boolean }): void;
  panBy(dx: number, dy: number, options?: { animate?: boolean }): void;
  rotateBy(angle: number, at?: Point, options?: { animate?: boolean }): void;
  flick(velocityX: number, velocityY: number): void;
  press(at: Point): void;
  stop(): void;
  toSlide(cssX: number, cssY: number): Point;
}
