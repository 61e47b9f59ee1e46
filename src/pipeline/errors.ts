import { registerErrors, WsiError } from "#base";

/** The slide does not say how large a pixel is, and nobody else did. Ask for it (`Job.giveMpp`), then it goes on. */
export class MissingMppError extends WsiError {
  override readonly name = "MissingMppError";
  readonly slideName: string;
  constructor(slideName: string, options?: ErrorOptions) {
    super(`${slideName} has no pixel size (µm per pixel)`, options);
    this.slideName = slideName;
  }
}

/** µm per pixel below which no microscope resolves anything: a slip of the decimal point. */
export const LEAST_MPP = 0.02;

/** A pixel size that no scan of tissue has, be it given or the file's. Ask for the right one. */
export class PixelSizeError extends WsiError {
  override readonly name = "PixelSizeError";
  /** µm per pixel. */
  readonly mpp: number;
  constructor(mpp: number, options?: ErrorOptions) {
    super(`a pixel of ${mpp} µm; expected at least ${LEAST_MPP} and less than 2.4`, options);
    this.mpp = mpp;
  }
}

/** Settings that no job can run with, e.g. an overlap as large as the patch. Correct the field. */
export class JobSettingsError extends WsiError {
  override readonly name = "JobSettingsError";
  /** As in `JobSettings`: "patches.overlap". */
  readonly field: string;
  constructor(field: string, found: unknown, expected: string, options?: ErrorOptions) {
    super(`${field} is ${JSON.stringify(found) ?? "missing"}; expected ${expected}`, options);
    this.field = field;
  }
}

/** Another tab or program took the output away while this one worked on it (after sleep, for instance). It is left to it. */
export class LockLostError extends WsiError {
  override readonly name = "LockLostError";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super(`the lock on ${path} was taken over by somebody else`, options);
    this.path = path;
  }
}

/** A file of the job folder cannot be used: cut short, or another thing than its name says. Remove it and run again. */
export class JobFileError extends WsiError {
  override readonly name = "JobFileError";
  readonly path: string;
  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(`${path}: ${detail}`, options);
    this.path = path;
  }
}

/** The GPU was lost too often in one slide. Try again later, or on the processor. */
export class EncoderUnsteadyError extends WsiError {
  override readonly name = "EncoderUnsteadyError";
  readonly times: number;
  constructor(times: number, options?: ErrorOptions) {
    super(`the GPU was lost ${times} times without a batch in between`, options);
    this.times = times;
  }
}

/** Another slide of the job has the same name in another folder, and with it the same outputs. Rename one, or run them apart. */
export class NamesakeError extends WsiError {
  override readonly name = "NamesakeError";
  readonly path: string;
  readonly other: string;
  constructor(path: string, other: string, options?: ErrorOptions) {
    super(`${path} would write the same files as ${other}`, options);
    this.path = path;
    this.other = other;
  }
}

/** The folder holds results of another slide of this name, or of an earlier version of its file. Choose another folder. */
export class OtherSlideError extends WsiError {
  override readonly name = "OtherSlideError";
  readonly path: string;
  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is another slide than the one of this name whose results are in the folder`, options);
    this.path = path;
  }
}

registerErrors({
  NamesakeError,
  OtherSlideError,
  MissingMppError,
  PixelSizeError,
  JobSettingsError,
  LockLostError,
  JobFileError,
  EncoderUnsteadyError,
});
