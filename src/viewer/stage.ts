import { placeView } from "./gpu/scrolled-picture.ts";
import type { FrameView, Overlay, TileRenderer, TileScene } from "./gpu/tile-renderer.ts";
import type { Layer } from "./layers/layer.ts";
import type { Size } from "./viewport.ts";

/** The elements in the container: the drawer's canvas and, once there are layers that cannot be painted there, one above it. */
export class Stage {
  /** Fills the container and hears the pointer. What the app lays over the slide stands beside it, not in it. */
  readonly element: HTMLDivElement;
  readonly #container: HTMLElement;
  readonly #onResize: () => void;
  readonly #observer: ResizeObserver;
  readonly #containerBefore: { position: string; tabIndex: string | null; role: string | null };
  #renderer: TileRenderer;
  #overlay: CanvasRenderingContext2D | undefined;
  #size: Size;
  #deviceSize: Size;
  #density: MediaQueryList | undefined;

  constructor(container: HTMLElement, renderer: TileRenderer, onResize: () => void) {
    this.#container = container;
    this.#renderer = renderer;
    this.#onResize = onResize;
    this.#containerBefore = {
      position: container.style.position,
      tabIndex: container.getAttribute("tabindex"),
      role: container.getAttribute("role"),
    };
    this.element = document.createElement("div");
    fill(this.element);
    // The browser's own scrolling and zooming would fight with ours.
    this.element.style.touchAction = "none";
    this.element.style.userSelect = "none";
    this.element.style.overflow = "hidden";
    container.prepend(this.element);
    if (getComputedStyle(container).position === "static") container.style.position = "relative";
    if (!container.hasAttribute("tabindex")) container.tabIndex = 0;
    if (!container.hasAttribute("role")) container.setAttribute("role", "application");
    fill(renderer.canvas);
    this.element.append(renderer.canvas);
    this.#size = { width: this.element.clientWidth, height: this.element.clientHeight };
    this.#deviceSize = devicePixels(this.#size);
    renderer.resize(this.#deviceSize);
    this.#observer = new ResizeObserver((entries) => this.#observed(entries.at(-1)!));
    this.#observe();
    this.#watchDensity();
  }

  /** CSS pixels. */
  get size(): Size {
    return this.#size;
  }

  get deviceSize(): Size {
    return this.#deviceSize;
  }

  /** Device pixels per CSS pixel, as they really are. */
  get pixelRatio(): number {
    return this.#size.width > 0 ? this.#deviceSize.width / this.#size.width : devicePixelRatio;
  }

  set surround(color: string) {
    // Transparent containers show the page; the drawers know no transparency.
    this.#renderer.surround = /^rgba\(.*, 0\)$|^transparent$/.test(color) ? "#808080" : color;
  }

  replaceRenderer(renderer: TileRenderer): void {
    renderer.surround = this.#renderer.surround;
    this.#renderer = renderer;
    this.#overlay?.canvas.remove();
    this.#overlay = undefined;
    fill(renderer.canvas);
    this.element.prepend(renderer.canvas);
    renderer.resize(this.#deviceSize);
  }

  /**
   * Draws the tiles, and the layers over them: where the drawer draws, if it can, which saves the browser to blend two
   * canvases.
   * @param revision - another number once a layer shows something else.
   */
  draw(frame: FrameView, scenes: readonly TileScene[], layers: readonly Layer[], revision: number): void {
    const overlay = overlayOf(layers, revision);
    this.#renderer.draw(frame, scenes, overlay);
    if (this.#renderer.paintsOverlay || !(overlay || this.#overlay)) return;
    const { width, height } = this.#deviceSize;
    const context = this.#clearOverlay();
    overlay?.paint(context, frame, { x: width / 2, y: height / 2 });
  }

  /** What is drawn right now. To be called in the task that drew it. */
  copy(): HTMLCanvasElement {
    const canvas = document.createElement("canvas");
    canvas.width = this.#deviceSize.width;
    canvas.height = this.#deviceSize.height;
    const context = canvas.getContext("2d");
    context?.drawImage(this.#renderer.canvas, 0, 0);
    if (this.#overlay) context?.drawImage(this.#overlay.canvas, 0, 0);
    return canvas;
  }

  destroy(): void {
    this.#observer.disconnect();
    this.#unwatchDensity();
    this.element.remove();
    this.#container.style.position = this.#containerBefore.position;
    restore(this.#container, "tabindex", this.#containerBefore.tabIndex);
    restore(this.#container, "role", this.#containerBefore.role);
  }

  #clearOverlay(): CanvasRenderingContext2D {
    this.#overlay ??= this.#createOverlay();
    this.#overlay.setTransform(1, 0, 0, 1, 0, 0);
    this.#overlay.clearRect(0, 0, this.#deviceSize.width, this.#deviceSize.height);
    return this.#overlay;
  }

  #createOverlay(): CanvasRenderingContext2D {
    const canvas = document.createElement("canvas");
    fill(canvas);
    canvas.width = this.#deviceSize.width;
    canvas.height = this.#deviceSize.height;
    this.element.append(canvas);
    return canvas.getContext("2d")!;
  }

  #observe(): void {
    try {
      this.#observer.observe(this.element, { box: "device-pixel-content-box" });
    } catch {
      // Safari does not know the box; the rounded product is right there but for odd zoom levels.
      this.#observer.observe(this.element);
    }
  }

  #observed(entry: ResizeObserverEntry): void {
    const { width, height } = entry.contentRect;
    const deviceSize = exactDevicePixels(entry) ?? devicePixels({ width, height });
    const same =
      width === this.#size.width &&
      height === this.#size.height &&
      deviceSize.width === this.#deviceSize.width &&
      deviceSize.height === this.#deviceSize.height;
    if (same) return;
    this.#size = { width, height };
    this.#deviceSize = deviceSize;
    this.#renderer.resize(deviceSize);
    if (this.#overlay) {
      this.#overlay.canvas.width = deviceSize.width;
      this.#overlay.canvas.height = deviceSize.height;
    }
    this.#onResize();
  }

  /** Moving to another screen changes the density and may leave the CSS size as it was. Not every browser tells both. */
  #watchDensity(): void {
    window.addEventListener("resize", this.#densityChanged);
    this.#density = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.#density.addEventListener("change", this.#densityChanged);
  }

  #unwatchDensity(): void {
    window.removeEventListener("resize", this.#densityChanged);
    this.#density?.removeEventListener("change", this.#densityChanged);
  }

  #densityChanged = (): void => {
    this.#unwatchDensity();
    this.#watchDensity();
    this.#observer.unobserve(this.element);
    this.#observe();
  };
}

function overlayOf(layers: readonly Layer[], revision: number): Overlay | undefined {
  const painting = layers.filter((layer) => layer.paint);
  if (painting.length === 0) return undefined;
  return {
    revision: painting.every((layer) => layer.isFixed) ? revision : undefined,
    paint: (context, frame, middle) => {
      for (const layer of painting) {
        context.save();
        placeView(context, frame, middle);
        layer.paint?.(context, frame);
        context.restore();
      }
    },
  };
}

function fill({ style }: HTMLElement): void {
  style.position = "absolute";
  style.inset = "0";
  style.width = "100%";
  style.height = "100%";
  style.display = "block";
}

function devicePixels({ width, height }: Size): Size {
  return { width: Math.round(width * devicePixelRatio), height: Math.round(height * devicePixelRatio) };
}

/** The browser's own count, which knows how it rounds the edges. */
function exactDevicePixels({ contentRect, devicePixelContentBoxSize }: ResizeObserverEntry): Size | undefined {
  const box = devicePixelContentBoxSize?.[0];
  if (!box) return undefined;
  const rounded = devicePixels(contentRect);
  // An emulated density (developer tools, tests) is not in it: rounding alone never makes out more than a pixel.
  const isRounding = Math.abs(box.inlineSize - rounded.width) <= 1 && Math.abs(box.blockSize - rounded.height) <= 1;
  return isRounding ? { width: box.inlineSize, height: box.blockSize } : undefined;
}

function restore(element: HTMLElement, attribute: string, value: string | null): void {
  if (value === null) element.removeAttribute(attribute);
  else element.setAttribute(attribute, value);
}
