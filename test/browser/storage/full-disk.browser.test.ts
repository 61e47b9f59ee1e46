import { afterEach, describe, expect, it } from "vitest";
import { openOpfsFolder, openRowLog, zipToFile } from "#storage";
import { grantStorage } from "../../support/quota.ts";

const MEGABYTE = 2 ** 20;

afterEach(() => grantStorage(undefined));

describe("a full disk", () => {
  it("is said by a row log, which holds what it held, and goes on when there is room again", async () => {
    const log = await openRowLog(crypto.randomUUID(), { rowBytes: MEGABYTE, belongsTo: "a" });
    await log.append(new Uint8Array(MEGABYTE).fill(1));
    await grantStorage(2 * MEGABYTE);
    await expect(log.append(new Uint8Array(8 * MEGABYTE))).rejects.toMatchObject({ name: "StorageFullError" });
    expect(log.rows).toBe(1);
    await grantStorage(undefined);
    await log.append(new Uint8Array(2 * MEGABYTE).fill(2));
    const bytes = new Uint8Array(await (await log.file()).arrayBuffer());
    expect([bytes.length, bytes[0], bytes[MEGABYTE], bytes.at(-1)]).toEqual([3 * MEGABYTE, 1, 2, 2]);
    await log.drop();
  });

  it("is said by a folder, where nothing new stands then and the old file is as it was", async () => {
    const folder = await openOpfsFolder(`test/${crypto.randomUUID()}`);
    await folder.write("old", "as it was");
    await grantStorage(MEGABYTE);
    const large = new Blob([new Uint8Array(8 * MEGABYTE)]);
    await expect(folder.write("new", large)).rejects.toMatchObject({ name: "StorageFullError" });
    await expect(folder.write("old", large)).rejects.toMatchObject({ name: "StorageFullError" });
    expect(await folder.list("")).toEqual([{ name: "old", kind: "file" }]);
    expect(await (await folder.read("old"))?.text()).toBe("as it was");
  });

  it("is said where a ZIP of all has no room", async () => {
    const folder = await openOpfsFolder(`test/${crypto.randomUUID()}`);
    await folder.write("a", new Uint8Array(4 * MEGABYTE));
    await grantStorage(MEGABYTE);
    await expect(zipToFile(folder)).rejects.toMatchObject({ name: "StorageFullError" });
  });
});
