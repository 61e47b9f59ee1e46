/** The last part of a path with forward slashes: the file name. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** What comes before the file name and its slash; "" without a folder. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

/**
 * What a file's extension says that it is, in small letters: "svs", "tif"; "" without one. An OME-TIFF is a TIFF like any other.
 * What a slide's outputs are named by is another thing, and TRIDENT's rule (`pipeline/layout.ts`).
 */
export function fileKind(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf(".");
  // DICOM files named by their UID have dots and digits only.
  return dot > 0 && !/^\d+$/.test(name.slice(dot + 1)) ? name.slice(dot + 1).toLowerCase() : "";
}

/** The path that those of a slide's companions begin with: that of `CMU-1.mrxs` without its kind and the dot before that. */
export function withoutKind(path: string): string {
  const kind = fileKind(path);
  return kind ? path.slice(0, -kind.length - 1) : path;
}
