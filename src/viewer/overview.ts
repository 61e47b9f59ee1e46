import type { Slide } from "#slide";
import type { Viewer } from "./viewer.ts";
import { fitted, type Point, type Size, visibleCorners } from "./viewport.ts";

export interface OverviewOptions {
  /** CSS pixels the map may take. */
  readonly maxWidth?: number;
  readonly maxHeight?: number;
  /** CSS colour over what has been seen. */
  readonly visitedColor?: string;
}

const DEFAULT_MAX_CSS_PX = 200;
const DEFAULT_VISITED_COLOR = "rgb(37 99 235 / 0.22)";
/** A part of the slide counts as seen when it was shown at least this much larger than the whole. */
const SEEN_ZOOM = 4;
/** The box of a deep view would be a speck that cannot be found. */
const MIN_BOX_CSS_PX = 7;

/** A map of the whole slide: where the view is, what has been seen; a click or a drag goes there. */
export class Overview {
  readonly #viewer: Viewer;
  #options: OverviewOptions;
  readonly #canvas = document.createElement("canvas");
  readonly #picture = new OffscreenCanvas(1, 1);
  #visited = new OffscreenCanvas(1, 1);
  readonly #unsubscribe: (() => void)[];
  #frame: number | undefined;
  #grab: Point | undefined;
  /** Device pixels per CSS pixel for which the canvases are made. */
  #pixelRatio = devicePixelRatio;

  constructor(container: HTMLElement, viewer: Viewer, options: OverviewOptions = {}) {
    this.#viewer = viewer;
    this.#options = options;
    this.#canvas.style.display = "block";
    this.#canvas.style.touchAction = "none";
    container.append(this.#canvas);
    this.#unsubscribe = [
      viewer.on("slide", this.#slideChanged),
      viewer.on("overview", this.#pictureChanged),
      viewer.on("view", this.#request),
      viewer.on("size", this.#resized),
      viewer.on("settled", this.#seen),
    ];
    this.#canvas.addEventListener("pointerdown", this.#pressed);
    this.#canvas.addEventListener("pointermove", this.#moved);
    this.#canvas.addEventListener("pointerup", this.#released);
    this.#canvas.addEventListener("pointercancel", this.#released);
    this.#slideChanged();
  }

  /** Gives the map another size; what has been seen stays. */
  limit(maxWidth: number, maxHeight: number): void {
    this.#options = { ...this.#options, maxWidth, maxHeight };
    this.#remake();
  }

  /** Forgets what has been seen. */
  forget(): void {
    this.#visited.getContext("2d")?.clearRect(0, 0, this.#visited.width, this.#visited.height);
    this.#request();
  }

  destroy(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#canvas.width = 0;
    this.#canvas.remove();
  }

  /** Device pixels of the map per level-0 pixel. */
  get #scale(): number {
    return this.#viewer.slide ? this.#canvas.width / this.#viewer.slide.width : 0;
  }

  #slideChanged = (): void => {
    const { slide } = this.#viewer;
    const { width, height } = slide ? this.#fit(slide) : { width: 0, height: 0 };
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    for (const canvas of [this.#canvas, this.#picture, this.#visited]) {
      canvas.width = Math.round(width * this.#pixelRatio);
      canvas.height = Math.round(height * this.#pixelRatio);
    }
    this.#pictureChanged();
  };

  #resized = (): void => {
    if (this.#pixelRatio === devicePixelRatio) {
      this.#request();
    } else {
      this.#pixelRatio = devicePixelRatio;
      this.#remake();
    }
  };

  /** The map of the same slide at another size: what has been seen is scaled along. */
  #remake(): void {
    const seen = this.#visited;
    this.#visited = new OffscreenCanvas(1, 1);
    this.#slideChanged();
    const { width, height } = this.#visited;
    // A canvas without pixels cannot be drawn from.
    if (seen.width > 0 && seen.height > 0) this.#visited.getContext("2d")?.drawImage(seen, 0, 0, width, height);
  }

  #fit(slide: Slide): Size {
    const maxWidth = this.#options.maxWidth ?? DEFAULT_MAX_CSS_PX;
    const maxHeight = this.#options.maxHeight ?? DEFAULT_MAX_CSS_PX;
    const scale = Math.min(maxWidth / slide.width, maxHeight / slide.height);
    // A strip of a slide still needs a place to click.
    return { width: Math.max(8, slide.width * scale), height: Math.max(8, slide.height * scale) };
  }

  #pictureChanged = (): void => {
    const { overview, slide } = this.#viewer;
    const context = this.#picture.getContext("2d");
    if (context && slide) {
      const { width, height } = this.#picture;
      context.fillStyle = `#${slide.properties["openslide.background-color"] ?? "ffffff"}`;
      context.fillRect(0, 0, width, height);
      context.imageSmoothingQuality = "high";
      if (overview) context.drawImage(overview, 0, 0, width, height);
    }
    this.#request();
  };

  #request = (): void => {
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#draw();
    });
  };

  #seen = (): void => {
    const { slide, view, size } = this.#viewer;
    if (!slide || view.downsample * SEEN_ZOOM > fitted(slide, size, 0).downsample) return;
    const context = this.#visited.getContext("2d");
    if (!context) return;
    // Opaque here and thinned when drawn, so that what is seen twice does not turn darker.
    context.fillStyle = "#000";
    outline(context, this.#corners());
    context.fill();
    context.globalCompositeOperation = "source-in";
    context.fillStyle = this.#options.visitedColor ?? DEFAULT_VISITED_COLOR;
    context.fillRect(0, 0, this.#visited.width, this.#visited.height);
    context.globalCompositeOperation = "source-over";
    this.#request();
  };

  #draw(): void {
    const context = this.#canvas.getContext("2d");
    if (!context || !this.#viewer.slide || this.#canvas.width === 0) return;
    context.drawImage(this.#picture, 0, 0);
    context.drawImage(this.#visited, 0, 0);
    outline(context, this.#corners(MIN_BOX_CSS_PX * this.#pixelRatio));
    context.lineJoin = "round";
    // Light on dark, to be seen on any tissue.
    context.strokeStyle = "rgb(0 0 0 / 0.65)";
    context.lineWidth = 3.5 * this.#pixelRatio;
    context.stroke();
    context.strokeStyle = "#fff";
    context.lineWidth = 1.5 * this.#pixelRatio;
    context.stroke();
  }

  /** Corners of the view on the map, at least `minLength` apart. */
  #corners(minLength = 0): Point[] {
    const { view, size } = this.#viewer;
    const scale = this.#scale;
    const short = Math.min(size.width, size.height) * (view.downsample * scale);
    const grow = short > 0 ? Math.max(1, minLength / short) : 1;
    return visibleCorners(view, size).map(({ x, y }) => ({
      x: (view.centerX + (x - view.centerX) * grow) * scale,
      y: (view.centerY + (y - view.centerY) * grow) * scale,
    }));
  }

  #slidePoint(event: PointerEvent): Point {
    const { left, top, width, height } = this.#canvas.getBoundingClientRect();
    const { slide } = this.#viewer;
    return {
      x: ((event.clientX - left) / width) * (slide?.width ?? 0),
      y: ((event.clientY - top) / height) * (slide?.height ?? 0),
    };
  }

  #pressed = (event: PointerEvent): void => {
    if (event.button !== 0 || !this.#viewer.slide) return;
    this.#canvas.setPointerCapture(event.pointerId);
    const at = this.#slidePoint(event);
    const { view, size } = this.#viewer;
    const screen = this.#viewer.toScreen(at.x, at.y);
    const isInBox = screen.x >= 0 && screen.y >= 0 && screen.x < size.width && screen.y < size.height;
    // The box is moved by where it was taken; elsewhere the view comes to the pointer.
    this.#grab = isInBox ? { x: view.centerX - at.x, y: view.centerY - at.y } : { x: 0, y: 0 };
    this.#moved(event);
  };

  #moved = (event: PointerEvent): void => {
    if (!this.#grab) return;
    const at = this.#slidePoint(event);
    this.#viewer.setView({ centerX: at.x + this.#grab.x, centerY: at.y + this.#grab.y });
  };

  #released = (): void => {
    this.#grab = undefined;
  };
}

function outline(context: OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D, corners: Point[]): void {
  context.beginPath();
  for (const { x, y } of corners) context.lineTo(x, y);
  context.closePath();
}
