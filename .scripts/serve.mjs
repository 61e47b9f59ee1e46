// @ts-check
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { ISOLATION_HEADERS } from "./headers.mjs";

/** @type {Record<string, string>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/plain; charset=utf-8",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};

/**
 * A running server.
 * @typedef {{ url: string, port: number, close(): Promise<void> }} StaticServer
 */

/**
 * Serves a folder on this machine only, with byte ranges and (unless told otherwise) the isolation headers.
 *
 * @param {string} folder
 * @param {{
 *   port?: number, isolated?: boolean, onRequest?: (method: string, url: string) => void,
 *   also?: (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean,
 * }} [options]
 *   `port`: the first to try, the next free one is taken; 0 lets the system choose. Default 0.
 *   `also`: answers what is no file of the folder, and says whether it does.
 * @returns {Promise<StaticServer>}
 */
export async function serve(folder, { port = 0, isolated = true, onRequest, also } = {}) {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    onRequest?.(request.method ?? "GET", request.url ?? "/");
    if (also?.(request, response)) return;
    answer(root, isolated, request, response).catch(() => response.destroy());
  });
  const taken = await listen(server, port);
  return {
    url: `http://localhost:${taken}/`,
    port: taken,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/**
 * @param {import("node:http").Server} server
 * @param {number} port
 * @returns {Promise<number>}
 */
async function listen(server, port) {
  for (let candidate = port; ; candidate++) {
    try {
      await new Promise((done, fail) => {
        server.once("error", fail);
        server.listen(candidate, "localhost", () => {
          server.off("error", fail);
          done(undefined);
        });
      });
      const address = server.address();
      if (address && typeof address === "object") return address.port;
    } catch (error) {
      const busy = /** @type {NodeJS.ErrnoException} */ (error).code === "EADDRINUSE";
      if (!busy || port === 0 || candidate > port + 100) throw error;
    }
  }
}

/**
 * @param {string} root
 * @param {boolean} isolated
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function answer(root, isolated, request, response) {
  const headers = {
    "X-Content-Type-Options": "nosniff",
    ...(isolated ? ISOLATION_HEADERS : {}),
  };
  /** @param {number} status @param {Record<string, string | number>} [more] */
  const end = (status, more = {}) => {
    // A 304 speaks of the file that the browser has, whose length is not 0.
    response.writeHead(status, { ...headers, ...more, ...(status === 304 ? {} : { "Content-Length": 0 }) });
    response.end();
  };
  if (request.method !== "GET" && request.method !== "HEAD") return end(405, { Allow: "GET, HEAD" });

  const file = await findFile(root, request.url ?? "/");
  if (!file) return end(404);
  const etag = `"${file.size.toString(36)}-${Math.floor(file.mtimeMs).toString(36)}"`;
  const known = {
    "Content-Type": TYPES[extname(file.path).toLowerCase()] ?? "application/octet-stream",
    "Accept-Ranges": "bytes",
    ETag: etag,
    "Last-Modified": new Date(file.mtimeMs).toUTCString(),
    // Always asked for again, and answered by 304: a new build shows at the next load.
    "Cache-Control": "no-cache",
  };
  if (request.headers["if-none-match"] === etag && !request.headers.range) return end(304, known);

  const ifRange = request.headers["if-range"];
  const wanted = request.headers.range && (!ifRange || ifRange === etag) ? request.headers.range : undefined;
  // Whoever hangs up in the middle has had enough.
  sendBytes(request, response, file, { ...headers, ...known }, wanted).catch(() => {});
}

/**
 * Answers with a file, or with the range of it that is asked for; without the bytes where only the headers are (HEAD).
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {{ path: string, size: number }} file
 * @param {Record<string, string | number>} headers
 * @param {string | undefined} rangeHeader
 */
export async function sendBytes(request, response, { path, size }, headers, rangeHeader) {
  const range = rangeHeader ? parseRange(rangeHeader, size) : undefined;
  if (range === "unsatisfiable") {
    response.writeHead(416, { ...headers, "Content-Range": `bytes */${size}`, "Content-Length": 0 });
    response.end();
    return;
  }
  const { first, last } = range ?? { first: 0, last: size - 1 };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    "Content-Length": last - first + 1,
    ...(range ? { "Content-Range": `bytes ${first}-${last}/${size}` } : {}),
  });
  if (request.method === "HEAD" || size === 0) response.end();
  else await pipeline(createReadStream(path, { start: first, end: last }), response);
}

/**
 * The file that a request path names, never one outside the folder.
 * @param {string} root
 * @param {string} url
 */
async function findFile(root, url) {
  let path;
  try {
    path = decodeURIComponent(new URL(url, "http://localhost").pathname);
  } catch {
    return undefined;
  }
  const full = join(root, path.endsWith("/") ? `${path}index.html` : path);
  if (full.includes("\0") || !full.startsWith(root + sep)) return undefined;
  try {
    const facts = await stat(full);
    return facts.isFile() ? { path: full, size: facts.size, mtimeMs: facts.mtimeMs } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * One byte range; several at once, or another unit, are answered with the whole file as the standard allows.
 * @param {string} header
 * @param {number} size
 * @returns {{ first: number, last: number } | "unsatisfiable" | undefined}
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  if (match[1] === "") {
    const length = Math.min(size, Number(match[2]));
    return length > 0 ? { first: size - length, last: size - 1 } : "unsatisfiable";
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(size - 1, Number(match[2]));
  if (first >= size) return "unsatisfiable";
  return last < first ? undefined : { first, last };
}
