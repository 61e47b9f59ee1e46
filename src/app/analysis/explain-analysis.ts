import { GpuLostError, ModelCardError, ModelInputError, ModelLoadError, ModelOutputError } from "#models";
import {
  EncoderUnsteadyError,
  JobFileError,
  JobSettingsError,
  LockLostError,
  MissingMppError,
  NamesakeError,
  OtherSlideError,
  PixelSizeError,
} from "#pipeline";
import {
  FolderPermissionError,
  FolderVanishedError,
  Hdf5FormatError,
  RowLogBusyError,
  StorageError,
  StorageFullError,
} from "#storage";
import { analysisWords } from "../analysis-words.ts";
import { type AboutFile, explain } from "../failures/explain.ts";
import type { Failure } from "../failures/failure.ts";

type Sentences = Pick<Failure, "what" | "why" | "next">;

/** A typed error of the analysis as sentences; what it does not know, `explain` does. */
export function explainAnalysis(error: unknown, about: AboutFile): Failure {
  // The details are the same for all.
  const known = explain(error, about);
  const said = sentences(error, about.name);
  return said ? { ...said, details: known.details } : { ...known, action: undefined };
}

function sentences(error: unknown, name: string): Sentences | undefined {
  const text = analysisWords.failures;
  if (error instanceof ModelLoadError) return text.modelLoad[error.reason](error.modelName);
  if (error instanceof ModelInputError) return text.modelInput(error.modelName, error.found, error.expected);
  if (error instanceof ModelOutputError) {
    return error.reason === "not-finite"
      ? text.modelNotFinite(error.modelName)
      : text.modelOutput(error.modelName, error.found, error.expected);
  }
  if (error instanceof GpuLostError) return text.gpuLost;
  if (error instanceof EncoderUnsteadyError) return text.unsteady;
  if (error instanceof ModelCardError) return text.card(error.field);
  if (error instanceof FolderPermissionError) return text.folderPermission(folderOf(error.path));
  if (error instanceof FolderVanishedError) return text.folderVanished(folderOf(error.path));
  if (error instanceof StorageFullError) return text.storageFull;
  if (error instanceof Hdf5FormatError) return text.format(error.fileName);
  if (error instanceof JobFileError) return text.format(error.path);
  if (error instanceof StorageError) return text.storage(error.path);
  if (error instanceof RowLogBusyError) return text.lockLost(error.key);
  if (error instanceof LockLostError) return text.lockLost(error.path);
  if (error instanceof MissingMppError) return text.missingMpp(error.slideName);
  if (error instanceof PixelSizeError) return text.pixelSize(error.mpp);
  if (error instanceof NamesakeError) return text.namesake(error.path, error.other);
  if (error instanceof OtherSlideError) return text.otherSlide(error.path);
  if (error instanceof JobSettingsError) return text.settings(error.field);
  if (error instanceof DOMException && error.name === "NotAllowedError") return text.folderPermission(name);
  return undefined;
}

/** The folder that was picked: permission is given and taken for the whole of it, and it is there or gone as a whole. */
function folderOf(path: string): string {
  return path.split("/")[0]!;
}
