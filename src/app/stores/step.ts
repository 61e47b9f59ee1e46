import type { Failure } from "../failures/failure.ts";

/** The four states of whatever takes time. */
export type Step<T> =
  | { readonly kind: "nothing" }
  /** `total` is 0 before it is known. */
  | { readonly kind: "working"; readonly done: number; readonly total: number }
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "failed"; readonly failure: Failure };

export const NOTHING = { kind: "nothing" } as const;
export const WORKING = { kind: "working", done: 0, total: 0 } as const;
