/** Where each part of the answers lies: paths below the folder begin with this. In the order of comparing. */
export const LAYOUT = {
  levels: "levels.json",
  geometry: "geometry.json",
  coords: "coords/",
  patches: "patches/",
  legacy: "legacy.json",
  otsu: "otsu/",
  masks: "masks/",
  seg: "seg/",
  h5: "h5/layout.json",
  heatmap: "heatmap/",
  overlay: "overlay.json",
  converter: "converter.json",
  job: "job/",
} as const;

export type PartName = keyof typeof LAYOUT;

/** What else belongs to the layout: inputs, files that a part names, and what tells how it was made. */
const BESIDE = /^(contours\/|h5\/[^/]*\.h5$|README\.md$|cases\.json$|versions\.json$|[^/]*\.py$)/;

/** Whether a path is part of the answers. */
export function isAnswer(path: string): boolean {
  return Object.values(LAYOUT).some((prefix) => path.startsWith(prefix));
}

/** Whether nothing here knows what a file is. */
export function isUnknown(path: string): boolean {
  return !isAnswer(path) && !BESIDE.test(path);
}
