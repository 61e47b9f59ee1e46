import { describe, expect, it, vi } from "vitest";
import { type Folder, openDirectoryFolder, openOpfsFolder, zipFolder, zipToFile } from "#storage";
import { behavesAsFolder } from "../../support/folder-behaviour.ts";

/** A handle of the private file system behaves as one that the user picked and gave for writing. */
async function directoryFolder(): Promise<Folder> {
  const root = await navigator.storage.getDirectory();
  return openDirectoryFolder(await root.getDirectoryHandle(crypto.randomUUID(), { create: true }));
}

const kinds: Record<string, () => Promise<Folder>> = {
  "a folder of the private file system": () => openOpfsFolder(`test/${crypto.randomUUID()}`),
  "a folder behind a handle": directoryFolder,
};

describe.each(Object.entries(kinds))("%s", (_, open) => {
  behavesAsFolder(open);

  it("leaves the old file, and no other, when new data fails on the way", async () => {
    const folder = await open();
    await folder.write("old", "as it was");
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("vanishing", { create: true });
    const writer = await handle.createWritable();
    await writer.write("will be gone");
    await writer.close();
    const vanishing = await handle.getFile();
    await root.removeEntry("vanishing");
    await expect(folder.write("old", vanishing)).rejects.toThrow();
    await expect(folder.write("new", vanishing)).rejects.toThrow();
    expect(await (await folder.read("old"))?.text()).toBe("as it was");
    expect(await folder.list("")).toEqual([{ name: "old", kind: "file" }]);
  });

  it("becomes a ZIP file that lies on disk until it is downloaded", async () => {
    const folder = await open();
    await folder.write("a/b.bin", new Uint8Array(100_000).fill(3));
    const zip = await new Response(zipFolder(folder)).arrayBuffer();
    const file = await zipToFile(folder);
    expect([file.name, file.size]).toEqual([`${folder.name}.zip`, zip.byteLength]);
    expect(new Uint8Array(await file.arrayBuffer())).toEqual(new Uint8Array(zip));
  });
});

describe("a folder behind a handle", () => {
  it("says that it is gone rather than that it is empty", async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getDirectoryHandle("gone", { create: true });
    const folder = openDirectoryFolder(handle);
    await folder.write("a", "1");
    await root.removeEntry("gone", { recursive: true });
    await expect(folder.read("a")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.list("")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.write("b", "1")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.createNew("b", "1")).rejects.toMatchObject({ name: "FolderVanishedError" });
    await expect(folder.remove("a")).rejects.toMatchObject({ name: "FolderVanishedError" });
  });

  it("says that its permission is gone, whatever is asked of it", async () => {
    const folder = await directoryFolder();
    await folder.write("a", "1");
    const refuse = async () => {
      throw new DOMException("not allowed", "NotAllowedError");
    };
    using _files = vi.spyOn(FileSystemDirectoryHandle.prototype, "getFileHandle").mockImplementation(refuse);
    using _removals = vi.spyOn(FileSystemDirectoryHandle.prototype, "removeEntry").mockImplementation(refuse);
    using _lists = vi.spyOn(FileSystemDirectoryHandle.prototype, "entries").mockImplementation(() => {
      throw new DOMException("not allowed", "NotAllowedError");
    });
    const lost = { name: "FolderPermissionError" };
    await expect(folder.read("a")).rejects.toMatchObject(lost);
    await expect(folder.list("")).rejects.toMatchObject(lost);
    await expect(folder.write("a", "2")).rejects.toMatchObject(lost);
    await expect(folder.createNew("b", "1")).rejects.toMatchObject(lost);
    await expect(folder.remove("a")).rejects.toMatchObject(lost);
  });

  it("is looked through only where nothing was found in it", async () => {
    const folder = await directoryFolder();
    using look = vi.spyOn(FileSystemDirectoryHandle.prototype, "keys");
    await folder.write("a", "1");
    await folder.write("a", "2");
    await folder.createNew("b", "1");
    await folder.read("a");
    await folder.remove("a");
    expect(look).not.toHaveBeenCalled();
    await folder.read("a");
    await folder.remove("a");
    expect(look).toHaveBeenCalledTimes(2);
  });

  it("hides files that are on their way", async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getDirectoryHandle(crypto.randomUUID(), { create: true });
    for (const name of [".a.h5.part.txt", "a.h5.crswap", ".hidden"]) await handle.getFileHandle(name, { create: true });
    expect(await openDirectoryFolder(handle).list("")).toEqual([{ name: ".hidden", kind: "file" }]);
  });
});
