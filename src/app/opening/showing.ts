import type { Slide } from "#slide";
import { explain } from "../failures/explain.ts";
import type { Library, SlideInput } from "../library.ts";
import { activeEntry, type SlideEntry, type SlidesStore } from "../stores/slides.ts";
import { readThumbnail } from "./thumbnail.ts";

export interface ShowingParts {
  readonly library: Library;
  readonly slides: SlidesStore;
  /** Another entry is shown, or none. */
  readonly onShown: (entry: SlideEntry | undefined) => void;
  /** A slide has been opened to be looked at. */
  readonly onOpened: (entry: SlideEntry) => void;
}

/** Which slide is open: one at a time for the reader, and one at a time in the background for the rail's pictures. */
export function createShowing({ library, slides, onShown, onOpened }: ShowingParts) {
  let opening: AbortController | undefined;
  let begun:
    | { readonly input: SlideInput; readonly abort: AbortController; readonly slide: Promise<Slide> }
    | undefined;
  let isSweeping = false;

  const state = () => slides.getState();
  const find = (id: string) => state().entries.find((entry) => entry.id === id);

  /** Shows an entry, opening its slide; one that has failed shows why. */
  async function show(id: string): Promise<void> {
    const entry = find(id);
    if (!entry || (state().activeId === id && (state().slide || entry.state.kind === "opening"))) return;
    const signal = leave();
    const isFailed = entry.state.kind === "failed";
    state().setActive(id);
    if (!isFailed) state().change(id, { state: { kind: "opening" } });
    onShown(find(id));
    if (!isFailed) await open(entry, signal);
    void sweep();
  }

  /**
   * Begins to open a slide that is about to be added and shown. Building rail and panels for it keeps this thread busy
   * for as long as the opening takes in its worker: so the worker is asked first.
   * @returns once the request is on its way.
   */
  function begin(input: SlideInput): Promise<void> {
    const abort = new AbortController();
    const slide = library.openSlide(input, { signal: abort.signal });
    // Whoever shows the slide hears of its failure.
    slide.catch(() => {});
    begun = { input, abort, slide };
    return new Promise((resolve) => setTimeout(resolve));
  }

  function openNow(input: SlideInput, signal: AbortSignal): Promise<Slide> {
    if (begun?.input !== input) return library.openSlide(input, { signal });
    const { abort, slide } = begun;
    begun = undefined;
    signal.addEventListener("abort", () => abort.abort(signal.reason));
    return slide;
  }

  async function open({ id, input, name, sizeBytes }: SlideEntry, signal: AbortSignal): Promise<void> {
    try {
      const slide = await openNow(input, signal);
      if (signal.aborted) return closeLater(slide);
      state().change(id, { ...factsOf(slide, sizeBytes), state: { kind: "ready" } });
      state().setActive(id, slide);
      const entry = find(id);
      if (entry) onOpened(entry);
    } catch (error) {
      if (signal.aborted) return;
      state().change(id, { state: { kind: "failed", failure: explain(error, { name, sizeBytes }) } });
    }
  }

  /** Shows the first of several that can be read; the first of all when none can. */
  async function showFirst(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await show(id);
      // The reader has chosen another meanwhile, or this one is what was wanted.
      if (state().activeId !== id || find(id)?.state.kind !== "failed") return;
    }
    if (ids[0]) await show(ids[0]);
  }

  /** Nothing is shown; what was being opened no longer is. @returns the signal of whatever is opened next. */
  function leave(): AbortSignal {
    opening?.abort();
    opening = new AbortController();
    const left = activeEntry(state());
    if (left?.state.kind === "opening") state().change(left.id, { state: { kind: "waiting" } });
    const { slide } = state();
    state().setActive(undefined);
    closeLater(slide);
    return opening.signal;
  }

  /** Closing waits for workers; nobody needs to wait for that. */
  function closeLater(slide: Slide | undefined): void {
    slide?.close().catch((error: unknown) => state().notify(explain(error, slide)));
  }

  function step(by: 1 | -1): void {
    const { entries, activeId } = state();
    const now = entries.findIndex((entry) => entry.id === activeId);
    const next = entries[now === -1 ? 0 : now + by];
    if (next) void show(next.id);
  }

  function close(id: string): void {
    const { entries, activeId } = state();
    const index = entries.findIndex((entry) => entry.id === id);
    const neighbour = entries[index + 1] ?? entries[index - 1];
    if (activeId === id) leave();
    state().remove(id);
    if (activeId !== id) return;
    if (neighbour) void show(neighbour.id);
    else onShown(undefined);
  }

  function closeAll(): void {
    leave();
    for (const { id } of state().entries) state().remove(id);
    onShown(undefined);
  }

  /** Looks at the slides that nobody has shown yet, one after the other: the shown slide waits for one at most. */
  async function sweep(): Promise<void> {
    if (isSweeping) return;
    isSweeping = true;
    for (;;) {
      const isOpening = activeEntry(state())?.state.kind === "opening";
      const next = state().entries.find((entry) => entry.state.kind === "waiting" && entry.id !== state().activeId);
      if (isOpening || !next) break;
      await look(next);
    }
    isSweeping = false;
  }

  async function look({ id, input, name, sizeBytes }: SlideEntry): Promise<void> {
    const isStillWaiting = () => find(id)?.state.kind === "waiting";
    try {
      await using slide = await library.openSlide(input);
      const thumbnail = await readThumbnail(slide);
      if (isStillWaiting()) state().change(id, { ...factsOf(slide, sizeBytes), thumbnail, state: { kind: "ready" } });
      else if (thumbnail) state().change(id, { thumbnail });
    } catch (error) {
      if (!isStillWaiting()) return;
      state().change(id, { state: { kind: "failed", failure: explain(error, { name, sizeBytes }) } });
    }
  }

  /** The shown slide has all its tiles: now is the time for its picture in the rail. */
  async function settled(slide: Slide): Promise<void> {
    const entry = activeEntry(state());
    if (!entry || state().slide !== slide || entry.thumbnail) return;
    try {
      const thumbnail = await readThumbnail(slide);
      if (thumbnail && !find(entry.id)?.thumbnail) state().change(entry.id, { thumbnail });
    } catch {
      // A rail entry without a picture is complete; a slide that cannot be read says so by its tiles.
    }
  }

  return { begin, show, showFirst, step, leave, close, closeAll, sweep, settled };
}

export type Showing = ReturnType<typeof createShowing>;

/** The size of a slide from an address is known only once it is open. */
function factsOf(slide: Slide, sizeBytes = slide.sizeBytes): Partial<SlideEntry> {
  return { mpp: slide.mpp?.x, sizeBytes };
}
