import { type ByteSpec, isFolderOnDisk, readStart, type SlideFiles, specFromDisk, specsFromFolder } from "#bytes";
import { DICOM_MAGIC_END, hasDicomMagic } from "./dicom-series.ts";
import { groupSlides, isSlideKind, onlySlide } from "./find-slides.ts";
import { baseName, fileKind, withoutKind } from "./paths.ts";

/**
 * The slide at a path, in Node: a file with those beside it that belong to it, or the only slide of a folder.
 * @throws {ByteReadError} where something of it cannot be looked at.
 * @throws {UnsupportedFormatError} for a folder without a slide.
 * @throws {RangeError} for a folder with several.
 */
export async function findSlideOnDisk(path: string): Promise<SlideFiles> {
  if (isFolderOnDisk(path)) {
    const name = baseName(path.replaceAll("\\", "/").replace(/\/+$/, ""));
    return onlySlide(await groupSlides(specsFromFolder(path, { deep: true })), name);
  }
  const file = specFromDisk(path);
  const beside = await companionsOf(file, path.slice(0, -file.path.length) || ".");
  const others = beside.filter((other) => other.path !== file.path);
  const slides = others.length > 0 ? await groupSlides([file, ...others]) : [];
  const slide = slides.find(({ files }) => files.files.some(({ path }) => path === file.path));
  // Of a DICOM series any file will do: the one that was asked for gives the name.
  return { entry: file.path, files: slide?.files.files ?? [file] };
}

/** Files that may belong to this one; `groupSlides` knows which do. Folders may be large: looked at only where need be. */
async function companionsOf(file: ByteSpec, folder: string): Promise<readonly ByteSpec[]> {
  const kind = fileKind(file.path);
  const stem = withoutKind(file.path);
  switch (kind) {
    case "mrxs": {
      const inside = `${folder}/${stem}`;
      if (!isFolderOnDisk(inside)) return [];
      return specsFromFolder(inside, { deep: true }).map((spec) => ({ ...spec, path: `${stem}/${spec.path}` }));
    }
    case "vms":
    case "vmu":
    case "tif":
    case "tiff":
      return specsFromFolder(folder, { deep: false });
    default: {
      const isDicom = !isSlideKind(kind) && hasDicomMagic(await readStart(file, DICOM_MAGIC_END));
      return isDicom ? specsFromFolder(folder, { deep: false }) : [];
    }
  }
}
