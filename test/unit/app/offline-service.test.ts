import { beforeEach, describe, expect, test } from "vitest";
import type { OfflineMessage } from "../../../src/app/offline/cache-names.ts";
import { createOfflineService } from "../../../src/app/offline/offline-service.ts";
import { byteRange } from "../../../src/app/offline/responses.ts";

const SCOPE = "https://slides.example/app/";
const SAMPLE = `${SCOPE}sample/coverslip-sample.tiff`;
const BYTES = Uint8Array.from({ length: 100 }, (_, index) => index);

/** A cache in memory: enough of `CacheStorage` for one cache. */
function memoryCaches() {
  const stored = new Map<string, Response>();
  const cache = {
    match: async (url: string) => stored.get(url)?.clone(),
    put: async (url: string, response: Response) => void stored.set(url, response),
    keys: async () => Array.from(stored.keys(), (url) => ({ url })),
    delete: async (url: string) => stored.delete(url),
  };
  return { stored, caches: { open: async () => cache } as unknown as CacheStorage };
}

/** `Request` of Node refuses `mode: "navigate"`. */
function request(url: string, more: { range?: string; method?: string; mode?: string; destination?: string } = {}) {
  const headers = new Headers(more.range ? { range: more.range } : {});
  return { url, method: "GET", mode: "cors", destination: "", ...more, headers } as unknown as Request;
}

describe("offline service", () => {
  let isOnline = true;
  let etag = '"1"';
  let asked: string[] = [];
  let messages: OfflineMessage[] = [];
  let memory = memoryCaches();
  const app: Record<string, string> = { "index.html": "<page>", "assets/slide.worker.js": "worker" };

  function service() {
    return createOfflineService({
      scope: SCOPE,
      matchApp: async (url) => {
        const file = app[url.slice(SCOPE.length)];
        return file === undefined ? undefined : new Response(file);
      },
      caches: memory.caches,
      fetch: async (sent) => {
        asked.push(`${sent.method} ${sent.url} ${sent.headers.get("range") ?? ""}`.trim());
        if (!isOnline) throw new TypeError("Failed to fetch");
        const whole = new Response(BYTES, { headers: { etag, "content-length": "100", "content-type": "image/tiff" } });
        if (sent.method === "HEAD") return new Response(null, { headers: whole.headers });
        return byteRange(whole, sent.headers.get("range"));
      },
      tell: async (_client, message) => void messages.push(message),
    });
  }

  beforeEach(() => {
    isOnline = true;
    etag = '"1"';
    asked = [];
    messages = [];
    memory = memoryCaches();
  });

  test("the page comes from the store whatever its query, isolated, without the network", async () => {
    for (const query of ["", "?sample", "?url=a.svs"]) {
      const response = await service().answer(request(`${SCOPE}${query}`, { mode: "navigate" }), "c")!;
      expect(await response.text()).toBe("<page>");
      expect(response.headers.get("Cross-Origin-Opener-Policy")).toBe("same-origin");
      expect(response.headers.get("Cross-Origin-Embedder-Policy")).toBe("require-corp");
    }
    expect(asked).toEqual([]);
  });

  test("a worker script carries its own policy", async () => {
    const response = await service().answer(request(`${SCOPE}assets/slide.worker.js`, { destination: "worker" }), "c")!;
    expect(response.headers.get("Content-Security-Policy")).toContain("connect-src 'self'");
  });

  test("what is not the app's comes from the network, isolated", async () => {
    const response = await service().answer(request(`${SCOPE}other.json`), "c")!;
    expect(response.headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
    expect(asked).toEqual([`GET ${SCOPE}other.json`]);
  });

  test("other origins, other methods and ranges of a user's slide are left to the browser", () => {
    expect(service().answer(request("https://elsewhere.example/"), "c")).toBeUndefined();
    expect(service().answer(request(SCOPE, { method: "POST" }), "c")).toBeUndefined();
    expect(service().answer(request(`${SCOPE}a.svs`, { range: "bytes=0-9" }), "c")).toBeUndefined();
    expect(messages.map(({ kind }) => kind)).toEqual(["request"]);
  });

  test("the sample comes by ranges first, and from the store once kept, byte for byte", async () => {
    const { answer, keepSample } = service();
    const first = await answer(request(SAMPLE, { range: "bytes=10-19" }), "c")!;
    expect([first.status, [...(await first.bytes())]]).toEqual([206, [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]]);
    await keepSample(SAMPLE);
    expect([...memory.stored.keys()]).toEqual([SAMPLE]);
    isOnline = false;
    for (const [range, begin, end] of [
      ["bytes=10-19", 10, 20],
      ["bytes=90-", 90, 100],
      ["bytes=-5", 95, 100],
      ["bytes=95-500", 95, 100],
    ] as const) {
      const again = await answer(request(`${SAMPLE}?x`, { range }), "c")!;
      expect(again.status).toBe(206);
      expect(again.headers.get("content-range")).toBe(`bytes ${begin}-${end - 1}/100`);
      expect(again.headers.get("etag")).toBe('"1"');
      expect([...(await again.bytes())]).toEqual([...BYTES.slice(begin, end)]);
    }
  });

  test("the runtime of models is kept when it is first used, and replaced by that of the next version", async () => {
    const runtime = (hash: string) => `${SCOPE}assets/ort-wasm-simd-threaded.asyncify-${hash}.wasm`;
    const encoder = `${SCOPE}assets/scattering-he-v1-A1b2C3d4.onnx`;
    const bytesOf = async (url: string) => [...(await (await service().answer(request(url), "c")!).bytes())];
    expect(memory.stored.size).toBe(0);
    expect(await bytesOf(runtime("AAAAAAAA"))).toEqual([...BYTES]);
    expect(await bytesOf(encoder)).toEqual([...BYTES]);
    isOnline = false;
    expect(await bytesOf(runtime("AAAAAAAA"))).toEqual([...BYTES]);
    expect(await bytesOf(encoder)).toEqual([...BYTES]);
    isOnline = true;
    await bytesOf(runtime("BBBBBBB-"));
    expect([...memory.stored.keys()]).toEqual([encoder, runtime("BBBBBBB-")]);
  });

  test("a thread of the runtime carries a worker's policy", async () => {
    const thread = request(`${SCOPE}assets/ort-wasm-simd-threaded.asyncify-AAAAAAAA.mjs`, { destination: "worker" });
    const response = await service().answer(thread, "c")!;
    expect(response.headers.get("Content-Security-Policy")).toContain("wasm-unsafe-eval");
    expect(response.headers.get("Cross-Origin-Embedder-Policy")).toBe("require-corp");
  });

  test("a range beyond the end is refused as a server does", async () => {
    const { answer, keepSample } = service();
    await keepSample(SAMPLE);
    const response = await answer(request(SAMPLE, { range: "bytes=100-110" }), "c")!;
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */100"]);
  });

  test("HEAD tells the size of the kept sample without the network", async () => {
    const { answer, keepSample } = service();
    await keepSample(SAMPLE);
    isOnline = false;
    const response = await answer(request(SAMPLE, { method: "HEAD" }), "c")!;
    expect([response.status, response.headers.get("content-length")]).toEqual([200, "100"]);
  });

  test("a kept sample is replaced only when the server has another", async () => {
    const { keepSample } = service();
    await keepSample(SAMPLE);
    await keepSample(SAMPLE);
    expect(asked).toEqual([`GET ${SAMPLE}`, `HEAD ${SAMPLE}`]);
    etag = '"2"';
    await keepSample(SAMPLE);
    expect(memory.stored.get(SAMPLE)?.headers.get("etag")).toBe('"2"');
  });

  test("keeping the sample while offline changes nothing and breaks nothing", async () => {
    isOnline = false;
    await service().keepSample(SAMPLE);
    expect(memory.stored.size).toBe(0);
  });
});
