/** What this page or worker may do; asked once. */
export interface Capabilities {
  /** Module workers can be started. */
  readonly workers: boolean;
  /** Memory can be shared between threads: the page is cross-origin isolated. */
  readonly sharedMemory: boolean;
  /** Hardware threads the browser admits to. */
  readonly cores: number;
}

export function getCapabilities(): Capabilities {
  const isNode = typeof process !== "undefined" && !!process.versions?.node;
  return {
    workers: typeof Worker !== "undefined" && !isNode,
    sharedMemory: typeof SharedArrayBuffer !== "undefined" && globalThis.crossOriginIsolated === true,
    cores: globalThis.navigator?.hardwareConcurrency ?? 1,
  };
}
