import { type ChosenRenderer, chooseRenderer, type RendererChoice } from "./choose-renderer.ts";
import type { TileRenderer } from "./tile-renderer.ts";

/** A context that is lost again and again will be lost again. */
const MAX_CONTEXT_LOSSES = 3;
const CONTEXT_RESTORE_TIMEOUT_MS = 4000;

export interface LastingRendererEvents {
  /** The drawer has come back without the images it had. */
  readonly onEmptied: () => void;
  /** Another drawer has taken over, which has no images yet. */
  readonly onReplaced: () => void;
}

/** A drawer that outlives the GPU: where a lost context does not come back, the processor draws from then on. */
export class LastingRenderer {
  readonly #events: LastingRendererEvents;
  #chosen: ChosenRenderer;
  #losses = 0;
  #restoreTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(choice: RendererChoice, events: LastingRendererEvents) {
    this.#events = events;
    this.#chosen = this.#choose(choice);
  }

  get renderer(): TileRenderer {
    return this.#chosen.renderer;
  }

  /** Why this one draws, as part of a sentence. */
  get reason(): string {
    return this.#chosen.reason;
  }

  destroy(): void {
    clearTimeout(this.#restoreTimer);
    this.#chosen.renderer.destroy();
  }

  #choose(choice: RendererChoice): ChosenRenderer {
    return chooseRenderer(choice, { onLost: () => this.#lost(), onRestored: () => this.#restored() });
  }

  #lost(): void {
    this.#losses++;
    if (this.#losses >= MAX_CONTEXT_LOSSES) this.#drawWithoutGpu();
    else this.#restoreTimer = setTimeout(() => this.#drawWithoutGpu(), CONTEXT_RESTORE_TIMEOUT_MS);
  }

  #restored(): void {
    clearTimeout(this.#restoreTimer);
    this.#events.onEmptied();
  }

  #drawWithoutGpu(): void {
    this.destroy();
    this.#chosen = { ...this.#choose("canvas2d"), reason: "the GPU stopped drawing" };
    this.#events.onReplaced();
  }
}
