import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { ByteReadError, openSyncFiles, type SlideFiles, type SyncBytes, type SyncFiles, specFromDisk } from "#bytes";
import { compileOpenSlide, instantiateOpenSlide, mountFiles, OpenSlideLibrary, type OpenSlideModule } from "#native";
import { type ByteSink, TiffWriter } from "../../fixtures/tiff-writer.ts";
import { firstDifference, patternedBytes } from "../../support/patterned-bytes.ts";

const GIBIBYTE = 2 ** 30;
const SLIDES = process.env.COVERSLIP_SLIDES ?? join(import.meta.dirname, "../../../../shared/slides");

let library: OpenSlideLibrary;
let FS: WholeFs;

beforeAll(async () => {
  library = new OpenSlideLibrary(await instantiateOpenSlide(await compileOpenSlide()));
  FS = library.module.FS as WholeFs;
});

describe("mounted files", () => {
  it("stand in their folders, and nowhere after they were taken away", () => {
    const unmount = mountFiles(library.module, "/mounted/here", setOf("a.mrxs", "a/Slidedat.ini", "a/b/Data.dat"));
    expect(FS.readdir("/mounted/here")).toEqual([".", "..", "a.mrxs", "a"]);
    expect(FS.readdir("/mounted/here/a")).toEqual([".", "..", "Slidedat.ini", "b"]);
    expect(FS.stat("/mounted/here/a/b/Data.dat")).toMatchObject({ size: 6 * GIBIBYTE });
    expect(FS.isDir(FS.stat("/mounted/here/a").mode)).toBe(true);
    expect(() => FS.stat("/mounted/here/a/c")).toThrow(expect.objectContaining({ errno: 44 }));
    unmount();
    expect(() => FS.stat("/mounted/here")).toThrow(expect.objectContaining({ errno: 44 }));
  });

  it("are read at positions beyond 4 GiB, from any end", () => {
    const unmount = mountFiles(library.module, "/mounted", setOf("large.bin"));
    const stream = FS.open("/mounted/large.bin", "r");
    const target = new Uint8Array(500);
    expect(FS.read(stream, target, 100, 300, 5 * GIBIBYTE + 7)).toBe(300);
    expect(firstDifference(target.subarray(100, 400), 0, 5 * GIBIBYTE + 7)).toBe(-1);
    expect(target[99]).toBe(0);
    expect(FS.llseek(stream, -10, 2)).toBe(6 * GIBIBYTE - 10);
    expect(FS.read(stream, target, 0, 500)).toBe(10);
    expect(FS.llseek(stream, -GIBIBYTE, 1)).toBe(5 * GIBIBYTE);
    expect(() => FS.llseek(stream, -1, 0)).toThrow(expect.objectContaining({ errno: 28 }));
    FS.close(stream);
    unmount();
  });

  it("cannot be written, renamed or deleted", () => {
    const unmount = mountFiles(library.module, "/mounted", setOf("a.bin"));
    expect(() => FS.writeFile("/mounted/a.bin", "x")).toThrow();
    expect(() => FS.writeFile("/mounted/b.bin", "x")).toThrow();
    expect(() => FS.unlink("/mounted/a.bin")).toThrow();
    expect(FS.readdir("/mounted")).toEqual([".", "..", "a.bin"]);
    unmount();
  });

  it("answer a failed read with EIO", () => {
    const failing: SyncBytes = {
      path: "gone.svs",
      size: 1000,
      read() {
        throw new ByteReadError("gone.svs", "vanished", "gone");
      },
      close() {},
    };
    const unmount = mountFiles(library.module, "/mounted", { ...setOf(), files: [failing] });
    const stream = FS.open("/mounted/gone.svs", "r");
    expect(() => FS.read(stream, new Uint8Array(10), 0, 10, 0)).toThrow(expect.objectContaining({ errno: 29 }));
    FS.close(stream);
    unmount();
  });

  it("leave nothing behind in the module after a hundred times", () => {
    const nodes = () => FS.nameTable.reduce((sum, first) => sum + chainLength(first), 0);
    const before = nodes();
    for (let i = 0; i < 100; i++) {
      const unmount = mountFiles(library.module, `/again${i}`, setOf("a/1.bin", "a/2.bin"));
      FS.close(FS.open(`/again${i}/a/1.bin`, "r"));
      unmount();
    }
    expect(nodes()).toBe(before);
  });

  it("let OpenSlide read a slide whose directories and tiles lie beyond 4 GiB", () => {
    const file = sparseSlide();
    const unmount = mountFiles(library.module, "/sparse", { ...setOf(), files: [file] });
    const slide = library.open("/sparse/sparse.tiff")!;
    expect(slide.levelWidth(0)).toBe(512);
    const pixels = new Uint8ClampedArray(2 * 4);
    slide.readRegion(pixels, 255, 10, 0, 2, 1);
    expect([...pixels]).toEqual([1, 2, 3, 255, 200, 100, 50, 255]);
    slide.close();
    unmount();
  });

  const folder = join(SLIDES, "dicom/cytomine-cmu-small-region");
  it.skipIf(!existsSync(folder))(`let OpenSlide find the other files of a DICOM series (${folder})`, async () => {
    const specs = readdirSync(folder).map((name) => specFromDisk(join(folder, name), `series/${name}`));
    const set: SlideFiles = { entry: specs[0]!.path, files: specs };
    const files = await openSyncFiles(set);
    const unmount = mountFiles(library.module, "/dicom", files);
    const slide = library.open(`/dicom/${files.entry}`)!;
    expect(slide.associatedImageNames).toEqual(["label", "macro", "thumbnail"]);
    slide.close();
    unmount();
    files.close();
  });
});

/** More of emscripten's file system than the app uses. */
type WholeFs = OpenSlideModule["FS"] & {
  readonly nameTable: (NameTableNode | undefined)[];
  stat(path: string): { size: number; mode: number };
  open(path: string, flags: string): object;
  close(stream: object): void;
  llseek(stream: object, offset: number, whence: number): number;
  read(stream: object, target: Uint8Array, at: number, length: number, position?: number): number;
};
interface NameTableNode {
  readonly name_next: NameTableNode | undefined;
}

function chainLength(first: NameTableNode | undefined): number {
  let length = 0;
  for (let node = first; node; node = node.name_next) length++;
  return length;
}

/** Files of 6 GiB each, of the pattern. */
function setOf(...paths: string[]): SyncFiles {
  const files = paths.map((path, seed): SyncBytes => {
    const size = 6 * GIBIBYTE;
    return {
      path,
      size,
      read(target, position) {
        const length = Math.max(0, Math.min(target.length, size - position));
        target.set(patternedBytes(seed, length, position));
        return length;
      },
      close() {},
    };
  });
  return { files, entry: paths[0] ?? "", takeFailure: () => undefined, check() {}, prefetch() {}, close() {} };
}

/** Two tiles, beyond 4 and beyond 5 GiB, of one colour each; the rest of the file is zeros that nobody keeps. */
function sparseSlide(): SyncBytes {
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  const sink: ByteSink = { writeAt: (offset, bytes) => parts.push({ offset, bytes }) };
  const writer = new TiffWriter(sink, { big: true });
  const format = { tileWidth: 256, tileHeight: 256, compression: "none", photometric: "rgb" } as const;
  const directory = writer.addDirectory({ width: 512, height: 256, ...format });
  const plain = (colour: number[]) => Uint8Array.from({ length: 256 * 256 * 3 }, (_, i) => colour[i % 3]!);
  directory.writeTile(0, 0, plain([1, 2, 3]), 4 * GIBIBYTE + 2);
  directory.writeTile(1, 0, plain([200, 100, 50]), 5 * GIBIBYTE);
  const size = writer.finish();
  expect(size).toBeGreaterThan(5 * GIBIBYTE);
  return {
    path: "sparse.tiff",
    size,
    read(target, position) {
      const length = Math.max(0, Math.min(target.length, size - position));
      target.fill(0, 0, length);
      for (const { offset, bytes } of parts) {
        const begin = Math.max(position, offset);
        const end = Math.min(position + length, offset + bytes.length);
        if (begin < end) target.set(bytes.subarray(begin - offset, end - offset), begin - position);
      }
      return length;
    },
    close() {},
  };
}
