import type { Folder } from "#storage";
import { BROWSER_PLACE } from "../stores/job.ts";
import type { AnalysisParts } from "./parts.ts";

/** The job folder in the browser's own storage. */
const OPFS_PATH = "jobs/coverslip";

/** Where results are kept: a folder that was picked, or the browser's own storage. */
export function createPlace(parts: AnalysisParts) {
  const { job } = parts;
  let handle: FileSystemDirectoryHandle | undefined;

  return {
    get handle() {
      return handle;
    },
    use(next: FileSystemDirectoryHandle | undefined) {
      handle = next;
      job.setState({ place: next ? { kind: "folder", name: next.name } : BROWSER_PLACE, held: undefined });
    },
    /** For reading: undefined while the browser would have to ask first. */
    async read(): Promise<Folder | undefined> {
      const engine = await parts.engine();
      if (!handle) return engine.openOpfsFolder(OPFS_PATH);
      const permission = (await handle.queryPermission?.({ mode: "read" })) ?? "granted";
      return permission === "granted" ? engine.openDirectoryFolder(handle) : undefined;
    },
    /** For writing. Must follow a press: the browser may ask. @throws {DOMException} "NotAllowedError" */
    async write(): Promise<Folder> {
      if (!handle) return (await parts.engine()).openOpfsFolder(OPFS_PATH);
      // Asked before anything is waited for: the press would be over.
      const asked = handle.requestPermission?.({ mode: "readwrite" });
      const [engine, permission = "granted"] = await Promise.all([parts.engine(), asked]);
      if (permission !== "granted")
        throw new DOMException(`no permission to write to ${handle.name}`, "NotAllowedError");
      return engine.openDirectoryFolder(handle);
    },
  };
}

export type PlaceKeeping = ReturnType<typeof createPlace>;
