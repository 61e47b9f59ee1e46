/**
 * Everything in a ground truth that is not compared, or for which more than one answer is right, and why.
 * The one place for it: the comparison can leave nothing out without naming an entry here, and every run prints the
 * table. Entries go by a property of the file or of the field, never by a file's name.
 */
export const EXCEPTIONS = {
  "deep-zoom": {
    what: "`deepzoom`",
    reason: "later issue: Deep Zoom is not built yet",
  },
  zarr: {
    what: "`zarr` of a folder that is a Zarr hierarchy",
    reason: "later issue: OpenSlide does not read OME-Zarr",
  },
  "other-readers": {
    what: "`tiff`, `czi`, `dicom`, `instances`, `pillow`",
    reason: "later issue: facts by tifffile, pydicom and Pillow, of files that OpenSlide refuses or beside its answer",
  },
  webp: {
    what: "pixels of a TIFF whose compression tag is 50001 or 34927 (WebP)",
    reason:
      "slides README: the openslide-bin wheel's libtiff has none; its typed error or native pixels, either is right",
  },
  "thumbnail-resampling": {
    what: "`thumbnail_256.mean`",
    reason: "slides README: numbers that Pillow resamples; size exact, mean of each channel within 1 of 255",
  },
  "thumbnail-skipped": {
    what: "`thumbnail_256.error` saying skipped",
    reason: "the native run made none: it would have read too many pixels",
  },
  "native-failure": {
    what: "a file on which native OpenSlide itself crashed or hung",
    reason: "nothing to compare with: any typed error is right, and so is opening it without hanging",
  },
  "lone-companion": {
    what: "refusal of a .mrxs, .vms, .vmu or .dcm whose companion files are not there",
    reason:
      "MissingCompanionError is the more helpful form of OpenSlide's refusal; a message of OpenSlide's is compared",
  },
} as const;

export type ExceptionId = keyof typeof EXCEPTIONS;

/** Half a level per channel either way of another rounding; a wrong crop or background is far outside. */
export const THUMBNAIL_MEAN_TOLERANCE = 1;

/** The table as lines, with how often each entry was used. */
export function exceptionTable(used: ReadonlyMap<ExceptionId, number>): string[] {
  const rows = Object.entries(EXCEPTIONS).map(([id, { what, reason }]) => {
    return { what, reason, used: used.get(id as ExceptionId) ?? 0 };
  });
  const width = Math.max(...rows.map((row) => row.what.length));
  return [
    "Not compared, or more than one answer is right:",
    ...rows.map((row) => `  ${String(row.used).padStart(5)} x  ${row.what.padEnd(width)}  ${row.reason}`),
  ];
}
