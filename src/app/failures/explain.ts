import { CapabilityError } from "#base";
import { WorkerCrashedError, WorkerStuckError } from "#bridge";
import { ByteReadError } from "#bytes";
import { CorruptSlideError, MissingCompanionError, SlideClosedError, UnsupportedFormatError } from "#slide";
import { NotLoadedError } from "../on-demand.ts";
import { words } from "../words.ts";
import type { Failure } from "./failure.ts";

/** What is known of the file that something went wrong with. */
export interface AboutFile {
  readonly name: string;
  readonly sizeBytes?: number | undefined;
}

/** Endings that promise a slide; `.tif` may be any picture. */
const SLIDE_ENDING = /\.(svs|ndpi|mrxs|vms|vmu|scn|bif|svslide|czi|dcm)$/i;

/** A typed error as sentences. `file` is used where the error itself names no file. */
export function explain(error: unknown, file: AboutFile): Failure {
  return { ...sentences(error, file), details: detailsOf(error) };
}

function sentences(error: unknown, { name: fileName, sizeBytes }: AboutFile): Omit<Failure, "details"> {
  const text = words.failures;
  if (error instanceof MissingCompanionError)
    return { ...text.missingCompanion(error.fileName, error.companion), action: "open-folder", awaitsFolder: true };
  if (error instanceof UnsupportedFormatError) {
    const ending = SLIDE_ENDING.exec(error.fileName)?.[0];
    const said = sizeBytes === 0 ? text.empty : ending ? text.notWhatItsNameSays(ending) : text.unsupported;
    return { ...said(error.fileName), action: "open-slide" };
  }
  if (error instanceof CorruptSlideError) {
    return { ...text.corrupt[error.reason](error.fileName, error.detail), action: "open-slide" };
  }
  if (error instanceof SlideClosedError) return { ...text.closed(error.fileName), action: "again" };
  if (error instanceof ByteReadError) return { ...text.bytes[error.reason](error.fileName), action: "again" };
  if (error instanceof CapabilityError) return { ...text.capability(error.capability, fileName), action: "reload" };
  if (error instanceof WorkerStuckError) return { ...text.stuck(fileName), action: "again" };
  if (error instanceof WorkerCrashedError) return { ...text.crashed(fileName), action: "again" };
  if (error instanceof NotLoadedError) return { ...text.notLoaded, action: "again" };
  if (error instanceof DOMException) {
    if (error.name === "NotAllowedError" || error.name === "SecurityError")
      return { ...text.noPermission(fileName), action: "again" };
    if (error.name === "NotFoundError") return { ...text.bytes.vanished(fileName), action: "again" };
    if (error.name === "NotReadableError") return { ...text.bytes.failed(fileName), action: "again" };
  }
  return { ...text.unexpected(fileName), action: "again" };
}

function detailsOf(error: unknown): Failure["details"] {
  if (!(error instanceof Error)) return { name: typeof error, message: String(error) };
  const cause = error.cause instanceof Error ? `\n${error.cause.name}: ${error.cause.message}` : "";
  return { name: error.name, message: `${error.message}${cause}` };
}
