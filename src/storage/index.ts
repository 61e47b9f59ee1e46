export {
  FolderPermissionError,
  FolderVanishedError,
  Hdf5FormatError,
  RowLogBusyError,
  StorageError,
  StorageFullError,
} from "./errors.ts";
export type { FileData, Folder, FolderEntry, FoundFile } from "./folder.ts";
export { openDirectoryFolder, openOpfsFolder } from "./handle-folder.ts";
export type {
  Hdf5Attribute,
  Hdf5Attributes,
  Hdf5Dataset,
  Hdf5DatasetFacts,
  Hdf5File,
  Hdf5Output,
  Hdf5Type,
  Hdf5Values,
} from "./hdf5/dataset.ts";
export { writeHdf5 } from "./hdf5/write-hdf5.ts";
export { openHttpFolder } from "./http-folder.ts";
export { createMemoryFolder } from "./memory-folder.ts";
export { openHdf5 } from "./open-hdf5.ts";
export { dropRowLog, type KeptRowLog, listRowLogs, openRowLog, type RowLog, type RowLogOptions } from "./row-log.ts";
export { storageMemoryBytes } from "./storage-worker.ts";
export { zipFolder, zipToFile } from "./zip.ts";
