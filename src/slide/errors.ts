import { registerErrors, WsiError } from "#base";

/** No slide format recognised the file. Offer the supported list; retrying will not help. */
export class UnsupportedFormatError extends WsiError {
  override readonly name = "UnsupportedFormatError";
  readonly fileName: string;
  constructor(fileName: string, options?: ErrorOptions) {
    super(`No slide format recognises ${fileName}`, options);
    this.fileName = fileName;
  }
}

/**
 * The file is of a known format but cannot be read. "damaged": broken, or cut short; a fresh copy may help. "unsupported": most
 * likely whole, but of a compression, colour model, bit depth or the like that is not read; only to have it converted helps.
 */
export class CorruptSlideError extends WsiError {
  override readonly name = "CorruptSlideError";
  readonly fileName: string;
  /** What the reader said, e.g. OpenSlide's message: "Unsupported TIFF compression: 50001". */
  readonly detail: string;
  readonly reason: "damaged" | "unsupported";
  constructor(
    fileName: string,
    detail: string,
    { reason = "damaged", ...options }: ErrorOptions & { readonly reason?: "damaged" | "unsupported" } = {},
  ) {
    super(`${fileName} cannot be read: ${detail}`, options);
    this.fileName = fileName;
    this.detail = detail;
    this.reason = reason;
  }
}

/** A slide of several files came alone. Ask for the folder that holds both and go on. */
export class MissingCompanionError extends WsiError {
  override readonly name = "MissingCompanionError";
  readonly fileName: string;
  /** What is missing, as a person would look for it, e.g. "the folder CMU-1". */
  readonly companion: string;
  /** What the reader said; empty where it was not asked. */
  readonly detail: string;
  constructor(fileName: string, companion: string, detail = "", options?: ErrorOptions) {
    super(`${fileName} needs ${companion}${detail && ` (${detail})`}`, options);
    this.fileName = fileName;
    this.companion = companion;
    this.detail = detail;
  }
}

/** The slide was closed; open it again. */
export class SlideClosedError extends WsiError {
  override readonly name = "SlideClosedError";
  readonly fileName: string;
  constructor(fileName: string, options?: ErrorOptions) {
    super(`${fileName} is closed`, options);
    this.fileName = fileName;
  }
}

registerErrors({ UnsupportedFormatError, CorruptSlideError, MissingCompanionError, SlideClosedError });
