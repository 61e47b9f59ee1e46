export { type AsyncBytes, openAsyncBytes, readAll, readStart } from "./async-bytes.ts";
export type { ByteRange, ByteSpec, SlideFiles, SyncBytes } from "./byte-source.ts";
export { pathFromUrl } from "./disk-bytes.ts";
export { ByteReadError, type ByteReadReason } from "./errors.ts";
export { openSyncFiles, type SyncFiles } from "./file-set.ts";
export { createIoService, type IoService } from "./io-service.ts";
export {
  createSharedBlocks,
  fillState,
  hintRanges,
  type SharedBlocks,
  type SharedBlocksOptions,
  setServed,
} from "./shared-blocks.ts";
export {
  isFolderOnDisk,
  specFromBytes,
  specFromDisk,
  specFromFile,
  specFromHandle,
  specFromUrl,
  specsFromFolder,
} from "./specs.ts";
