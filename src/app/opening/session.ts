import type { Slide } from "#slide";
import { explain } from "../failures/explain.ts";
import type { Library } from "../library.ts";
import { activeEntry, pathOf, type SlideEntry, type SlidesStore } from "../stores/slides.ts";
import { words } from "../words.ts";
import { type Asked, nameOf, SAMPLE_ADDRESS } from "./address.ts";
import { type Gathered, type GatherOptions, gatherHandles, gatherTransfer } from "./gather.ts";
import { createIntake, type IntakeOptions } from "./intake.ts";
import type { Kept, LastSession, OpenSlides, RecentSlide } from "./kept.ts";
import type { Pickers } from "./pickers.ts";
import { createShowing } from "./showing.ts";
import { createTabRecord } from "./tab-record.ts";
import { setModelApart, takeSlides } from "./take.ts";

export interface SessionParts {
  readonly library: Library;
  readonly slides: SlidesStore;
  readonly kept: Kept;
  readonly pickers: Pickers;
  /** Lives as long as the tab. */
  readonly tabStorage?: Storage | undefined;
  /** The page's own address, for addresses relative to it. */
  readonly page: () => URL;
  /** Another slide is shown, or none: the address bar follows. */
  readonly onShown?: (entry: SlideEntry | undefined) => void;
}

/** Everything that opens, shows and closes slides; errors become sentences in the store, nothing throws. */
export type Session = ReturnType<typeof createSession>;

export function createSession({ library, slides, kept, pickers, tabStorage, page, onShown }: SessionParts) {
  const tab = createTabRecord(kept, tabStorage);
  /** What was picked or dropped so far, each once, for coming back after a reload. */
  let roots: Promise<readonly FileSystemHandle[]> = Promise.resolve([]);
  /** Whether what is kept is what is open here: until then it is the last visit's, which may still be taken up. */
  let isKeptOurs = false;
  const state = () => slides.getState();
  const showing = createShowing({
    library,
    slides,
    onShown: (entry) => onShown?.(entry),
    onOpened: (entry) => void remember(entry),
  });
  const intake = createIntake({ library, slides }, showing, (gathered) => {
    roots = roots.then((known) => distinct([...known, ...gathered.roots]));
  });

  function openAddress(address: string): void {
    const url = new URL(address, page());
    const name = nameOf(url);
    const origin = { kind: "address", address } as const;
    const [id] = intake.addAll([{ name, folder: "", sizeBytes: undefined, input: url, origin }]);
    if (id) void showing.show(id);
  }

  async function remember(entry: SlideEntry): Promise<void> {
    const { name, origin } = entry;
    await kept.remember({ id: idOf(entry), name, origin, openedAt: Date.now() });
    await saveSession();
  }

  async function saveSession(): Promise<void> {
    // Closed slides do not come back, nor does a folder with its last one.
    roots = roots.then((known) => known.filter((root) => state().entries.some((entry) => isFrom(entry, root))));
    const handles = await roots;
    const { entries, activeId } = state();
    const fromDisk = entries.filter(({ origin }) => origin.kind === "handle");
    if (handles.length === 0 || fromDisk.length === 0) return isKeptOurs ? tab.forget() : undefined;
    isKeptOurs = true;
    const shownFirst = fromDisk.toSorted((a, b) => Number(b.id === activeId) - Number(a.id === activeId));
    await tab.save({ roots: handles, names: shownFirst.map(({ name }) => name), ids: shownFirst.map(idOf) });
  }

  /** Must follow a press: the browser may ask for permission. */
  async function openKeptHandles(
    handles: readonly FileSystemHandle[],
    name: string,
    { folder, ...wanted }: IntakeOptions & { readonly folder?: string | undefined },
  ): Promise<void> {
    try {
      for (const handle of handles) {
        if ((await allow(handle)) === "granted") continue;
        const details = { name: "NotAllowedError", message: `permission to read ${handle.name} was not given` };
        return state().notify({ ...words.failures.noPermission(handle.name), details });
      }
    } catch (error) {
      return state().notify({ ...words.failures.noMoreHandle(name), details: explain(error, { name }).details });
    }
    const gather = async (options: GatherOptions) => {
      const gathered = await gatherHandles(handles, options);
      return folder ? within(folder, gathered) : gathered;
    };
    await intake.takeIn(gather, name, wanted);
  }

  /** A handle gives today's file: the one in hand is a snapshot that a change on disk has spoilt. */
  async function refresh(entry: SlideEntry): Promise<void> {
    const { id, name, origin } = entry;
    let fresh: Partial<SlideEntry> = {};
    if (origin.kind === "handle") {
      try {
        if ((await allow(origin.handle)) === "granted") {
          const { entries } = await takeSlides(await gatherHandles([origin.handle]), [], library.findSlides);
          const found = entries.find((candidate) => candidate.name === name);
          if (found) fresh = { input: found.input, sizeBytes: found.sizeBytes };
        }
      } catch {
        // Opening what is in hand then gives the reason.
      }
    }
    intake.replace(id, fresh);
  }

  const openSlide = () => intake.takeIn((options) => pickers.pickFiles(options), words.first.openSlide);

  return {
    show: showing.show,
    next: () => showing.step(1),
    previous: () => showing.step(-1),
    close(id: string) {
      showing.close(id);
      void saveSession();
    },
    closeAll() {
      intake.stop();
      showing.closeAll();
      void saveSession();
    },
    /** Opens a slide again that failed or changed. */
    async retry(id: string) {
      const entry = state().entries.find((candidate) => candidate.id === id);
      if (!entry) return;
      await refresh(entry);
      await showing.show(id);
    },
    /** The shown slide is as sharp as it gets. */
    settled: (slide: Slide) => showing.settled(slide),
    /** Something of the shown slide could not be read: said over the slide, once. */
    readFailed: (error: unknown) => state().notify(explain(error, activeEntry(state()) ?? { name: "" })),

    openSlide,
    /** `forId`: the entry that waits for this folder. */
    openFolder: (forId?: string) =>
      intake.takeIn((options) => pickers.pickFolder(options), words.first.openFolder, { forId }),
    openSample: () => openAddress(SAMPLE_ADDRESS),
    /**
     * A drop or paste; must be called within its event, which empties the transfer when it ends.
     * @param addModel - takes the files of a model that lies among them, which is no slide.
     */
    openTransfer(transfer: DataTransfer, addModel?: (files: readonly File[]) => void) {
      let tell: ((files: number) => void) | undefined;
      const name = transfer.files[0]?.name ?? "";
      const gathering = gatherTransfer(transfer, { onProgress: (files) => tell?.(files) });
      return intake.takeIn(async ({ onProgress }) => {
        tell = onProgress;
        const gathered = await gathering;
        if (!addModel) return gathered;
        const { model, rest } = await setModelApart(gathered, library.findSlides);
        if (model.length === 0) return gathered;
        addModel(model);
        return rest.files.length > 0 ? rest : undefined;
      }, name);
    },
    openHandles: (handles: readonly FileSystemHandle[]) =>
      intake.takeIn((options) => gatherHandles(handles, options), handles[0]?.name ?? ""),
    /** What the page's address asks for. */
    openAsked(asked: Asked) {
      if (asked.kind === "slide") openAddress(asked.address);
      if (asked.kind === "refused") state().notify(asked.failure);
    },
    stopGathering: intake.stop,

    recent: () => kept.recent(),
    /** @param folder - of a file: where it shall stand in the rail. */
    async openRecent({ name, origin, folder }: Pick<RecentSlide, "name" | "origin"> & { folder?: string }) {
      if (origin.kind === "none") return openSlide();
      if (origin.kind === "address") return openAddress(origin.address);
      await openKeptHandles([origin.handle], name, {
        show: (entry) => entry.name === name,
        folder: origin.handle.kind === "file" ? folder : undefined,
      });
    },
    forget: (id: string) => kept.forget(id),
    forgetAll: () => kept.forgetAll(),
    /**
     * What this tab had open when it was left, in a new one what the tab had that was closed last; and whether the browser
     * still lets us read it without asking.
     */
    async lastSession(): Promise<{ session: LastSession; granted: boolean } | undefined> {
      const session = await tab.last();
      if (!session || session.roots.length === 0) return undefined;
      const permissions = await Promise.all(session.roots.map((handle) => handle.queryPermission?.({ mode: "read" })));
      return { session, granted: permissions.every((permission) => permission === "granted") };
    },
    /** The tab has come to the front. */
    seen: tab.seen,
    /** Opens what was open, and no more of its folders. */
    async resume({ roots: handles, names: [name = ""], ids }: OpenSlides) {
      isKeptOurs = true;
      await openKeptHandles(await distinct(handles), name, {
        show: (entry) => idOf(entry) === ids[0],
        // A file that was picked itself is there only because its slide was open.
        only: (entry) => !entry.folder || ids.includes(idOf(entry)),
      });
    },
  };
}

/** Tells slides apart beyond a visit. */
function idOf({ folder, name }: Pick<SlideEntry, "folder" | "name">): string {
  return `${folder}/${name}`;
}

/** Whether a slide, or a file of it, lies in what was picked or dropped. */
function isFrom({ folder, input, origin }: SlideEntry, root: FileSystemHandle): boolean {
  if (origin.kind === "handle" && origin.handle === root) return true;
  if (input instanceof URL) return false;
  const names = input instanceof File ? [input.name] : input.files.map(({ path }) => path);
  const paths = names.map((name) => pathOf({ folder, name }));
  return paths.some((path) => path === root.name || path.startsWith(`${root.name}/`));
}

/** Files as they were found in the folder, though it is not there to be looked through. */
function within(folder: string, gathered: Gathered): Gathered {
  const files = gathered.files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
  return { ...gathered, files, chosen: new Set(files.map(({ path }) => path)) };
}

/** Each file or folder once, however often it was picked. */
async function distinct(handles: readonly FileSystemHandle[]): Promise<readonly FileSystemHandle[]> {
  const different: FileSystemHandle[] = [];
  for (const handle of handles) {
    const same = await Promise.all(different.map((other) => other.isSameEntry(handle)));
    if (!same.includes(true)) different.push(handle);
  }
  return different;
}

/** Chromium asks again after a reload; elsewhere a handle that exists may be read. */
async function allow(handle: FileSystemHandle): Promise<PermissionState> {
  if (!handle.requestPermission) return "granted";
  const now = await handle.queryPermission({ mode: "read" });
  return now === "granted" ? now : handle.requestPermission({ mode: "read" });
}
