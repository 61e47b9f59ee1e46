import { useEffect, useState } from "react";
import type { Viewer } from "#viewer";
import { formatBytes } from "../format.ts";
import type { Library } from "../library.ts";
import { words } from "../words.ts";

/** Often enough to watch, seldom enough to cost nothing. */
const MEMORY_EVERY_MS = 2000;
/** Tiles come and go within a frame or two: only what lasts is worth a word. */
const TILES_EVERY_MS = 250;

/** Tiles that the view still waits for, a few times a second. */
export function useTilesPending(viewer: Viewer | undefined): number {
  const [pending, setPending] = useState(0);
  useEffect(() => {
    if (!viewer) return setPending(0);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer = undefined;
      setPending(viewer.stats().tilesPending);
    };
    const off = viewer.on("tiles", () => {
      timer ??= setTimeout(look, TILES_EVERY_MS);
    });
    return () => {
      off();
      clearTimeout(timer);
    };
  }, [viewer]);
  return pending;
}

/** Chromium tells the page's script memory; elsewhere that part is left out. */
function pageBytes(): number {
  return (performance as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0;
}

/** What the app takes, summed from what each part knows of itself. */
export function useMemory(library: Library, viewer: Viewer | undefined): { total: string; parts: string } {
  const [memory, setMemory] = useState({ total: formatBytes(0), parts: "" });
  useEffect(() => {
    let isMounted = true;
    const measure = async () => {
      if (document.visibilityState === "hidden") return;
      const { page, workers, files, pictures } = words.foot.memoryPart;
      const parts: [string, number][] = [
        [page, pageBytes()],
        [workers, await library.pool().memoryBytes()],
        [files, library.pool().fillState().filledBytes],
        [pictures, viewer?.stats().textureBytes ?? 0],
      ];
      if (!isMounted) return;
      const total = formatBytes(parts.reduce((sum, [, bytes]) => sum + bytes, 0));
      const text = parts.map(([name, bytes]) => `${name} ${formatBytes(bytes)}`).join(", ");
      setMemory((known) => (known.total === total && known.parts === text ? known : { total, parts: text }));
    };
    void measure();
    const timer = setInterval(measure, MEMORY_EVERY_MS);
    return () => {
      isMounted = false;
      clearInterval(timer);
    };
  }, [library, viewer]);
  return memory;
}
