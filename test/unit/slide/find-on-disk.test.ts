import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UnsupportedFormatError } from "#slide";
import { findSlideOnDisk } from "../../../src/slide/find-on-disk.ts";
import { dicomHead } from "../../support/dicom-head.ts";

describe("a slide at a path", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coverslip-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(...paths: (string | readonly [path: string, bytes: Uint8Array])[]) {
    for (const entry of paths) {
      const [path, bytes] = typeof entry === "string" ? [entry, Uint8Array.of(1)] : entry;
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
  }
  const shape = async (path: string) => {
    const { entry, files } = await findSlideOnDisk(join(folder, path));
    return [entry, files.map((file) => file.path)];
  };

  it("comes alone where its format has one file, whatever lies beside it", async () => {
    write("a.svs", "b.svs", "notes.txt");
    expect(await shape("a.svs")).toEqual(["a.svs", ["a.svs"]]);
    expect(await shape("notes.txt")).toEqual(["notes.txt", ["notes.txt"]]);
  });

  it("comes with the other files of its DICOM series, and is the one that is opened", async () => {
    write(["1.2.3", dicomHead("1.9")], ["b.dcm", dicomHead("1.9")], ["c.dcm", dicomHead("1.10")], "readme", "x.svs");
    expect(await shape("b.dcm")).toEqual(["b.dcm", ["1.2.3", "b.dcm"]]);
    expect(await shape("1.2.3")).toEqual(["1.2.3", ["1.2.3", "b.dcm"]]);
    expect(await shape("c.dcm")).toEqual(["c.dcm", ["c.dcm"]]);
  });

  it("comes with the folder of a .mrxs, and without where there is none", async () => {
    write("A.mrxs", "A/Slidedat.ini", "A/Data0000.dat", "AB/Slidedat.ini", "B.mrxs");
    expect(await shape("A.mrxs")).toEqual(["A.mrxs", ["A.mrxs", "A/Data0000.dat", "A/Slidedat.ini"]]);
    expect(await shape("B.mrxs")).toEqual(["B.mrxs", ["B.mrxs"]]);
  });

  it("comes with the images beside a .vms, and the macro image beside a .tif", async () => {
    write("a.vms", "a.jpg", "a_map2.jpg", "other.svs", "below/b.jpg", "t.tif", "t.Full");
    expect((await shape("a.vms"))[1]).toEqual(["a.vms", "a.jpg", "a_map2.jpg", "t.Full"]);
    expect(await shape("t.tif")).toEqual(["t.tif", ["t.tif", "t.Full"]]);
  });

  it("is the only one of its folder, links followed but not round and round", async () => {
    write("in/A.mrxs", "in/A/Slidedat.ini", "elsewhere/Data0000.dat");
    symlinkSync(join(folder, "elsewhere/Data0000.dat"), join(folder, "in/A/Data0000.dat"));
    symlinkSync(join(folder, "nowhere"), join(folder, "in/broken.svs"));
    symlinkSync(join(folder, "in"), join(folder, "in/A/round"));
    expect(await shape("in/")).toEqual(["A.mrxs", ["A.mrxs", "A/Data0000.dat", "A/Slidedat.ini"]]);
    write("in/b.svs");
    await expect(findSlideOnDisk(join(folder, "in"))).rejects.toThrow("two slides");
    await expect(findSlideOnDisk(join(folder, "elsewhere/.."))).rejects.toThrow("two slides");
    mkdirSync(join(folder, "empty"));
    await expect(findSlideOnDisk(join(folder, "empty"))).rejects.toBeInstanceOf(UnsupportedFormatError);
  });

  it("that is not there is a typed error", async () => {
    const failure = { name: "ByteReadError", reason: "vanished", fileName: "no.dcm" };
    await expect(findSlideOnDisk(join(folder, "no.dcm"))).rejects.toMatchObject(failure);
  });
});
