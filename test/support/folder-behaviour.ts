import { expect, it } from "vitest";
import { type Folder, zipFolder } from "#storage";
import { readZip } from "./read-zip.ts";

async function textOf(folder: Folder, path: string): Promise<string | undefined> {
  return (await folder.read(path))?.text();
}

/** What every kind of folder must do. */
export function behavesAsFolder(open: () => Promise<Folder>): void {
  it("keeps what is written, in folders made on the way", async () => {
    const folder = await open();
    await folder.write("a/b/text.json", "{ ü }");
    await folder.write("a/bytes", new Uint8Array([1, 2, 3]));
    await folder.write("blob.bin", new Blob(["12", "34"]));
    expect(await textOf(folder, "a/b/text.json")).toBe("{ ü }");
    expect(new Uint8Array(await (await folder.read("a/bytes"))!.arrayBuffer())).toEqual(new Uint8Array([1, 2, 3]));
    expect(await textOf(folder, "blob.bin")).toBe("1234");
    expect((await folder.read("a/bytes"))!.name).toBe("bytes");
    expect(await folder.list("")).toEqual([
      { name: "a", kind: "folder" },
      { name: "blob.bin", kind: "file" },
    ]);
    expect(await folder.list("a")).toEqual([
      { name: "b", kind: "folder" },
      { name: "bytes", kind: "file" },
    ]);
  });

  it("has nothing where nothing was written", async () => {
    const folder = await open();
    await folder.write("a/file", "x");
    for (const path of ["none", "none/at/all", "a", "a/file/below", ""]) {
      expect(await folder.read(path), path).toBeUndefined();
    }
    for (const path of ["none", "a/none", "a/file"]) expect(await folder.list(path), path).toEqual([]);
  });

  it("tells how large a file is, and gives parts of it", async () => {
    const folder = await open();
    await folder.write("a/f", "0123456789");
    await folder.write("empty", "");
    const found = (await folder.find("a/f"))!;
    expect(found.size).toBe(10);
    const parts = await Promise.all([found.slice(0, 3), found.slice(8, 10), found.slice(5, 5), found.slice(0, 10)]);
    expect(await Promise.all(parts.map((part) => part.text()))).toEqual(["012", "89", "", "0123456789"]);
    expect((await folder.find("empty"))!.size).toBe(0);
    for (const path of ["none", "none/at/all", "a", "a/f/below", ""]) {
      expect(await folder.find(path), path).toBeUndefined();
    }
  });

  it("replaces a file, also by a shorter one", async () => {
    const folder = await open();
    await folder.write("f", "a long text");
    const before = (await folder.read("f"))!;
    expect(await before.text()).toBe("a long text");
    await folder.write("f", "short");
    expect(await textOf(folder, "f")).toBe("short");
    expect(await folder.list("")).toEqual([{ name: "f", kind: "file" }]);
  });

  it("lets one of many create a file", async () => {
    const folder = await open();
    const won = await Promise.all(Array.from({ length: 8 }, (_, i) => folder.createNew("x/a.lock", `by ${i}`)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await textOf(folder, "x/a.lock")).toBe(`by ${won.indexOf(true)}`);
    await folder.remove("x/a.lock");
    expect(await folder.createNew("x/a.lock", "again")).toBe(true);
  });

  it("writes one after the other where several write the same file", async () => {
    const folder = await open();
    const texts = Array.from({ length: 6 }, (_, i) => `${i}`.repeat(10_000));
    await Promise.all(texts.map((text) => folder.write("same", text)));
    expect(texts).toContain(await textOf(folder, "same"));
    expect(await folder.list("")).toHaveLength(1);
  });

  it("removes files and whole folders, and what is not there", async () => {
    const folder = await open();
    await folder.write("a/b/c", "1");
    await folder.write("a/d", "1");
    await folder.remove("a/b/c");
    expect(await folder.list("a/b")).toEqual([]);
    await folder.remove("a");
    expect(await folder.list("")).toEqual([]);
    await folder.remove("a/b");
  });

  it("refuses paths that lead out of it", async () => {
    const folder = await open();
    await expect(folder.read("../x")).rejects.toBeInstanceOf(TypeError);
    await expect(folder.write("a/../../x", "")).rejects.toBeInstanceOf(TypeError);
    await expect(folder.write("", "")).rejects.toBeInstanceOf(TypeError);
  });

  it("becomes a ZIP archive", async () => {
    const folder = await open();
    await folder.write("contours/a.jpg", new Uint8Array(70_000).fill(7));
    await folder.write("summary ü.md", "# all");
    const files = readZip(new Uint8Array(await new Response(zipFolder(folder)).arrayBuffer()));
    expect([...files.keys()]).toEqual([`${folder.name}/contours/a.jpg`, `${folder.name}/summary ü.md`]);
    expect(files.get(`${folder.name}/contours/a.jpg`)).toEqual(new Uint8Array(70_000).fill(7));
    expect(new TextDecoder().decode(files.get(`${folder.name}/summary ü.md`))).toBe("# all");
  });
}
