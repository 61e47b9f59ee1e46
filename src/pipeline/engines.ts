import type { EncoderModel, OpenEncoderOptions, PatchEncoder } from "#models";
import type { Hdf5File, RowLog, RowLogOptions } from "#storage";
import type { LockOwner, OriginLocks } from "./output-lock.ts";
import type { TissueEngine } from "./tissue-engine.ts";

/** What a job has others do; the defaults are the app's own workers. Tests and the command line put their own in. */
export interface JobEngines {
  readonly tissue: TissueEngine;
  openEncoder(model: EncoderModel, options: OpenEncoderOptions): Promise<PatchEncoder>;
  /** Kept under this key until dropped; in the browser's private file system. */
  openRowLog(key: string, options: RowLogOptions): Promise<RowLog>;
  /** Does nothing where there is none. */
  dropRowLog(key: string): Promise<void>;
  openHdf5(file: File): Promise<Hdf5File>;
  /** Whose name is in lock files. */
  readonly owner: LockOwner;
  /** Keeps tabs of one origin apart; undefined where there is none. */
  readonly originLocks: OriginLocks | undefined;
  now(): Date;
}
