/** Asks for a folder to write into. Behind an interface because no test can answer the browser's own dialogues. */
export interface FolderPicker {
  /** Whether this browser can write into folders at all. */
  readonly isPossible: boolean;
  /** undefined when the person thinks better of it. */
  pick(): Promise<FileSystemDirectoryHandle | undefined>;
}

export function browserFolderPicker(): FolderPicker {
  return {
    isPossible: "showDirectoryPicker" in window,
    async pick() {
      try {
        return await window.showDirectoryPicker({ id: "job", mode: "readwrite" });
      } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") return undefined;
        throw error;
      }
    },
  };
}
