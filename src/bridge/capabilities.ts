/** What this page or worker may do; asked once. */
export interface Capabilities {
  /** This is Node, not a browser. */
  readonly node: boolean;
  /** Module workers can be started. */
  readonly workers: boolean;
  /** Memory can be shared between threads: the page is cross-origin isolated. */
  readonly sharedMemory: boolean;
  /** Hardware threads the browser admits to. */
  readonly cores: number;
}

export function getCapabilities(): Capabilities {
  // `process` is not named here: bundlers would put a substitute for it into the page.
  const node =
    "process" in globalThis && !!(globalThis as { process?: { versions?: { node?: string } } }).process?.versions?.node;
  return {
    node,
    workers: typeof Worker !== "undefined" && !node,
    sharedMemory: typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated === true,
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  };
}
