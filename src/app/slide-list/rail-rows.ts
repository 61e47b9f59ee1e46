import type { SlideEntry } from "../stores/slides.ts";

export type RailRow =
  | { readonly kind: "folder"; readonly key: string; readonly folder: string }
  | { readonly kind: "slide"; readonly key: string; readonly entry: SlideEntry };

/** The rail from top to bottom: slides whose name or folder contains `typed`, each folder under its heading. */
export function railRows(entries: readonly SlideEntry[], typed = ""): readonly RailRow[] {
  const wanted = typed.trim().toLowerCase();
  const rows: RailRow[] = [];
  let folder = "";
  for (const entry of entries) {
    if (wanted && !`${entry.folder}/${entry.name}`.toLowerCase().includes(wanted)) continue;
    if (entry.folder !== folder) {
      folder = entry.folder;
      if (folder) rows.push({ kind: "folder", key: `${folder} before ${entry.id}`, folder });
    }
    rows.push({ kind: "slide", key: entry.id, entry });
  }
  return rows;
}
