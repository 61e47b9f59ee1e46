import { ByteLru } from "#base";
import { shrinkRgba } from "#kernels";
import type { Pixels, Slide } from "#slide";
import { coverage } from "../coverage.ts";
import { type FrameView, isTurning, type PlacedTile, type TileImage, type TileScene } from "../gpu/tile-renderer.ts";
import { Pyramid, type TileAddress } from "../pyramid.ts";
import { planTiles, type TilePlan } from "../tile-plan.ts";
import { type Arrival, TileScheduler } from "../tile-scheduler.ts";
import { type Size, type SlideBox, sameView, type ViewState } from "../viewport.ts";
import type { Layer, LayerHost } from "./layer.ts";

export interface ImageLayerOptions {
  /** Bytes of images kept. */
  readonly budgetBytes: number;
  readonly onError: (error: unknown) => void;
  /** More of the small picture of the whole slide is there. */
  readonly onOverview: (picture: HTMLCanvasElement) => void;
}

/** What a layer has and waits for. */
export interface TileCounts {
  readonly pending: number;
  readonly cached: number;
  readonly bytes: number;
}

/** Time per frame for making images of arrived pixels: the rest of the 16 ms is for drawing. */
const LOAD_BUDGET_MS = 3;
/** Part of the cache that a plan may fill; the rest keeps what was there a moment ago. */
const PLANNED_SHARE = 0.6;

/** Draws a slide: plans, reads, keeps and places its tiles. */
export class ImageLayer implements Layer {
  readonly slide: Slide;
  readonly #pyramid: Pyramid;
  readonly #options: ImageLayerOptions;
  readonly #cache: ByteLru<number, TileImage>;
  /** The whole slide in the pixels of the pyramid's coarsest level. */
  readonly #overview: HTMLCanvasElement;
  readonly #background: string;
  #host: LayerHost | undefined;
  #scheduler: TileScheduler | undefined;
  #plan: TilePlan | undefined;
  #planned: { view: ViewState; size: Size; pixelRatio: number } | undefined;
  #changed: SlideBox[] = [];

  constructor(slide: Slide, options: ImageLayerOptions) {
    this.slide = slide;
    this.#options = options;
    this.#pyramid = new Pyramid(slide.levels);
    this.#cache = new ByteLru(options.budgetBytes, (image) => this.#host?.renderer.release(image));
    const { width, height } = this.#pyramid.levels[this.#pyramid.base]!;
    this.#overview = document.createElement("canvas");
    this.#overview.width = width;
    this.#overview.height = height;
    this.#background = `#${slide.properties["openslide.background-color"] ?? "ffffff"}`;
  }

  get counts(): TileCounts {
    return { pending: this.#scheduler?.pending ?? 0, cached: this.#cache.size, bytes: this.#cache.bytes };
  }

  /** Whether every tile of the last frame is there, as far as it can be read. */
  get settled(): boolean {
    return this.#plan?.visible.every((address) => this.#has(address) || this.#scheduler?.hasFailed(address)) ?? false;
  }

  /** Whether the last frame shows anything of the slide. */
  get hasPixels(): boolean {
    return this.#cache.size > 0;
  }

  attach(host: LayerHost): void {
    this.#host = host;
    this.#scheduler = new TileScheduler(this.slide, this.#pyramid, {
      has: this.#has,
      onChange: () => host.invalidate(),
      onError: this.#options.onError,
    });
  }

  detach(): void {
    this.#scheduler?.close();
    this.#scheduler = undefined;
    this.#cache.clear();
    this.#host = undefined;
    this.#plan = undefined;
    this.#planned = undefined;
    this.#changed = [];
  }

  prepare(frame: FrameView, destination: ViewState): TileScene {
    const { view, size, pixelRatio } = frame;
    this.#readFor({ view: destination, size, pixelRatio });
    this.#loadArrivals(isTurning(frame));
    const target = this.#pyramid.levelFor(view.downsample / pixelRatio);
    const changed = this.#changed;
    this.#changed = [];
    return {
      layer: this,
      extent: { left: 0, top: 0, right: this.slide.width, bottom: this.slide.height },
      background: this.#background,
      changed,
      tilesIn: (box) => coverage(this.#pyramid, target, box, this.#has).map((address) => this.#placed(address)),
    };
  }

  #readFor(wish: { view: ViewState; size: Size; pixelRatio: number }): void {
    const { view, size, pixelRatio } = wish;
    const last = this.#planned;
    const same = last && sameView(last.view, view) && last.pixelRatio === pixelRatio && last.size === size;
    if (!same || !this.#plan) {
      this.#planned = wish;
      this.#plan = planTiles(this.#pyramid, view, size, pixelRatio, this.#options.budgetBytes * PLANNED_SHARE);
      this.#scheduler?.want(this.#plan.wanted);
    }
    // What is on the screen, or would be at once after a jump, is evicted last.
    for (const { address } of this.#plan.wanted) this.#cache.get(this.#pyramid.key(address));
  }

  /** @param onlyUrgent - there is no time for what was read ahead. */
  #loadArrivals(onlyUrgent: boolean): void {
    const until = performance.now() + LOAD_BUDGET_MS;
    let arrival = this.#scheduler?.take(onlyUrgent);
    while (arrival) {
      this.#load(arrival);
      if (performance.now() > until) {
        this.#host?.invalidate();
        return;
      }
      arrival = this.#scheduler?.take(onlyUrgent);
    }
  }

  /** Makes the image of a tile, and those of the coarser tiles that the same pixels hold. */
  #load({ address, pixels, shrink }: Arrival): void {
    let { reduction } = this.#pyramid.levels[address.level]!;
    let shrunk = shrinkPixels(pixels, reduction / shrink);
    this.#keep(address, shrunk);
    for (const level of this.#pyramid.siblings(address.level)) {
      const coarser = { ...address, level };
      if (this.#has(coarser)) continue;
      const next = this.#pyramid.levels[level]!.reduction;
      shrunk = shrinkPixels(shrunk, next / reduction);
      reduction = next;
      this.#keep(coarser, shrunk);
    }
    this.#scheduler?.recycle(pixels);
  }

  #keep(address: TileAddress, pixels: Pixels): void {
    const image = this.#host?.renderer.load(pixels);
    if (!image) return;
    this.#cache.set(this.#pyramid.key(address), image, image.bytes);
    this.#changed.push(this.#pyramid.box(address));
    if (address.level === this.#pyramid.base) this.#drawOverview(address, pixels);
  }

  #drawOverview({ level, column, row }: TileAddress, { data, width, height }: Pixels): void {
    const { stepX, stepY, reduction } = this.#pyramid.levels[level]!;
    const image = new ImageData(data, width, height);
    this.#overview.getContext("2d")?.putImageData(image, (column * stepX) / reduction, (row * stepY) / reduction);
    this.#options.onOverview(this.#overview);
  }

  #has = (address: TileAddress): boolean => this.#cache.has(this.#pyramid.key(address));

  #placed(address: TileAddress): PlacedTile {
    const image = this.#cache.get(this.#pyramid.key(address))!;
    return {
      image,
      box: this.#pyramid.box(address),
      filled: this.#pyramid.filled(address),
      crisp: address.level === 0,
    };
  }
}

/** @param factor - a power of two. Regions are read in whole texels, so that all divides. */
function shrinkPixels({ data, width, height }: Pixels, factor: number): Pixels {
  return { data: shrinkRgba(data, width, height, factor), width: width / factor, height: height / factor };
}
