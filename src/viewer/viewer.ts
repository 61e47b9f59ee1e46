import type { Slide } from "#slide";
import { Emitter } from "./emitter.ts";
import { FrameLoop } from "./frame-loop.ts";
import type { RendererChoice } from "./gpu/choose-renderer.ts";
import { LastingRenderer } from "./gpu/lasting-renderer.ts";
import type { FrameView, TileScene } from "./gpu/tile-renderer.ts";
import { ImageLayer } from "./layers/image-layer.ts";
import type { Layer } from "./layers/layer.ts";
import type { ScaleFacts } from "./magnification.ts";
import { glideTo, type Motion, slide as slideOn } from "./motion.ts";
import { Stage } from "./stage.ts";
import { PanZoom } from "./tools/pan-zoom.ts";
import { ViewKeys } from "./tools/view-keys.ts";
import {
  clamped,
  finiteOf,
  fitted,
  fittedToBox,
  type Point,
  panned,
  rotatedAt,
  type Size,
  type SlideBox,
  sameView,
  snapped,
  toScreen,
  toSlide,
  type ViewState,
  zoomedAt,
  zoomLimits,
} from "./viewport.ts";

export interface ViewerOptions {
  /** "auto" draws with the GPU where there is one and with the processor where WebGL is missing or a software renderer. */
  readonly renderer?: RendererChoice;
  /** Bytes of tile images to keep. */
  readonly textureBudgetBytes?: number;
  /** No movement but the user's own. Default: what the system says, followed while the viewer lives. */
  readonly reducedMotion?: boolean;
  /** Where more is known of a slide's scale than it says itself; asked whenever the scale is needed. */
  readonly scaleOf?: (slide: Slide) => ScaleFacts;
}

/** What one may listen to, with what one is told. */
export type ViewerEvents = {
  /** The view has changed; at most once a frame. */
  view: ViewState;
  /** The container has another size, or other pixels: more or less of the slide is in view, from the same centre. */
  size: Size;
  /** The slide point under the pointer, in level-0 pixels; undefined when it has left. */
  pointer: Point | undefined;
  /** A click or tap that moved nothing: the slide point under it, in level-0 pixels. */
  press: Point;
  /** The first pixels of the slide are on the screen. */
  firstpixels: undefined;
  /** The view is at rest and as sharp as it gets. */
  settled: undefined;
  /** Tiles that are waited for, and those kept. */
  tiles: { readonly pending: number; readonly cached: number; readonly bytes: number };
  /** A tile cannot be read; each message once. */
  error: unknown;
  /** Another drawer has taken over, see `renderer` and `rendererReason`. */
  renderer: undefined;
  /** The small picture of the whole slide has grown, see `overview`. */
  overview: undefined;
  /** A slide was opened or closed. */
  slide: Slide | undefined;
};

/** Numbers for a status line or a test. */
export interface ViewerStats {
  /** Frames per second of the movement going on, or of the last one. */
  readonly fps: number;
  /** Frames drawn so far: does not grow while nothing happens. */
  readonly frames: number;
  readonly textureBytes: number;
  readonly tilesCached: number;
  readonly tilesPending: number;
}

export interface MoveOptions {
  /** Glide there instead of being there at once; without effect under reduced motion. */
  readonly animate?: boolean;
}

const DEFAULT_TEXTURE_BUDGET_BYTES = 256 * 1024 * 1024;
/** A glide over more screens than this shows nothing but a blur. */
const MAX_GLIDE_SCREENS = 3;
const REST_MS = 250;

/** Shows one slide in a container, and lets the user move about in it. */
export class Viewer {
  readonly #container: HTMLElement;
  readonly #options: ViewerOptions;
  readonly #events = new Emitter<ViewerEvents>();
  readonly #loop: FrameLoop;
  readonly #stage: Stage;
  readonly #layers: Layer[] = [];
  #layersRevision = 0;
  readonly #reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #cleanups: (() => void)[] = [];
  readonly #drawer: LastingRenderer;
  #image: ImageLayer | undefined;
  #overview: HTMLCanvasElement | undefined;
  #view: ViewState = { centerX: 0, centerY: 0, downsample: 1, rotation: 0 };
  #shownView: ViewState | undefined;
  /** As it was last drawn. */
  #drawnView: ViewState = { centerX: 0, centerY: 0, downsample: Number.NaN, rotation: 0 };
  #motion: Motion | undefined;
  /** Where a glide ends; the next step of a zoom starts from there. */
  #goal: ViewState | undefined;
  /** The whole slide was asked for, and is asked for again when the container changes its size. */
  #fitting = true;
  #destroyed = false;
  #pointer: Point | undefined;
  #frames = 0;
  #frameTimes: number[] = [];
  #sawPixels = false;
  #wasSettled = false;
  #shownCounts = "";

  constructor(container: HTMLElement, options: ViewerOptions = {}) {
    this.#container = container;
    this.#options = options;
    this.#loop = new FrameLoop((now, elapsedMs) => this.#frame(now, elapsedMs));
    this.#drawer = new LastingRenderer(options.renderer ?? "auto", {
      onEmptied: () => this.#reattachLayers(),
      onReplaced: () => this.#rendererReplaced(),
    });
    this.#stage = new Stage(container, this.#drawer.renderer, () => this.#resized());
    this.#cleanups.push(() => this.#stage.destroy());
    const panZoom = new PanZoom(this.#stage.element, this);
    const keys = new ViewKeys(container, this);
    this.#cleanups.push(
      () => panZoom.destroy(),
      () => keys.destroy(),
    );
    this.#followPointer();
    this.refreshSurround();
  }

  /** Who draws. */
  get renderer(): "webgl2" | "canvas2d" {
    return this.#drawer.renderer.kind;
  }

  /** Why this one draws, as part of a sentence: the GPU's name, "software renderer (SwiftShader)", "no WebGL2". */
  get rendererReason(): string {
    return this.#drawer.reason;
  }

  get slide(): Slide | undefined {
    return this.#image?.slide;
  }

  /** By what the keys 1 to 6 magnify. */
  get scale(): ScaleFacts | undefined {
    const { slide } = this;
    return slide && (this.#options.scaleOf?.(slide) ?? slide);
  }

  get view(): ViewState {
    return this.#view;
  }

  /** CSS pixels of the container. */
  get size(): Size {
    return this.#stage.size;
  }

  /** The whole slide as a small picture, as far as it is known; fills up by itself. */
  get overview(): HTMLCanvasElement | undefined {
    return this.#overview;
  }

  /** Whether movements of the program's own are to be left out. */
  get reducedMotion(): boolean {
    return this.#options.reducedMotion ?? this.#reducedMotion.matches;
  }

  /**
   * Shows a slide instead of the one before. The slide stays the caller's to close.
   * @param viewed - where to look; of numbers that are not finite nothing is taken.
   * @throws {Error} when the viewer was destroyed.
   */
  open(slide: Slide, viewed: Partial<ViewState> = {}): void {
    this.#assertAlive();
    this.close();
    const view = finiteOf(viewed);
    this.#image = new ImageLayer(slide, {
      budgetBytes: this.#options.textureBudgetBytes ?? DEFAULT_TEXTURE_BUDGET_BYTES,
      onError: (error) => this.#events.emit("error", error),
      onOverview: (picture) => {
        this.#overview = picture;
        this.#events.emit("overview", undefined);
      },
    });
    this.#attach(this.#image);
    this.#fitting = view.downsample === undefined && view.centerX === undefined && view.centerY === undefined;
    this.#view = this.#clamp({ ...fitted(slide, this.size, view.rotation ?? 0), ...view });
    this.#sawPixels = false;
    this.#events.emit("slide", slide);
    // Asks for what the first frame will show, which may be a while: a page that shows its first slide is busy.
    this.#image.prepare(this.#frameView(false), this.#view);
    this.#loop.request();
  }

  /** Shows nothing; reads under way are aborted and images freed. */
  close(): void {
    if (!this.#image) return;
    this.stop();
    this.#image.detach();
    this.#image = undefined;
    this.#overview = undefined;
    this.#shownView = undefined;
    this.#wasSettled = false;
    this.#events.emit("slide", undefined);
    this.#loop.request();
  }

  /** Looks elsewhere. Numbers that are not finite change nothing, here and in the movements below. */
  setView(view: Partial<ViewState>, { animate = false }: MoveOptions = {}): void {
    const finite = finiteOf(view);
    if (Object.keys(finite).length > 0) this.#moveTo({ ...(this.#goal ?? this.#view), ...finite }, animate);
  }

  /** Shows the whole slide, turned as it is. */
  fit({ animate = false }: MoveOptions = {}): void {
    if (!this.slide) return;
    this.#moveTo(fitted(this.slide, this.size, (this.#goal ?? this.#view).rotation), animate, true);
  }

  /** Fills the container with a part of the slide. */
  fitBox(box: SlideBox, { animate = false }: MoveOptions = {}): void {
    this.#moveTo(fittedToBox(box, this.size, (this.#goal ?? this.#view).rotation), animate);
  }

  /** Magnifies `factor` times about a point of the container, by default its middle. */
  zoomBy(factor: number, at?: Point, { animate = false }: MoveOptions = {}): void {
    const { slide, size } = this;
    if (!slide || !(factor > 0)) return;
    const from = this.#goal ?? this.#view;
    const { min, max } = zoomLimits(slide, size, this.#stage.pixelRatio);
    // At the limit the view stays as it is instead of creeping towards the pointer.
    const possible = from.downsample / Math.min(Math.max(from.downsample / factor, min), max);
    this.#moveTo(zoomedAt(from, size, possible, at ?? { x: size.width / 2, y: size.height / 2 }), animate);
  }

  /** Moves the view like a scroll: a positive `dx` shows what lies to the right. CSS pixels. */
  panBy(dx: number, dy: number, { animate = false }: MoveOptions = {}): void {
    this.#moveTo(panned(animate ? (this.#goal ?? this.#view) : this.#view, dx, dy), animate);
  }

  /** Turns the slide clockwise by so many radians about a point of the container, by default its middle. */
  rotateBy(angle: number, at?: Point, { animate = false }: MoveOptions = {}): void {
    const { size } = this;
    const from = this.#goal ?? this.#view;
    this.#moveTo(rotatedAt(from, size, angle, at ?? { x: size.width / 2, y: size.height / 2 }), animate, this.#fitting);
  }

  /** Lets the view glide on, at CSS pixels per ms in the sense of `panBy`. Not under reduced motion. */
  flick(velocityX: number, velocityY: number): void {
    if (this.reducedMotion || !this.slide || !Number.isFinite(velocityX + velocityY)) return;
    this.#goal = undefined;
    this.#motion = slideOn(velocityX, velocityY);
    this.#loop.request();
  }

  /** Somebody has pressed, and not dragged, a point of the container. */
  press(at: Point): void {
    if (this.slide) this.#events.emit("press", this.toSlide(at.x, at.y));
  }

  /** Ends a movement that goes on by itself, where it is. */
  stop(): void {
    this.#motion = undefined;
    this.#goal = undefined;
  }

  /** The slide point, in level-0 pixels, that stands at a point of the container. */
  toSlide(cssX: number, cssY: number): Point {
    return toSlide(this.#view, this.size, { x: cssX, y: cssY });
  }

  /** Where in the container a slide point stands. */
  toScreen(x: number, y: number): Point {
    return toScreen(this.#view, this.size, { x, y });
  }

  /** @returns a function that stops listening. */
  on<Name extends keyof ViewerEvents>(name: Name, listener: (value: ViewerEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /** Draws a layer over the slide and those added before. @returns a function that removes it. */
  addLayer(layer: Layer): () => void {
    this.#layers.push(layer);
    this.#attach(layer);
    this.#layersChanged();
    return () => {
      const at = this.#layers.indexOf(layer);
      if (at < 0) return;
      this.#layers.splice(at, 1);
      layer.detach?.();
      this.#layersChanged();
    };
  }

  stats(): ViewerStats {
    const { pending, cached, bytes } = this.#image?.counts ?? { pending: 0, cached: 0, bytes: 0 };
    const times = this.#frameTimes;
    const span = times.length > 1 ? times.at(-1)! - times[0]! : 0;
    return {
      fps: span > 0 ? ((times.length - 1) * 1000) / span : 0,
      frames: this.#frames,
      textureBytes: bytes,
      tilesCached: cached,
      tilesPending: pending,
    };
  }

  /** Takes the colour around the slide from the container's background anew: call it when the theme has changed. */
  refreshSurround(): void {
    this.#stage.surround = getComputedStyle(this.#container).backgroundColor;
    this.#loop.request();
  }

  /** Draws the current view at once and returns a copy of it, in device pixels. @throws {Error} when destroyed. */
  capture(): HTMLCanvasElement {
    this.#assertAlive();
    this.#draw();
    return this.#stage.copy();
  }

  /** Frees everything; the container is as it was before. */
  destroy(): void {
    this.#destroyed = true;
    this.close();
    for (const layer of this.#layers.splice(0)) layer.detach?.();
    this.#loop.stop();
    for (const cleanup of this.#cleanups.splice(0)) cleanup();
    this.#drawer.destroy();
    this.#events.clear();
  }

  #assertAlive(): void {
    if (this.#destroyed) throw new Error("the viewer was destroyed: make another");
  }

  #moveTo(view: ViewState, animate: boolean, fitting = false): void {
    if (!this.slide || !Object.values(view).every(Number.isFinite)) return;
    this.#fitting = fitting;
    const end = this.#clamp(view);
    if (animate && !this.reducedMotion && this.#isNear(end)) {
      this.#goal = end;
      this.#motion = glideTo(end);
    } else {
      this.stop();
      this.#view = end;
    }
    this.#loop.request();
  }

  #isNear(end: ViewState): boolean {
    const { centerX, centerY, downsample } = this.#view;
    const screen = Math.max(downsample, end.downsample) * Math.hypot(this.size.width, this.size.height);
    return Math.hypot(end.centerX - centerX, end.centerY - centerY) < screen * MAX_GLIDE_SCREENS;
  }

  #clamp(view: ViewState): ViewState {
    const { slide } = this;
    return slide ? clamped(view, slide, zoomLimits(slide, this.size, this.#stage.pixelRatio)) : view;
  }

  #frame(now: number, elapsedMs: number): boolean {
    this.#step(elapsedMs);
    const moved = this.#shownView === undefined || !sameView(this.#shownView, this.#view);
    this.#draw(moved);
    this.#frames++;
    this.#count(now);
    if (moved && this.slide) {
      this.#shownView = this.#view;
      this.#events.emit("view", this.#view);
      this.#emitPointer();
    }
    this.#report(moved);
    // One more after a movement, to find out whether it has come to rest.
    return moved || this.#motion !== undefined;
  }

  #count(now: number): void {
    const previous = this.#frameTimes.at(-1);
    // A rest is not a slow frame.
    if (previous !== undefined && now - previous > REST_MS) this.#frameTimes = [];
    this.#frameTimes.push(now);
    if (this.#frameTimes.length > 60) this.#frameTimes.shift();
  }

  #step(elapsedMs: number): void {
    if (!this.#motion) return;
    const { view, over } = this.#motion.step(this.#view, this.size, elapsedMs);
    const allowed = this.#clamp(view);
    // Against the edge of the slide a glide is over.
    const stuck = !this.#goal && (allowed.centerX !== view.centerX || allowed.centerY !== view.centerY);
    this.#view = allowed;
    if (over || stuck) this.stop();
  }

  #draw(moving = false): void {
    const frame = this.#frameView(moving);
    const destination = this.#motion ? this.#clamp(this.#goal ?? frame.view) : frame.view;
    const scenes: TileScene[] = [];
    for (const layer of this.#image ? [this.#image, ...this.#layers] : []) {
      const scene = layer.prepare?.(frame, destination);
      if (scene) scenes.push(scene);
    }
    this.#stage.draw(frame, scenes, this.#image ? this.#layers : [], this.#layersRevision);
    this.#drawnView = frame.view;
  }

  #frameView(moving: boolean): FrameView {
    const { size, deviceSize, pixelRatio } = this.#stage;
    // While the scale changes, moving to whole pixels would show as a tremble.
    const steady = this.#goal === undefined || this.#goal.downsample === this.#view.downsample;
    const view = steady ? snapped(this.#view, size, pixelRatio) : this.#view;
    const hasty = moving && this.#drawer.renderer.kind === "canvas2d";
    return { view, last: this.#drawnView, size, deviceSize, pixelRatio, hasty, kept: false };
  }

  #report(moved: boolean): void {
    const image = this.#image;
    if (!image) return;
    if (!this.#sawPixels && image.hasPixels) {
      this.#sawPixels = true;
      this.#events.emit("firstpixels", undefined);
    }
    const settled = !moved && !this.#motion && image.settled;
    if (settled && !this.#wasSettled) this.#events.emit("settled", undefined);
    this.#wasSettled = settled;
    const { counts } = image;
    const shown = `${counts.pending} ${counts.cached} ${counts.bytes}`;
    if (shown === this.#shownCounts) return;
    this.#shownCounts = shown;
    this.#events.emit("tiles", counts);
  }

  #resized(): void {
    if (this.slide && this.#fitting) this.fit();
    else if (this.slide) this.#view = this.#clamp(this.#view);
    // At once, not with the next frame: the resized canvas is empty, and the browser is about to show it.
    this.#draw();
    this.#loop.request();
    this.#events.emit("size", this.size);
  }

  #attach(layer: Layer): void {
    const invalidate = () => (layer === this.#image ? this.#loop.request() : this.#layersChanged());
    layer.attach?.({ renderer: this.#drawer.renderer, invalidate });
  }

  #layersChanged(): void {
    this.#layersRevision++;
    this.#loop.request();
  }

  #rendererReplaced(): void {
    this.#stage.replaceRenderer(this.#drawer.renderer);
    this.#reattachLayers();
    this.#events.emit("renderer", undefined);
  }

  #reattachLayers(): void {
    for (const layer of this.#image ? [this.#image, ...this.#layers] : this.#layers) {
      layer.detach?.();
      this.#attach(layer);
    }
    this.#loop.request();
  }

  #followPointer(): void {
    const { element } = this.#stage;
    const move = (event: PointerEvent) => {
      const { left, top } = element.getBoundingClientRect();
      this.#pointer = { x: event.clientX - left, y: event.clientY - top };
      this.#emitPointer();
    };
    const leave = () => {
      this.#pointer = undefined;
      this.#events.emit("pointer", undefined);
    };
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerleave", leave);
    this.#cleanups.push(() => {
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerleave", leave);
    });
  }

  #emitPointer(): void {
    if (this.#pointer && this.slide) this.#events.emit("pointer", this.toSlide(this.#pointer.x, this.#pointer.y));
  }
}
