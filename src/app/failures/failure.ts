/** What the user can do about it with one button. */
export type FailureAction = "open-slide" | "open-folder" | "again" | "reload";

/** An error as a person reads it: what happened, why, what to do next, and the details to copy. */
export interface Failure {
  readonly what: string;
  readonly why: string;
  readonly next: string;
  readonly action?: FailureAction;
  /** Only the companion is missing: the slide opens as soon as its folder is given. */
  readonly awaitsFolder?: boolean;
  /** The typed name and the message of the error, for a bug report. */
  readonly details: { readonly name: string; readonly message: string };
}
