import { type Gathered, type GatherOptions, gatherFiles, gatherHandles } from "./gather.ts";

/**
 * Asks the user for files. Behind an interface because no test can answer the browser's own dialogues.
 * Both resolve to undefined when the user thinks better of it.
 */
export interface Pickers {
  pickFiles(options?: GatherOptions): Promise<Gathered | undefined>;
  pickFolder(options?: GatherOptions): Promise<Gathered | undefined>;
}

/** The dialogues this browser has: handles that survive a reload where it can, plain files elsewhere. */
export function browserPickers(): Pickers {
  return {
    pickFiles: (options) =>
      "showOpenFilePicker" in window
        ? unlessAborted(async () => gatherHandles(await window.showOpenFilePicker({ multiple: true }), options))
        : fromInput({ multiple: true }),
    pickFolder: (options) =>
      "showDirectoryPicker" in window
        ? unlessAborted(async () => gatherHandles([await window.showDirectoryPicker({ id: "slides" })], options))
        : fromInput({ webkitdirectory: true }),
  };
}

async function unlessAborted(pick: () => Promise<Gathered>): Promise<Gathered | undefined> {
  try {
    return await pick();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return undefined;
    throw error;
  }
}

/** Every browser has this one. The element must be in the page for Safari to answer. */
function fromInput(properties: { multiple?: boolean; webkitdirectory?: boolean }): Promise<Gathered | undefined> {
  const input = Object.assign(document.createElement("input"), { type: "file", hidden: true, ...properties });
  document.body.append(input);
  return new Promise<Gathered | undefined>((resolve) => {
    input.addEventListener("change", () => resolve(gatherFiles([...(input.files ?? [])])));
    input.addEventListener("cancel", () => resolve(undefined));
    input.click();
  }).finally(() => input.remove());
}
