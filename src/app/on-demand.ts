import { messageOf } from "#base";

/** Part of the app could not be fetched. */
export class NotLoadedError extends Error {
  override readonly name = "NotLoadedError";
}

/** Code that is loaded at its first use. */
export interface OnDemand<T> {
  /** Loads it once; where that failed, anew. @throws {NotLoadedError} */
  load(): Promise<T>;
  /** For components to `use`: one and the same promise at every render, one that failed too. @throws {NotLoadedError} */
  loading(): Promise<T>;
}

/** What could not be loaded, until it is tried again. */
const failed = new Set<() => Promise<unknown>>();

export function onDemand<T>(make: () => Promise<T>): OnDemand<T> {
  let promise: Promise<T> | undefined;
  const load = () => {
    if (promise && !failed.has(load)) return promise;
    failed.delete(load);
    promise = make().catch((cause: unknown) => {
      failed.add(load);
      throw new NotLoadedError(messageOf(cause), { cause });
    });
    return promise;
  };
  return { load, loading: () => promise ?? load() };
}

/** Tries everything again that could not be loaded. */
export function loadFailedAgain(): void {
  // Who waits for it hears of another failure.
  for (const load of [...failed]) load().catch(() => {});
}
