import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseRange, serve } from "../../../.scripts/serve.mjs";

let folder: string;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-serve-"));
  writeFileSync(join(folder, "index.html"), "<p>page");
  writeFileSync(join(folder, "a.wasm"), "0123456789");
  writeFileSync(join(folder, "empty.txt"), "");
  server = await serve(folder);
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(server.url + path, { headers, method });

describe("the static server", () => {
  test("sends the isolation headers and the right type with every file", async () => {
    const page = await get("");
    expect(await page.text()).toBe("<p>page");
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect((await get("a.wasm")).headers.get("content-type")).toBe("application/wasm");
  });

  test("leaves the isolation headers out when told", async () => {
    const plain = await serve(folder, { isolated: false });
    const page = await fetch(plain.url);
    await plain.close();
    expect(page.headers.get("cross-origin-opener-policy")).toBeNull();
  });

  test.each([
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-2", 206, "89", "bytes 8-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=10-", 416, "", "bytes */10"],
    ["lines=1-2", 200, "0123456789", null],
  ])("answers %s with %i", async (range, status, body, contentRange) => {
    const answer = await get("a.wasm", { range });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(body);
    expect(answer.headers.get("content-range")).toBe(contentRange);
  });

  test("a range of a file that changed since is answered with the whole file", async () => {
    const answer = await get("a.wasm", { range: "bytes=1-2", "if-range": '"other"' });
    expect([answer.status, await answer.text()]).toEqual([200, "0123456789"]);
  });

  test("does not send what the browser has", async () => {
    const etag = (await get("a.wasm")).headers.get("etag")!;
    expect((await get("a.wasm", { "if-none-match": etag })).status).toBe(304);
  });

  test("answers HEAD with the size and an empty file with nothing", async () => {
    expect((await get("a.wasm", {}, "HEAD")).headers.get("content-length")).toBe("10");
    expect(await (await get("empty.txt")).text()).toBe("");
  });

  test("refuses what is not there, not a file, or outside the folder", async () => {
    expect((await get("none.js")).status).toBe(404);
    expect((await get("a.wasm", {}, "DELETE")).status).toBe(405);
    expect(await rawStatus("/../../../etc/hostname")).toBe(404);
    expect(await rawStatus("/..%2f..%2f..%2fetc%2fhostname")).toBe(404);
    expect(await rawStatus("/%00")).toBe(404);
    expect(await rawStatus("/%E0%A4%A")).toBe(404);
  });

  test("takes the next port when one is taken", async () => {
    const second = await serve(folder, { port: server.port });
    expect(second.port).toBeGreaterThan(server.port);
    await second.close();
  });
});

test("a range header that makes no sense is none", () => {
  expect(parseRange("bytes=-", 10)).toBeUndefined();
  expect(parseRange("bytes=5-2", 10)).toBeUndefined();
  expect(parseRange("bytes=-0", 10)).toBe("unsatisfiable");
});

/** `fetch` tidies a path before it sends it; an attacker does not. */
function rawStatus(path: string): Promise<number | undefined> {
  return new Promise((done) => request({ port: server.port, path }, (answer) => done(answer.statusCode)).end());
}
