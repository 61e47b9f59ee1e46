/**
 * How to come back to a slide after a reload. Only the browser's own handles and addresses of this site are kept, never
 * a slide's content.
 */
export type Origin =
  /** An address of this site, relative to the page: the sample, or `?url=`. */
  | { readonly kind: "address"; readonly address: string }
  /** A file or folder handle that the browser lets us keep; `path` is the slide's file below a folder. */
  | { readonly kind: "handle"; readonly handle: FileSystemHandle; readonly path: string }
  /** A plain file: the browser gives it once, so only its name can be remembered. */
  | { readonly kind: "none" };
