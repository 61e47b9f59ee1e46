import { messageOf, registerErrors, WsiError } from "#base";

/** Why bytes could not be had; each asks for another action of the user. */
export type ByteReadReason =
  /** The file was modified after it was opened: open it again. */
  | "changed"
  /** The file was moved, deleted or its drive unplugged. */
  | "vanished"
  /** The browser's permission to read it has gone: ask again. */
  | "permission"
  /** The server did not answer, or not with the range asked for. */
  | "network"
  /** Anything else. */
  | "failed";

/** A file's bytes could not be read. Nothing is wrong with the format; what to do depends on `reason`. */
export class ByteReadError extends WsiError {
  override readonly name = "ByteReadError";
  readonly fileName: string;
  readonly reason: ByteReadReason;
  constructor(fileName: string, reason: ByteReadReason, detail: string, options?: ErrorOptions) {
    super(`${fileName}: ${detail}`, options);
    this.fileName = fileName;
    this.reason = reason;
  }
}

registerErrors({ ByteReadError });

/** What a browser (or Node) threw while a file was read, as the error that says what to do. */
export function toByteReadError(fileName: string, thrown: unknown): ByteReadError {
  if (thrown instanceof ByteReadError) return thrown;
  const name = (thrown as { name?: string } | undefined)?.name;
  const code = (thrown as { code?: unknown } | undefined)?.code;
  const because = messageOf(thrown);
  const raise = (reason: ByteReadReason, detail: string) =>
    new ByteReadError(fileName, reason, detail, { cause: thrown });

  if (name === "NotFoundError" || code === "ENOENT" || code === "ENODEV" || code === "ESTALE") {
    return raise("vanished", "it is no longer where it was: moved, renamed, deleted, or its drive is gone");
  }
  // Chromium's word for a File whose size or date differs from when it was picked. It does not say which, and for some
  // drives it says the same of a file that is gone.
  if (name === "NotReadableError" || name === "InvalidStateError") {
    return raise("changed", "it was changed (or moved away) after it was opened");
  }
  if (name === "NotAllowedError" || name === "SecurityError" || code === "EACCES" || code === "EPERM") {
    return raise("permission", "it may no longer be read");
  }
  if (name === "NetworkError") return raise("network", `the server did not answer (${because})`);
  return raise("failed", because);
}
