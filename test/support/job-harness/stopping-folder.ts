import type { Folder } from "#storage";

/** Moments of putting a finished features file in its place. */
export type FinishingMoment = "before the file" | "half the file" | "after the file";

const isFeatures = (path: string) => /\/features_[^/]+\/[^/]+\.h5$/.test(path);
const forever = () => new Promise<never>(() => {});

/** A folder where the features file never gets further than to that moment; `onStop` is called there. */
export function stopWhileFinishing(folder: Folder, moment: FinishingMoment, onStop: () => void): Folder {
  return {
    name: folder.name,
    kind: folder.kind,
    read: (path) => folder.read(path),
    find: (path) => folder.find(path),
    list: (path) => folder.list(path),
    createNew: (path, data) => folder.createNew(path, data),
    remove: (path) => folder.remove(path),
    async write(path, data) {
      if (!isFeatures(path)) return folder.write(path, data);
      if (moment === "before the file") onStop();
      if (moment === "half the file") await folder.write(path, new HalfBlob(data as Blob, onStop));
      if (moment === "after the file") await folder.write(path, data).then(onStop);
      return forever();
    },
  };
}

/** A blob whose stream stops in the middle. */
class HalfBlob extends Blob {
  readonly #whole: Blob;
  readonly #onStop: () => void;

  constructor(whole: Blob, onStop: () => void) {
    super([whole]);
    this.#whole = whole;
    this.#onStop = onStop;
  }

  override stream(): ReturnType<Blob["stream"]> {
    const half = this.#whole.slice(0, this.#whole.size / 2);
    return new ReadableStream({
      start: async (controller) => controller.enqueue(new Uint8Array(await half.arrayBuffer())),
      pull: async () => {
        // More is asked for: the first half has been taken.
        this.#onStop();
        await forever();
      },
    });
  }
}
