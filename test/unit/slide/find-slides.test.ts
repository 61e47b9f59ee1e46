import { describe, expect, it } from "vitest";
import { findSlides } from "#slide";
import { dicomHead } from "../../support/dicom-head.ts";

const entries = (...paths: string[]) => paths.map((path) => ({ path, file: new File(["x"], path.split("/").at(-1)!) }));

const dicom = (path: string, uid: string) => ({ path, file: new File([dicomHead(uid)], path.split("/").at(-1)!) });

const shape = async (found: Parameters<typeof findSlides>[0]) =>
  (await findSlides(found)).map(({ name, files }) => [name, files.entry, files.files.map((file) => file.path)]);

describe("findSlides", () => {
  it("takes a single file whatever its name", async () => {
    expect(await shape(entries("notes.txt"))).toEqual([["notes.txt", "notes.txt", ["notes.txt"]]]);
  });

  it("tries a folder's only file where it may be a slide", async () => {
    expect(await shape(entries("f/notes.txt"))).toEqual([]);
    expect(await shape(entries("f/a.svs"))).toEqual([["a.svs", "a.svs", ["a.svs"]]]);
    expect(await shape([dicom("f/a.ima", "1.9")])).toEqual([["a.ima", "a.ima", ["a.ima"]]]);
  });

  it("leaves out files of a folder that are no slides", async () => {
    expect(await shape(entries("f/a.svs", "f/b.NDPI", "f/notes.txt", "f/a.geojson"))).toEqual([
      ["a.svs", "a.svs", ["a.svs"]],
      ["b.NDPI", "b.NDPI", ["b.NDPI"]],
    ]);
  });

  it("gives a .mrxs the folder of its name, and nothing of another's", async () => {
    const found = entries(
      "top/A.mrxs",
      "top/A/Slidedat.ini",
      "top/A/Data0000.dat",
      "top/AB/Slidedat.ini",
      "top/AB.mrxs",
    );
    expect(await shape(found)).toEqual([
      ["A.mrxs", "A.mrxs", ["A.mrxs", "A/Data0000.dat", "A/Slidedat.ini"]],
      ["AB.mrxs", "AB.mrxs", ["AB.mrxs", "AB/Slidedat.ini"]],
    ]);
  });

  it("gives a .vms the images beside it", async () => {
    expect(await shape(entries("v/a.vms", "v/a.jpg", "v/a_map2.jpg", "v/a.opt"))).toEqual([
      ["a.vms", "a.vms", ["a.vms", "a.jpg", "a.opt", "a_map2.jpg"]],
    ]);
  });

  it("makes one slide of each DICOM series, with or without an extension", async () => {
    const found = [
      dicom("d/1.2.3.4", "1.9"),
      dicom("d/b.dcm", "1.9"),
      dicom("d/c.dcm", "1.10"),
      ...entries("d/readme"),
    ];
    expect(await shape(found)).toEqual([
      ["d", "1.2.3.4", ["1.2.3.4", "b.dcm"]],
      ["c.dcm", "c.dcm", ["c.dcm"]],
    ]);
  });

  it("knows DICOM files by their magic, whatever they are called", async () => {
    const found = [dicom("d/a.ima", "1.9"), dicom("d/b.dcm.bak", "1.9"), ...entries("d/notes.bak", "d/empty.ima")];
    expect(await shape(found)).toEqual([["d", "a.ima", ["a.ima", "b.dcm.bak"]]]);
  });

  it("adds up the sizes of all files of a slide", async () => {
    const [slide] = await findSlides(entries("A.mrxs", "A/x.dat", "A/y.dat"));
    expect(slide!.sizeBytes).toBe(3);
  });
});
