/** With these a page is cross-origin isolated and may share memory between its workers, whatever its host sends. */
export const ISOLATION_HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** A worker has its own policy, from its own response: the page's meta element does not reach it. */
export const WORKER_POLICY: Readonly<Record<string, string>> = {
  "Content-Security-Policy":
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
};

/** The same response with more headers. */
export function withHeaders(response: Response, more: Readonly<Record<string, string>>): Response {
  // Redirects and failures of the network have no headers to add to.
  if (response.status === 0 || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  const { status, statusText } = response;
  const hasNoBody = status === 204 || status === 205 || status === 304;
  return new Response(hasNoBody ? null : response.body, { status, statusText, headers });
}

/** Cuts one byte range out of a whole response, as a server would answer it; the whole when none is asked for. */
export async function byteRange(whole: Response, range: string | null): Promise<Response> {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  // Several ranges, or other units: a server may answer those with the whole.
  if (!match || (match[1] === "" && match[2] === "")) return whole;
  const blob = await whole.blob();
  const { size } = blob;
  const begin = match[1] === "" ? Math.max(size - Number(match[2]), 0) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? size : Math.min(Number(match[2]) + 1, size);
  const headers = new Headers(whole.headers);
  headers.delete("content-encoding");
  if (begin >= size || begin >= end) {
    headers.set("Content-Range", `bytes */${size}`);
    headers.set("Content-Length", "0");
    return new Response(null, { status: 416, statusText: "Range Not Satisfiable", headers });
  }
  headers.set("Content-Range", `bytes ${begin}-${end - 1}/${size}`);
  headers.set("Content-Length", String(end - begin));
  return new Response(blob.slice(begin, end), { status: 206, statusText: "Partial Content", headers });
}
