import { useEffect, useState } from "react";
import { useAnalysisDoor, useChromeStore, useSession, useSettingsStore } from "../stores/context.tsx";
import { showTab } from "../stores/show-tab.ts";
import { words } from "../words.ts";
import styles from "./Layout.module.css";

/** The whole page takes drops and pastes of files and folders. */
export function DropTarget() {
  const session = useSession();
  const analysis = useAnalysisDoor();
  const settings = useSettingsStore();
  const chrome = useChromeStore();
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const addModel = (files: readonly File[]) => {
      showTab({ settings, chrome }, "analyse");
      analysis.load().then(
        (loaded) => loaded.addModel(files),
        // The panel says that it could not be loaded.
        () => {},
      );
    };
    const accept = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      // Without this the browser would leave the page and show the file.
      event.preventDefault();
      event.dataTransfer!.dropEffect = "copy";
      setOver(true);
    };
    // Both: an element that comes under a resting pointer is entered, and may be dropped on before it is dragged over.
    window.addEventListener("dragenter", accept, { signal });
    window.addEventListener("dragover", accept, { signal });
    // Leaving an element for its child also "leaves"; only out of the window there is nothing next.
    window.addEventListener("dragleave", (event) => event.relatedTarget === null && setOver(false), { signal });
    window.addEventListener(
      "drop",
      (event) => {
        setOver(false);
        if (!holdsFiles(event)) return;
        event.preventDefault();
        // A model is no slide: it goes to where models are kept.
        void session.openTransfer(event.dataTransfer!, addModel);
      },
      { signal },
    );
    window.addEventListener(
      "paste",
      (event) => {
        if (!event.clipboardData || event.clipboardData.files.length === 0) return;
        event.preventDefault();
        void session.openTransfer(event.clipboardData);
      },
      { signal },
    );
    return () => abort.abort();
  }, [session, analysis, settings, chrome]);
  return isOver ? <div className={styles.dropping}>{words.layout.dropHere}</div> : null;
}
