export { createJobEngines } from "./create-engines.ts";
export type { JobEngines } from "./engines.ts";
export {
  EncoderUnsteadyError,
  JobFileError,
  JobSettingsError,
  LockLostError,
  MissingMppError,
  NamesakeError,
  OtherSlideError,
  PixelSizeError,
} from "./errors.ts";
export { type FoundTissue, findTissue } from "./find-tissue.ts";
export { Job } from "./job.ts";
export { coordsFolderName, extensionOf, stemOf } from "./layout.ts";
export type { LockMaker, LockOwner } from "./output-lock.ts";
export type { PatchCoords } from "./patch-coords.ts";
export { openPatchPreview, type PatchPreview, type PatchPreviewer } from "./patch-preview.ts";
export type { Bottleneck, JobOutcome, JobProgress, StageSeconds } from "./progress.ts";
export {
  type CoordsFolder,
  findFeatures,
  type JobFolder,
  type JobFolderSlide,
  type PatchFeatures,
  readCoordsFolders,
  readFeatures,
  readJobFolder,
  readPatchCoords,
  readTissue,
} from "./read-job-folder.ts";
export {
  DEFAULT_SETTINGS,
  type JobSettings,
  type JobSlide,
  type JobTask,
  type PatchScale,
  type PatchSettings,
  type SegmentationSettings,
} from "./settings.ts";
export { cosineSimilarity, nearest } from "./similarity.ts";
export { openSimilarity, type SimilaritySearch } from "./similarity-search.ts";
export { hasResultsOf } from "./slide-record.ts";
export { getMagnification, getSlideScale, type SlideScale } from "./slide-scale.ts";
export type { SlideState, SlideStatus, StepNotice, StepReason, StepState, StepStatus } from "./slide-state.ts";
export type { Tissue } from "./steps/segment-tissue.ts";
