/** Holds the sample slide, whole, once it has been seen. */
export const SAMPLE_CACHE = "coverslip-sample";

/** Holds the models' runtime and the built-in encoder, once an analysis has needed them. */
export const MODEL_CACHE = "coverslip-models";

/** What the page and its service worker tell each other. */
export type OfflineMessage =
  /** Page to worker: the sample was opened, fetch all of it for offline use when there is time. */
  | { readonly kind: "keep-sample"; readonly url: string }
  /** Page to worker: store the app without pauses, the page waits for it. */
  | { readonly kind: "hurry" }
  /** Page to worker: the user wants the new version now. */
  | { readonly kind: "take-over" }
  /** Worker to pages: a request that the page's own log cannot see, since a worker made it. */
  | { readonly kind: "request"; readonly url: string; readonly bytes: number };
