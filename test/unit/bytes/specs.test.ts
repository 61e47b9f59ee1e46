import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type ByteReadError,
  type ByteSpec,
  openAsyncBytes,
  openSyncFiles,
  readAll,
  readStart,
  specFromBytes,
  specFromDisk,
  specFromFile,
  specFromUrl,
} from "#bytes";
import { firstDifference, patternedBytes } from "../../support/patterned-bytes.ts";

let folder: string;
let server: Server | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-bytes-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
  server?.close();
  server = undefined;
});

describe("a file on disk", () => {
  it("is read where it lies", async () => {
    const spec = specFromDisk(onDisk("a.bin", 10_000));
    expect(spec).toMatchObject({ kind: "disk", path: "a.bin", size: 10_000 });
    await expectPattern(spec);
  });

  it("that is not there is a typed error", () => {
    expect(() => specFromDisk(join(folder, "no.svs"))).toThrow(
      expect.objectContaining({ name: "ByteReadError", reason: "vanished", fileName: "no.svs" }),
    );
  });

  it("that changes while it is open is found changed by the next check", async () => {
    const file = onDisk("a.bin", 1000);
    const opened = await openAlone(specFromDisk(file));
    opened.check();
    opened.files[0]!.read(new Uint8Array(10), 0);
    utimesSync(file, new Date(), new Date(2001, 1, 1));
    await expect.poll(() => reasonOf(() => opened.check())).toBe("changed");
    // It is no better at the next look.
    expect(reasonOf(() => opened.check())).toBe("changed");
    opened.close();
  });

  it("that is deleted while it is open has vanished", async () => {
    const file = onDisk("a.bin", 1000);
    const opened = await openAlone(specFromDisk(file));
    opened.files[0]!.read(new Uint8Array(10), 0);
    rmSync(file);
    expect(reasonOf(() => opened.check())).toBe("vanished");
    opened.close();
  });

  it("that has another size than when it was found is not opened", async () => {
    const file = onDisk("a.bin", 1000);
    const spec = specFromDisk(file);
    onDisk("a.bin", 900);
    await expect(openAlone(spec)).rejects.toMatchObject({ name: "ByteReadError", reason: "changed" });
  });
});

describe("bytes and Blobs in Node", () => {
  it("are read from memory", async () => {
    await expectPattern(specFromBytes(patternedBytes(0, 10_000), "a.bin"));
    await expectPattern(specFromFile(new File([patternedBytes(0, 10_000)], "a.bin")));
  });

  it("that are too many to hold are refused", async () => {
    const blob = new Blob(["a little"]);
    const files = [0, 1].map((i): ByteSpec => ({ kind: "blob", path: `${i}`, size: 300 * 2 ** 20, blob }));
    await expect(openSyncFiles({ entry: "0", files })).rejects.toMatchObject({
      name: "CapabilityError",
      capability: "Reading this slide outside a worker",
    });
  });

  it("take the path that they had in the folder they came with", () => {
    const file = Object.assign(new File([], "Slidedat.ini"), { webkitRelativePath: "CMU-1/Slidedat.ini" });
    expect(specFromFile(file).path).toBe("CMU-1/Slidedat.ini");
    expect(specFromFile(file, "other").path).toBe("other");
  });

  it("give their first bytes, and fewer where there are no more", async () => {
    expect(await readStart(specFromBytes(patternedBytes(0, 10), "a"), 100)).toHaveLength(10);
    expect(await readStart(specFromBytes(patternedBytes(0, 1000), "a"), 100)).toHaveLength(100);
  });
});

describe("a URL", () => {
  it("is read by ranges", async () => {
    const bytes = patternedBytes(0, 10_000);
    const asked: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      asked.push(request.headers.range);
      answerRange(bytes, request, response);
    });
    const spec = await specFromUrl(url);
    expect(spec).toMatchObject({ kind: "url", path: "slide one.svs", size: 10_000, validator: '"1"' });
    expect(firstDifference(await openAsyncBytes(spec).read(500, 100), 0, 500)).toBe(-1);
    expect(asked).toEqual(["bytes=0-1", "bytes=500-599"]);
    await expectPattern(spec);
  });

  it("of a file of one byte, or none, is read as well", async () => {
    for (const size of [0, 1]) {
      const url = await serve((request, response) => answerRange(patternedBytes(0, size), request, response));
      const spec = await specFromUrl(url);
      expect(spec.size).toBe(size);
      expect(await readAll(spec)).toHaveLength(size);
      server!.close();
    }
  });

  it("whose name has a % that escapes nothing goes by it as it stands", async () => {
    const url = await serve((request, response) => answerRange(patternedBytes(0, 10), request, response));
    expect(await specFromUrl(url.replace("slide%20one", "100%"))).toMatchObject({ path: "100%.svs", size: 10 });
  });

  it("whose server gives no ranges is fetched whole when it is small", async () => {
    const url = await serve((_, response) => response.end(patternedBytes(0, 10_000)));
    const spec = await specFromUrl(url);
    expect(spec).toMatchObject({ kind: "memory", path: "slide one.svs", size: 10_000 });
    await expectPattern(spec);
  });

  it("whose server gives no ranges is refused when it is large", async () => {
    let closed = false;
    const url = await serve((_, response) => {
      response.on("close", () => {
        closed = true;
      });
      response.writeHead(200, { "content-length": 2 ** 31 });
      response.write(new Uint8Array(1000));
    });
    await expect(specFromUrl(url)).rejects.toMatchObject({ name: "ByteReadError", reason: "network" });
    await expect.poll(() => closed).toBe(true);
  });

  it.each([
    [404, "vanished"],
    [410, "vanished"],
    [403, "permission"],
    [500, "network"],
  ])("answered with status %i is %s", async (status, reason) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    await expect(specFromUrl(url)).rejects.toMatchObject({ name: "ByteReadError", reason, fileName: "slide one.svs" });
  });

  it("that nobody answers is a network error", async () => {
    const url = await serve(() => {});
    server!.close();
    await expect(specFromUrl(url)).rejects.toMatchObject({ name: "ByteReadError", reason: "network" });
  });

  it.each([
    ["another ETag", '"2"', 10_000],
    ["another size", '"1"', 9_000],
  ])("whose file has %s now is changed", async (_, etag, size) => {
    let answer = { etag: '"1"', size: 10_000 };
    const url = await serve((request, response) =>
      answerRange(patternedBytes(0, answer.size), request, response, answer.etag),
    );
    const bytes = openAsyncBytes(await specFromUrl(url));
    answer = { etag, size };
    await expect(bytes.read(0, 10)).rejects.toMatchObject({ name: "ByteReadError", reason: "changed" });
  });

  it("stops being read when its signal says so", async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort(new Error("enough")));
    await expect(specFromUrl(url, { signal: stop.signal })).rejects.toThrow("enough");
  });
});

function onDisk(name: string, size: number): string {
  const file = join(folder, name);
  writeFileSync(file, patternedBytes(0, size));
  return file;
}

async function openAlone(spec: ByteSpec) {
  return openSyncFiles({ entry: spec.path, files: [spec] });
}

/** Reads a file of the pattern in the ways there are. */
async function expectPattern(spec: ByteSpec): Promise<void> {
  expect(firstDifference(await readAll(spec), 0, 0)).toBe(-1);
  const opened = await openAlone(spec);
  const target = new Uint8Array(1000);
  expect(opened.files[0]!.read(target, 5000)).toBe(1000);
  expect(firstDifference(target, 0, 5000)).toBe(-1);
  expect(opened.files[0]!.read(target, spec.size - 10)).toBe(10);
  opened.close();
}

function reasonOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (thrown) {
    return (thrown as ByteReadError).reason;
  }
}

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  server = createServer(answer);
  await new Promise<void>((resolve) => server!.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/slides/slide%20one.svs`;
}

function answerRange(bytes: Uint8Array, request: IncomingMessage, response: ServerResponse, etag = '"1"'): void {
  const [begin, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range!)!.slice(1).map(Number) as [number, number];
  if (begin >= bytes.length) {
    response.writeHead(416, { "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(begin, end + 1);
  const range = `bytes ${begin}-${begin + part.length - 1}/${bytes.length}`;
  response.writeHead(206, { etag, "content-range": range }).end(part);
}
