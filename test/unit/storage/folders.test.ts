import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createMemoryFolder, openHttpFolder } from "#storage";
import { offerFolder } from "../../../.scripts/cli/job-folder.mjs";
import { fileDigest } from "../../../src/pipeline/slide-record.ts";
import { behavesAsFolder } from "../../support/folder-behaviour.ts";

describe("a memory folder", () => behavesAsFolder(async () => createMemoryFolder()));

describe("a folder of the command line's server", () => {
  const disk = mkdtempSync(join(tmpdir(), "coverslip-folder-"));
  let server: Server;
  let origin: string;
  const offered: ReturnType<typeof offerFolder>[] = [];
  /** Of all answers so far. */
  let sentBytes = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { socket } = request;
      const before = socket.bytesWritten;
      response.on("close", () => {
        sentBytes += socket.bytesWritten - before;
      });
      if (!offered.some(({ answer }) => answer(request, response))) response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(disk, { recursive: true, force: true });
  });

  const open = async () => {
    const offer = offerFolder(mkdtempSync(join(disk, "job ü ")));
    offered.push(offer);
    return openHttpFolder(origin + offer.path);
  };

  behavesAsFolder(open);

  it("tells a large file from another by a small part of it", async () => {
    const folder = await open();
    const bytes = Uint8Array.from({ length: 5_000_000 }, (_, i) => (i * 7919) % 251);
    await folder.write("features.h5", bytes);
    const before = sentBytes;
    expect(await fileDigest((await folder.find("features.h5"))!)).toBe(await fileDigest(new Blob([bytes])));
    expect(sentBytes - before).toBeGreaterThan(100_000);
    expect(sentBytes - before).toBeLessThan(200_000);
  });

  it("takes the whole from a server that knows no sizes and gives no parts", async () => {
    const plain = createServer((_, response) => {
      response.writeHead(200, { "Transfer-Encoding": "chunked" });
      response.end("0123456789");
    });
    await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
    const folder = openHttpFolder(`http://127.0.0.1:${(plain.address() as AddressInfo).port}/job`);
    const found = (await folder.find("f"))!;
    expect([found.size, await (await found.slice(2, 4)).text()]).toEqual([10, "23"]);
    plain.close();
    plain.closeAllConnections();
  });

  it("says that it is gone rather than that it is empty", async () => {
    const folder = await open();
    await folder.write("a", "1");
    rmSync(join(disk, folder.name), { recursive: true });
    await expect(folder.read("a")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.list("")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.write("b", "1")).rejects.toMatchObject({ name: "FolderVanishedError" });
  });

  it.each([
    [403, "FolderPermissionError"],
    [410, "FolderVanishedError"],
    [507, "StorageFullError"],
    [500, "StorageError"],
  ])("turns the answer %i into a %s", async (status, name) => {
    const failing = createServer((_, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => failing.listen(0, "127.0.0.1", resolve));
    const folder = openHttpFolder(`http://127.0.0.1:${(failing.address() as AddressInfo).port}/job`);
    await expect(folder.read("a")).rejects.toMatchObject({ name });
    await expect(folder.write("a", "")).rejects.toMatchObject({ name });
    await expect(folder.list("")).rejects.toMatchObject({ name });
    await expect(folder.remove("a")).rejects.toMatchObject({ name });
    failing.close();
    failing.closeAllConnections();
    await expect(folder.read("a")).rejects.toMatchObject({ name: "StorageError" });
  });
});
