import { MODEL_CACHE, type OfflineMessage, SAMPLE_CACHE } from "./cache-names.ts";
import { byteRange, ISOLATION_HEADERS, WORKER_POLICY, withHeaders } from "./responses.ts";

/** What the service worker gives the service to work with; a test gives its own. */
export interface OfflineParts {
  /** Address that the worker serves everything below. */
  readonly scope: string;
  /** A file of the app as it was stored when this version was installed. */
  readonly matchApp: (url: string) => Promise<Response | undefined>;
  readonly caches: CacheStorage;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly tell: (clientId: string, message: OfflineMessage) => Promise<void>;
}

/** How the path of the sample slide ends. */
const SAMPLE_PATH = /\/sample\/[^/]+\.tiff$/;

/**
 * The runtime of models (27 MB) and the built-in encoder: too much for every visitor, so they are kept when an analysis
 * first asks for them. Their names carry a hash of their bytes, so what is kept is never outdated, only replaced.
 */
const MODEL_PATH = /\/assets\/(ort-[^/]+\.(mjs|wasm)|[^/]+\.onnx)$/;

/** Answers the app's requests with and without a network, isolated either way. */
export function createOfflineService({ scope, matchApp, caches, fetch, tell }: OfflineParts) {
  const origin = new URL(scope).origin;

  /** undefined leaves the request to the browser. */
  function answer(request: Request, clientId: string): Promise<Response> | undefined {
    const url = new URL(request.url);
    if (url.origin !== origin || !["GET", "HEAD"].includes(request.method)) return undefined;
    if (SAMPLE_PATH.test(url.pathname)) return told(fromSample(request), request, clientId);
    // A slide by its address: its ranges are the reader's business, and a detour would only slow them.
    if (request.headers.has("range")) {
      void tell(clientId, { kind: "request", url: request.url, bytes: 0 });
      return undefined;
    }
    return told(fromApp(request), request, clientId);
  }

  async function told(answering: Promise<Response>, request: Request, clientId: string): Promise<Response> {
    const response = await answering;
    const bytes = request.method === "HEAD" ? 0 : Number(response.headers.get("content-length") ?? 0);
    void tell(clientId, { kind: "request", url: request.url, bytes });
    return response;
  }

  async function fromApp(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    // Whatever the query asks for, the page is the same.
    const isPage = request.mode === "navigate" && pathname.slice(new URL(scope).pathname.length) === "";
    const stored = await matchApp(isPage ? new URL("index.html", scope).href : request.url);
    const response = stored ?? (await (MODEL_PATH.test(pathname) ? keptOnUse(request) : fetch(request)));
    const isWorker = request.destination === "worker" || request.destination === "sharedworker";
    return withHeaders(response, isWorker ? { ...ISOLATION_HEADERS, ...WORKER_POLICY } : ISOLATION_HEADERS);
  }

  async function keptOnUse(request: Request): Promise<Response> {
    const cache = await caches.open(MODEL_CACHE);
    const address = bare(request.url);
    const stored = await cache.match(address);
    if (stored) return stored;
    const response = await fetch(request);
    if (response.status !== 200 || request.method !== "GET") return response;
    try {
      await cache.put(address, response.clone());
      for (const { url } of await cache.keys()) {
        if (url !== address && withoutHash(url) === withoutHash(address)) await cache.delete(url);
      }
    } catch (error) {
      // The device is full: it then works only with a network.
      if (!(error instanceof DOMException)) throw error;
    }
    return response;
  }

  /** The sample comes by ranges the first time; once it is stored whole, ranges are cut from the stored one. */
  async function fromSample(request: Request): Promise<Response> {
    const cache = await caches.open(SAMPLE_CACHE);
    const stored = await cache.match(bare(request.url));
    if (!stored) return withHeaders(await fetch(request), ISOLATION_HEADERS);
    if (request.method === "HEAD") {
      return new Response(null, { status: 200, headers: withHeaders(stored, ISOLATION_HEADERS).headers });
    }
    return withHeaders(await byteRange(stored, request.headers.get("range")), ISOLATION_HEADERS);
  }

  /** Stores the whole sample, or replaces it when the server has another one by now. */
  async function keepSample(url: string): Promise<void> {
    const cache = await caches.open(SAMPLE_CACHE);
    const stored = await cache.match(bare(url));
    try {
      if (stored) {
        const head = await fetch(new Request(url, { method: "HEAD", cache: "no-cache" }));
        if (!head.ok || isSame(head, stored)) return;
      }
      const whole = await fetch(new Request(url, { cache: "no-cache" }));
      if (whole.status === 200) await cache.put(bare(url), whole);
    } catch (error) {
      // Offline, or the device is full: the sample then still comes by ranges.
      if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    }
  }

  return { answer, keepSample };
}

/** The address under which the sample is stored: without what a query may add. */
function bare(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

/** The same for every version of a file of the build. */
function withoutHash(url: string): string {
  return url.replace(/-[\w-]{8}(\.\w+)$/, "$1");
}

function isSame(now: Response, stored: Response): boolean {
  const tag = now.headers.get("etag");
  if (tag !== null) return tag === stored.headers.get("etag");
  return ["last-modified", "content-length"].every((name) => now.headers.get(name) === stored.headers.get(name));
}
