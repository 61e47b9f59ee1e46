import { explain } from "../failures/explain.ts";
import type { Failure } from "../failures/failure.ts";
import type { Library } from "../library.ts";
import type { SlideEntry, SlidesState, SlidesStore } from "../stores/slides.ts";
import { words } from "../words.ts";
import type { Gathered, GatherOptions } from "./gather.ts";
import type { Showing } from "./showing.ts";
import { type NewEntry, takeSlides } from "./take.ts";

/** A folder tells how far it has been looked through every so many files. */
const TELL_EVERY_FILES = 100;

export interface IntakeOptions {
  /** The slide to show of what comes in; else the first that can be read. */
  readonly show?: (entry: NewEntry) => boolean;
  /** What is wanted of what comes in; else all. */
  readonly only?: (entry: NewEntry) => boolean;
  /** The entry whose companion folder this is meant to be. */
  readonly forId?: string | undefined;
}

/** Takes files in: from a picker, a drop, a paste, a handle that was kept. */
export function createIntake(
  { library, slides }: { library: Library; slides: SlidesStore },
  showing: Showing,
  onAdded: (gathered: Gathered) => void,
) {
  /** What is being looked through, each with what it last told of itself. */
  const gatherings = new Map<AbortController, SlidesState["gathering"]>();
  /** Gathered at once, added one after the other: each finds in the rail what those before brought. */
  let adding: Promise<void> = Promise.resolve();
  let begunGatherings = 0;
  let shownGathering = 0;
  let nextId = 1;
  const state = () => slides.getState();
  const find = (entry: NewEntry) => state().entries.find((other) => isSame(other, entry));

  /** Runs a gathering with progress and stop, adds its slides and shows one of them. */
  async function takeIn(
    gather: (options: GatherOptions) => Promise<Gathered | undefined>,
    name: string,
    options: IntakeOptions = {},
  ): Promise<void> {
    const abort = new AbortController();
    const number = ++begunGatherings;
    gatherings.set(abort, undefined);
    const onProgress = (files: number) => {
      if (abort.signal.aborted || files % TELL_EVERY_FILES !== 0) return;
      gatherings.set(abort, { folder: name, files });
      tell();
    };
    try {
      const gathered = await gather({ signal: abort.signal, onProgress });
      if (gathered && !abort.signal.aborted) {
        const added = adding.then(() => addAndShow(gathered, options, { name, number, signal: abort.signal }));
        adding = added.catch(() => {});
        await added;
      }
    } catch (error) {
      if (!abort.signal.aborted) state().notify(explain(error, { name }));
    } finally {
      gatherings.delete(abort);
      tell();
    }
  }

  /** Of several that are looked through, the one begun last is told about. */
  function tell(): void {
    state().setGathering([...gatherings.values()].findLast((told) => told !== undefined));
  }

  /** @param number - how many gatherings had begun with this one: what was dropped last is what the reader wants to see. */
  async function addAndShow(
    gathered: Gathered,
    options: IntakeOptions,
    { name, number, signal }: { name: string; number: number; signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) return;
    const awaiting = state().entries.filter(({ state }) => state.kind === "failed" && state.failure.awaitsFolder);
    const { entries: found, completed } = await takeSlides(gathered, awaiting, library.findSlides);
    if (signal.aborted) return;
    const entries = found.filter((entry) => options.only?.(entry) ?? true);
    for (const { id, entry } of completed) replace(id, entry);
    const asked = state().entries.find(({ id }) => id === options.forId);
    if (asked && !completed.some(({ id }) => id === asked.id)) return state().notify(stillMissing(asked, gathered));
    const isOvertaken = number < shownGathering && state().activeId !== undefined;
    if (!isOvertaken && entries.length + completed.length > 0) shownGathering = number;
    const first = entries.find((entry) => options.show?.(entry)) ?? entries[0];
    if (first && !completed[0] && !isOvertaken && !find(first)) await showing.begin(first.input);
    const ids = addAll(entries, first);
    onAdded(gathered);
    if (completed[0]) void showing.show(completed[0].id);
    else if (ids.length === 0) state().notify(found.length > 0 ? gone(name, gathered) : noSlides(gathered));
    else if (!isOvertaken) void showing.showFirst(ids);
    void showing.sweep();
  }

  /** Adds what is not in the rail yet. @returns their ids, the wanted one first. */
  function addAll(entries: readonly NewEntry[], wanted?: NewEntry): readonly string[] {
    const added: SlideEntry[] = [];
    const ids: string[] = [];
    for (const entry of entries) {
      const known = find(entry) ?? added.find((other) => isSame(other, entry));
      // The same file again is how a reader recovers one that changed or failed.
      if (known?.state.kind === "failed") replace(known.id, entry);
      const id = known?.id ?? `slide-${nextId++}`;
      if (!known) added.push({ ...entry, id, state: { kind: "waiting" } });
      if (entry === wanted) ids.unshift(id);
      else if (!ids.includes(id)) ids.push(id);
    }
    if (added.length > 0) state().add(added);
    return ids;
  }

  /** Gives an entry other files to open from, and another chance. */
  function replace(id: string, entry: Partial<SlideEntry>): void {
    if (state().activeId === id) showing.leave();
    state().change(id, { ...entry, state: { kind: "waiting" } });
  }

  function stop(): void {
    for (const abort of gatherings.keys()) abort.abort();
    gatherings.clear();
    tell();
  }

  return { takeIn, addAll, replace, stop };
}

function stillMissing({ name }: SlideEntry, gathered: Gathered): Failure {
  const details = { name: "CompanionNotFound", message: `${gathered.files.length} files in ${gathered.name}` };
  return { ...words.failures.stillMissing(name, gathered.name), details };
}

function noSlides(gathered: Gathered): Failure {
  const details = { name: "NoSlides", message: `${gathered.files.length} files in ${gathered.name}` };
  return { ...words.failures.noSlides(gathered.name, gathered.files.length), details };
}

function gone(name: string, gathered: Gathered): Failure {
  const details = { name: "NotFoundError", message: `${name} is not among ${gathered.files.length} files` };
  return { ...words.failures.noMoreHandle(name), details };
}

function isSame(entry: SlideEntry, other: NewEntry): boolean {
  if (entry.input instanceof URL || other.input instanceof URL) {
    return entry.input instanceof URL && other.input instanceof URL && entry.input.href === other.input.href;
  }
  return entry.name === other.name && entry.folder === other.folder && entry.sizeBytes === other.sizeBytes;
}
