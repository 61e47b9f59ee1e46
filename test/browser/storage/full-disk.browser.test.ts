import { afterEach, describe, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { openOpfsFolder, openRowLog, zipToFile } from "#storage";

const MEGABYTE = 2 ** 20;

interface DevTools {
  send(method: string, parameters: object): Promise<unknown>;
}

/** What the browser grants this site beyond what it holds; undefined: as much as ever. */
async function grant(bytes: number | undefined): Promise<void> {
  const { usage = 0 } = await navigator.storage.estimate();
  const quotaSize = bytes === undefined ? undefined : usage + bytes;
  await (cdp() as DevTools).send("Storage.overrideQuotaForOrigin", { origin: location.origin, quotaSize });
}

afterEach(() => grant(undefined));

describe("a full disk", () => {
  it("is said by a row log, which holds what it held, and goes on when there is room again", async () => {
    const log = await openRowLog(crypto.randomUUID(), { rowBytes: MEGABYTE, belongsTo: "a" });
    await log.append(new Uint8Array(MEGABYTE).fill(1));
    await grant(2 * MEGABYTE);
    await expect(log.append(new Uint8Array(8 * MEGABYTE))).rejects.toMatchObject({ name: "StorageFullError" });
    expect(log.rows).toBe(1);
    await grant(undefined);
    await log.append(new Uint8Array(2 * MEGABYTE).fill(2));
    const bytes = new Uint8Array(await (await log.file()).arrayBuffer());
    expect([bytes.length, bytes[0], bytes[MEGABYTE], bytes.at(-1)]).toEqual([3 * MEGABYTE, 1, 2, 2]);
    await log.drop();
  });

  it("is said by a folder, where nothing new stands then and the old file is as it was", async () => {
    const folder = await openOpfsFolder(`test/${crypto.randomUUID()}`);
    await folder.write("old", "as it was");
    await grant(MEGABYTE);
    const large = new Blob([new Uint8Array(8 * MEGABYTE)]);
    await expect(folder.write("new", large)).rejects.toMatchObject({ name: "StorageFullError" });
    await expect(folder.write("old", large)).rejects.toMatchObject({ name: "StorageFullError" });
    expect(await folder.list("")).toEqual([{ name: "old", kind: "file" }]);
    expect(await (await folder.read("old"))?.text()).toBe("as it was");
  });

  it("is said where a ZIP of all has no room", async () => {
    const folder = await openOpfsFolder(`test/${crypto.randomUUID()}`);
    await folder.write("a", new Uint8Array(4 * MEGABYTE));
    await grant(MEGABYTE);
    await expect(zipToFile(folder)).rejects.toMatchObject({ name: "StorageFullError" });
  });
});
