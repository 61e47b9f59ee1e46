import { type findSlides, pathsOf, type SlideCandidate } from "#slide";
import type { SlideEntry } from "../stores/slides.ts";
import type { FoundFile, Gathered } from "./gather.ts";
import { isModelFile } from "./model-file.ts";
import type { Origin } from "./origin.ts";

/** A rail entry before it has an id. */
export type NewEntry = Omit<SlideEntry, "id" | "state">;

/** What one drop or folder holds. */
export interface Taken {
  readonly entries: readonly NewEntry[];
  /** Entries that were waiting for their companion, with what they now open from. */
  readonly completed: readonly { readonly id: string; readonly entry: NewEntry }[];
}

/**
 * Groups what was gathered into slides. A slide that waits for its folder (`awaiting`) is completed from it, whether the
 * user gave the folder around the slide or the companion folder itself.
 */
export async function takeSlides(
  gathered: Gathered,
  awaiting: readonly SlideEntry[],
  find: typeof findSlides,
): Promise<Taken> {
  const found = await find(gathered.files.map(({ path, file }) => ({ path, file })));
  const completed: { id: string; entry: NewEntry }[] = [];
  const used = new Set<SlideCandidate>();
  for (const waiting of awaiting) {
    const around = found.find(
      (candidate) => baseName(candidate.path) === waiting.name && candidate.files.files.length > 1,
    );
    const candidate = around ?? (await withOwnFile(waiting, gathered, find));
    if (!candidate) continue;
    used.add(candidate);
    completed.push({ id: waiting.id, entry: { ...toEntry(candidate, gathered), name: waiting.name } });
  }
  const entries = found
    .filter((candidate) => !used.has(candidate))
    .map((candidate) => toEntry(candidate, gathered))
    .sort((a, b) => naturally.compare(a.folder, b.folder) || naturally.compare(a.name, b.name));
  // A companion folder given for a waiting slide may itself look like slides: it was not meant to open them.
  const meant = completed.length > 0 && gathered.chosen.size === 0 ? [] : [...entries, ...unknown(gathered, found)];
  return { entries: meant, completed };
}

/** A model among files chosen one by one, with its card and weights, which are whatever no slide needs; and the rest. */
export async function setModelApart(
  gathered: Gathered,
  find: typeof findSlides,
): Promise<{ readonly model: readonly File[]; readonly rest: Gathered }> {
  const isChosen = ({ path }: FoundFile) => gathered.chosen.has(path);
  const found = gathered.files.filter(isChosen);
  if (!found.some(({ file }) => isModelFile(file))) return { model: [], rest: gathered };
  const used = usedBy(await find(gathered.files.map(({ path, file }) => ({ path, file }))));
  // A lone file counts as a slide whatever its name, and a slide of several files may claim all that lie beside it.
  const isOfModel = ({ path, file }: FoundFile) => isModelFile(file) || /\.json$/i.test(file.name) || !used.has(path);
  const model = found.filter(isOfModel);
  const files = gathered.files.filter((file) => !model.includes(file));
  const taken = new Set(model.map(({ path }) => path));
  return {
    model: model.map(({ file }) => file),
    rest: {
      files,
      roots: gathered.roots.filter(({ kind, name }) => kind === "directory" || !taken.has(name)),
      name: files[0]?.path.split("/")[0] ?? gathered.name,
      chosen: new Set([...gathered.chosen].filter((path) => !taken.has(path))),
    },
  };
}

/** "slide 2" before "slide 10". */
const naturally = new Intl.Collator("en", { numeric: true });

/** The lone file together with a folder that was chosen for it: as if they lay side by side. */
async function withOwnFile(
  waiting: SlideEntry,
  gathered: Gathered,
  find: typeof findSlides,
): Promise<SlideCandidate | undefined> {
  const file = ownFile(waiting);
  if (!file) return undefined;
  const beside = gathered.files.map(({ path, file: other }) => ({ path, file: other }));
  const within = beside.map(({ path, file: other }) => ({ path: path.slice(path.indexOf("/") + 1), file: other }));
  for (const others of [beside, within]) {
    const found = await find([{ path: waiting.name, file }, ...others.filter(({ path }) => path !== waiting.name)]);
    const candidate = found.find(({ path, files }) => path === waiting.name && files.files.length > 1);
    if (candidate) return candidate;
  }
  return undefined;
}

function ownFile(entry: SlideEntry): File | undefined {
  if (entry.input instanceof File) return entry.input;
  if (entry.input instanceof URL) return undefined;
  const { files, entry: path } = entry.input;
  const spec = files.find((file) => file.path === path);
  return spec?.kind === "blob" && spec.blob instanceof File ? spec.blob : undefined;
}

function toEntry(candidate: SlideCandidate, gathered: Gathered): NewEntry {
  const folder = candidate.path.includes("/") ? candidate.path.slice(0, candidate.path.lastIndexOf("/")) : "";
  return {
    name: candidate.name,
    folder,
    sizeBytes: candidate.sizeBytes,
    input: candidate.files,
    origin: originOf(candidate, gathered),
  };
}

/** Files chosen one by one that are no slide: opening them gives the reason. */
function unknown(gathered: Gathered, found: readonly SlideCandidate[]): NewEntry[] {
  const used = usedBy(found);
  return gathered.files
    .filter(({ path }) => gathered.chosen.has(path) && !used.has(path))
    .map(({ path, file, handle }) => ({
      name: file.name,
      folder: "",
      sizeBytes: file.size,
      input: file,
      origin: handle ? { kind: "handle", handle, path } : { kind: "none" },
    }));
}

/** The paths of all files that slides were made of. */
function usedBy(found: readonly SlideCandidate[]): ReadonlySet<string> {
  return new Set(found.flatMap(pathsOf));
}

/** A slide of one file comes back by that file's handle, one of several by the handle of what was chosen. */
function originOf(candidate: SlideCandidate, gathered: Gathered): Origin {
  const own: FoundFile | undefined = gathered.files.find(({ path }) => path === candidate.path);
  if (candidate.files.files.length === 1 && own?.handle)
    return { kind: "handle", handle: own.handle, path: own.handle.name };
  const root = gathered.roots.find(({ name, kind }) => kind === "directory" && candidate.path.startsWith(`${name}/`));
  return root ? { kind: "handle", handle: root, path: candidate.path } : { kind: "none" };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
