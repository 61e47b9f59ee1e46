/**
 * The analysis code of the library as the app uses it: the only module of the app that imports it, so that it is
 * loaded when it is first needed. It satisfies `Engine`.
 */
import { type EncoderCard, inspectModel, openModelShelf, suggestCard as suggestFrom } from "#models";
import { Job, type JobSettings, type JobSlide } from "#pipeline";
import { type Folder, openDirectoryFolder as openDirectory, openOpfsFolder, zipToFile } from "#storage";

export { BUILT_IN_ENCODER as builtIn, chooseDevice, readCard } from "#models";
export {
  coordsFolderName,
  findFeatures,
  findTissue,
  hasResultsOf,
  nearest,
  openPatchPreview,
  openSimilarity,
  readCoordsFolders,
  readFeatures,
  readJobFolder,
  readTissue,
  stemOf,
} from "#pipeline";
export { explainAnalysis as explain } from "./explain-analysis.ts";
export { openModelShelf, openOpfsFolder };

export const createJob = (folder: Folder, slides: readonly JobSlide[], settings: JobSettings) =>
  new Job(folder, slides, settings);

/** What a file says of itself, as a card with the rest filled in by custom. */
export async function suggestCard(file: File, external: readonly File[]): Promise<EncoderCard> {
  return suggestFrom(await inspectModel(file, external), file.name);
}

export const openDirectoryFolder = async (handle: FileSystemDirectoryHandle) => openDirectory(handle);

export const zipFolder = (folder: Folder): Promise<Blob> => zipToFile(folder);
