import { messageOf, registerErrors, WsiError } from "#base";

/** The browser's permission for a folder has gone (or was never given for writing): ask for it again, then retry. */
export class FolderPermissionError extends WsiError {
  override readonly name = "FolderPermissionError";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super(`${path}: no permission`, options);
    this.path = path;
  }
}

/** A folder that was picked is no longer there: renamed, deleted, or its drive is unplugged. Pick it again. */
export class FolderVanishedError extends WsiError {
  override readonly name = "FolderVanishedError";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super(`${path}: the folder is no longer there`, options);
    this.path = path;
  }
}

/** The disk, or what the browser grants this site of it, is full. Free some space, then retry. */
export class StorageFullError extends WsiError {
  override readonly name = "StorageFullError";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super(`${path}: no space left`, options);
    this.path = path;
  }
}

/** Something could not be kept or fetched for another reason (network, locked file, disk error). A retry may help. */
export class StorageError extends WsiError {
  override readonly name = "StorageError";
  readonly path: string;
  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(`${path}: ${detail}`, options);
    this.path = path;
  }
}

/** Another tab is writing this row log. Leave the slide to it, or retry when it is done. */
export class RowLogBusyError extends WsiError {
  override readonly name = "RowLogBusyError";
  readonly key: string;
  constructor(key: string, options?: ErrorOptions) {
    super(`${key} is being written by another tab`, options);
    this.key = key;
  }
}

/** The file is no HDF5, is damaged, or holds what was asked for in another form. Retrying will not help. */
export class Hdf5FormatError extends WsiError {
  override readonly name = "Hdf5FormatError";
  readonly fileName: string;
  constructor(fileName: string, detail: string, options?: ErrorOptions) {
    super(`${fileName}: ${detail}`, options);
    this.fileName = fileName;
  }
}

registerErrors({
  FolderPermissionError,
  FolderVanishedError,
  StorageFullError,
  StorageError,
  RowLogBusyError,
  Hdf5FormatError,
});

/** What a browser threw while a folder or a scratch file was used, as the error that says what to do. */
export function toStorageError(path: string, thrown: unknown): WsiError {
  if (thrown instanceof WsiError) return thrown;
  const cause = { cause: thrown };
  switch ((thrown as { name?: string } | undefined)?.name) {
    case "QuotaExceededError":
      return new StorageFullError(path, cause);
    case "NotAllowedError":
    case "SecurityError":
      return new FolderPermissionError(path, cause);
    case "NotFoundError":
      return new FolderVanishedError(path, cause);
    default:
      return new StorageError(path, messageOf(thrown), cause);
  }
}
