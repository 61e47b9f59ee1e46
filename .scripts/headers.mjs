// @ts-check

/**
 * With these a page is cross-origin isolated and may share memory between its workers, which is the fast way to read.
 * @type {Record<string, string>}
 */
export const ISOLATION_HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};
