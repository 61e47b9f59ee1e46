import type { Pixels, Slide } from "#slide";
import type { ViewState } from "#viewer";
import type { Failure } from "../failures/failure.ts";
import type { SlideInput } from "../library.ts";
import type { Origin } from "../opening/origin.ts";
import { createStore, type StoreApi } from "./store.ts";

/** How far a slide of the rail has come. */
export type SlideState =
  /** Not looked at yet. */
  | { readonly kind: "waiting" }
  | { readonly kind: "opening" }
  /** Has been opened at least once and can be opened again. */
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly failure: Failure };

/** One line of the slide rail. */
export interface SlideEntry {
  readonly id: string;
  readonly name: string;
  /** The folder it was found in, as the user sees it; empty for a file opened by itself. */
  readonly folder: string;
  readonly sizeBytes: number | undefined;
  readonly input: SlideInput;
  readonly origin: Origin;
  readonly state: SlideState;
  /** µm per pixel, once known. */
  readonly mpp?: number | undefined;
  readonly thumbnail?: Pixels | undefined;
  /** Where the reader left it, for coming back by N and P. */
  readonly view?: Partial<ViewState> | undefined;
}

/** A sentence that stays readable over the slide until it is dismissed. */
export interface Notice {
  readonly id: number;
  readonly failure: Failure;
}

export interface SlidesState {
  readonly entries: readonly SlideEntry[];
  /** The entry that the slide pane is about. */
  readonly activeId: string | undefined;
  /** The opened slide of `activeId`; undefined while it opens and after it failed. */
  readonly slide: Slide | undefined;
  /** Something of `slide` is on the screen: whatever is less urgent than its first pixels waits for this. */
  readonly painted: boolean;
  /** A folder that is being looked through. */
  readonly gathering: { readonly folder: string; readonly files: number } | undefined;
  readonly notices: readonly Notice[];
}

export interface SlidesActions {
  add(entries: readonly SlideEntry[]): void;
  change(id: string, change: Partial<SlideEntry>): void;
  remove(id: string): void;
  setActive(id: string | undefined, slide?: Slide): void;
  setPainted(): void;
  setGathering(gathering: SlidesState["gathering"]): void;
  /** The same sentence is not shown twice. */
  notify(failure: Failure): void;
  dismiss(id: number): void;
}

export type SlidesStore = StoreApi<SlidesState & SlidesActions>;

/** The slides of the rail and which of them is open. Plain state: opening itself is `opening/session.ts`. */
export function createSlidesStore(): SlidesStore {
  let notices = 0;
  return createStore<SlidesState & SlidesActions>()((set) => ({
    entries: [],
    activeId: undefined,
    slide: undefined,
    painted: false,
    gathering: undefined,
    notices: [],
    add: (entries) => set((state) => ({ entries: [...state.entries, ...entries] })),
    change: (id, change) =>
      set((state) => ({
        entries: state.entries.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
      })),
    remove: (id) =>
      set((state) => ({
        entries: state.entries.filter((entry) => entry.id !== id),
        ...(state.activeId === id ? { activeId: undefined, slide: undefined } : {}),
      })),
    setActive: (activeId, slide) => set({ activeId, slide, painted: false }),
    setPainted: () => set({ painted: true }),
    setGathering: (gathering) => set({ gathering }),
    notify: (failure) =>
      set((state) =>
        state.notices.some((notice) => notice.failure.what === failure.what)
          ? {}
          : { notices: [...state.notices, { id: ++notices, failure }] },
      ),
    dismiss: (id) => set((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) })),
  }));
}

/** The shown slide once its first pixels are on the screen. */
export function paintedSlide({ painted, slide }: SlidesState): Slide | undefined {
  return painted ? slide : undefined;
}

/** What tells slides apart in a job: the path as the person sees it. */
export function pathOf({ folder, name }: Pick<SlideEntry, "folder" | "name">): string {
  return folder ? `${folder}/${name}` : name;
}

export function findByPath(entries: readonly SlideEntry[], path: string): SlideEntry | undefined {
  return entries.find((entry) => pathOf(entry) === path);
}

/** The entry the slide pane is about. */
export function activeEntry(state: SlidesState): SlideEntry | undefined {
  return state.entries.find((entry) => entry.id === state.activeId);
}
