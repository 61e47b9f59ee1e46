import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ByteReadError, specFromBytes, specFromDisk } from "#bytes";
import { shrinkRgba } from "#kernels";
import { compileOpenSlide } from "#native";
import { CorruptSlideError, MissingCompanionError, SlideClosedError, UnsupportedFormatError } from "#slide";
import { createSlideService, type SlideWorkerApi } from "#slide/service";
import { isUnsupported } from "../../../src/slide/formats/openslide.ts";
import { makeRehearsalSlide } from "../../../src/slide/rehearsal.ts";
import { makeJpegSlide } from "../../fixtures/jpeg-slide.ts";
import { makePositionSlide } from "../../fixtures/position-slide.ts";
import { TiffType } from "../../fixtures/tiff-writer.ts";
import { colourAt, drawSlide, firstWrongPixel, SIZE, TILE } from "../../support/drawn-slide.ts";
import { countOpenFiles } from "../../support/open-descriptors.ts";

const filesOf = (bytes: Uint8Array, path: string) => ({ entry: path, files: [specFromBytes(bytes, path)] });
const text = (content: string) => new TextEncoder().encode(content);

describe("the slide service", () => {
  let service: SlideWorkerApi;
  let next = 1;
  let folder: string;
  beforeAll(async () => {
    service = createSlideService();
    await service.load(await compileOpenSlide());
    folder = mkdtempSync(join(tmpdir(), "coverslip-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const open = async (bytes: Uint8Array, path: string) => {
    const id = next++;
    return { id, ...(await service.open(id, filesOf(bytes, path), undefined)) };
  };

  it("tells a slide's facts as OpenSlide does", async () => {
    const { facts } = await open(drawSlide(), "drawn.tiff");
    expect(facts).toMatchObject({
      name: "drawn.tiff",
      vendor: "generic-tiff",
      levels: [
        { ...SIZE, downsample: 1, tileWidth: TILE, tileHeight: TILE },
        { width: 350, height: 250, downsample: 2, tileWidth: TILE, tileHeight: TILE },
      ],
      associatedImages: [],
      iccSizeBytes: 0,
    });
    expect(facts.reader).toMatch(/^OpenSlide \d+\.\d+\.\d+$/);
    expect(facts.properties["openslide.level-count"]).toBe("2");
  });

  it("opens and reads the slide that workers rehearse with", async () => {
    const { id, facts } = await open(makeRehearsalSlide(), "rehearsal.tiff");
    expect(facts.levels).toEqual([{ width: 64, height: 64, downsample: 1, tileWidth: 64, tileHeight: 64 }]);
    const { data } = await service.readRegion(
      id,
      { x: 0, y: 0, level: 0, width: 64, height: 64 },
      undefined,
      undefined,
    );
    expect(new Set(new Uint32Array(data.buffer))).toEqual(new Set([0xff808080]));
  });

  it("gives text that is not UTF-8 as Python does, and no more of it than there is", async () => {
    // A byte order mark, Latin-1, and a sequence that the end of the text cuts off.
    const values = [0xef, 0xbb, 0xbf, 0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72, 0xf0, 0x9f, 0x94, 0];
    const tags = [{ tag: 270, type: TiffType.ascii, values }];
    const levels = [{ width: 256, height: 256 }];
    const { facts } = await open(await makePositionSlide({ levels, base: { tags } }), "text.tiff");
    expect(facts.properties["tiff.ImageDescription"]).toBe("\ufeffM\ufffdller\ufffd");
  });

  it("opens a slide with an associated image of absurd size, and says so only of that image", async () => {
    const description = "Aperio test\r\n256x256";
    const bytes = await makeJpegSlide({
      jpeg: { quality: 85, layout: "rgb" },
      directory: { subfileType: 0, description },
      extra: async (tiff, beforeLevel) => {
        const strips = { rowsPerStrip: 70_000, compression: "none", photometric: "rgb" } as const;
        if (beforeLevel === 1) tiff.addDirectory({ width: 70_000, height: 70_000, ...strips, description });
      },
    });
    const { id, facts } = await open(bytes, "absurd.svs");
    expect(facts.associatedImages).toMatchObject([{ name: "thumbnail", width: 70_000, height: 70_000 }]);
    await expect(service.readAssociatedImage(id, "thumbnail")).rejects.toThrow(CorruptSlideError);
    expect(
      (await service.readRegion(id, { x: 0, y: 0, level: 0, width: 8, height: 8 }, undefined, undefined)).width,
    ).toBe(8);
  });

  it("reads every pixel where it is, transparent outside", async () => {
    const { id } = await open(drawSlide(), "drawn.tiff");
    const region = { x: -20, y: 430, level: 0, width: 760, height: 90 };
    const pixels = await service.readRegion(id, region, undefined, undefined);
    expect([pixels.width, pixels.height]).toEqual([760, 90]);
    expect(firstWrongPixel(pixels, region)).toBeUndefined();
  });

  it("gives a transparent image for a level that does not exist, and an empty one for no size", async () => {
    const { id } = await open(drawSlide(), "drawn.tiff");
    for (const level of [9, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1]) {
      const used = new Uint8Array(4 * 4 * 4).fill(1).buffer;
      const { data } = await service.readRegion(id, { x: 0, y: 0, level, width: 4, height: 4 }, used, undefined);
      expect(data.every((value) => value === 0)).toBe(true);
    }
    const empty = await service.readRegion(id, { x: 0, y: 0, level: 0, width: 0, height: 4 }, undefined, undefined);
    expect(empty.data.length).toBe(0);
  });

  it("fills the buffer it was given when that has the right size", async () => {
    const { id } = await open(drawSlide(), "drawn.tiff");
    const out = new ArrayBuffer(16 * 16 * 4);
    const region = { x: 5, y: 6, level: 0, width: 16, height: 16 };
    const pixels = await service.readRegion(id, region, out, undefined);
    expect(pixels.data.buffer).toBe(out);
    expect([...pixels.data.subarray(0, 4)]).toEqual(colourAt(5, 6));
  });

  it("shrinks what it reads, each pixel the mean of those it stands for", async () => {
    const { id } = await open(drawSlide(), "drawn.tiff");
    for (const shrink of [2, 4]) {
      // Over the slide's edge as well.
      const region = { x: -8, y: 400, level: 0, width: 160, height: 120 };
      const whole = await service.readRegion(id, region, undefined, undefined);
      const size = { width: region.width / shrink, height: region.height / shrink };
      const out = new ArrayBuffer(size.width * size.height * 4);
      for (const given of [undefined, out]) {
        const pixels = await service.readRegion(id, region, given, undefined, shrink);
        expect(pixels).toMatchObject(size);
        expect(pixels.data.buffer === out).toBe(given === out);
        expect(pixels.data).toEqual(shrinkRgba(whole.data, region.width, region.height, shrink));
      }
    }
  });

  it("fails one bad tile and reads the others, before and after", async () => {
    const { id } = await open(drawSlide(1e9), "bad-tile.tiff");
    const good = { x: 0, y: 0, level: 0, width: 8, height: 8 };
    const bad = { x: 690, y: 490, level: 0, width: 8, height: 8 };
    await service.readRegion(id, good, undefined, undefined);
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await service.readRegion(id, bad, undefined, undefined).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CorruptSlideError);
      expect(error).toMatchObject({ fileName: "bad-tile.tiff" });
      const { data } = await service.readRegion(id, good, undefined, undefined);
      expect([...data.subarray(0, 4)]).toEqual(colourAt(0, 0));
    }
  });

  it.each([
    ["an empty file", new Uint8Array(0), "empty.svs"],
    ["text", text("Dear pathologist,\n"), "letter.svs"],
  ])("does not recognise %s", async (_, bytes, path) => {
    const error = await open(bytes, path).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnsupportedFormatError);
    expect(error).toMatchObject({ fileName: path });
  });

  it.each([
    // WebP, JPEG XL, JPEG 2000, and a number that nobody has registered.
    50001, 50002, 34712, 52479,
  ])("says of a TIFF of compression %i that this is not read, not that it is broken", async (compression) => {
    const tags = [{ tag: 259, type: TiffType.short, values: [compression] }];
    const slide = await makePositionSlide({ levels: [{ width: 256, height: 256 }], base: { tags } });
    const error = await open(slide, "packed.tiff").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CorruptSlideError);
    const detail = `Unsupported TIFF compression: ${compression}`;
    expect(error).toMatchObject({ fileName: "packed.tiff", detail, reason: "unsupported" });
  });

  it.each([
    ['Unrecognized subblock dimension "T"', true],
    ["Nonzero subblock channel 1", true],
    ["Pixel type GRAY16 is not supported", true],
    ["JPEG XR compression is not supported", true],
    ["Compression 1000 is not supported", true],
    ["Slides with dissimilar main images are not supported", true],
    ["Reading a.dcm: Unsupported transfer syntax 1.2.840.10008.1.2.4.80", true],
    ["Can't read macro associated image: Unsupported TIFF compression: 50001", true],
    ["Pixel type 51966 is not supported", false],
    ["Couldn't read subblock directory header: Short read of file a.czi", false],
  ])("takes what OpenSlide says for what it means: %s", (detail, expected) => {
    expect(isUnsupported(detail)).toBe(expected);
  });

  it("says that a slide cut short is broken", async () => {
    // The directories stand at the end: cut behind the first value of the first, whose header still points to it.
    const whole = drawSlide();
    const error = await open(whole.slice(0, whole.length - 150), "cut.tiff").catch((thrown: unknown) => thrown);
    expect((error as Error).name).toMatch(/^(CorruptSlideError|UnsupportedFormatError)$/);
  });

  it("asks for the folder of a lone .mrxs", async () => {
    const error = await open(new Uint8Array(2000), "CMU-1.mrxs").catch((thrown: unknown) => thrown);
    // Not even recognised without its folder: OpenSlide looks there to tell.
    expect(error).toBeInstanceOf(MissingCompanionError);
    expect(error).toMatchObject({ fileName: "CMU-1.mrxs", companion: "the folder CMU-1" });
  });

  it("notices at the next read that a file has changed", async () => {
    const file = join(folder, "changing.tiff");
    writeFileSync(file, drawSlide());
    const id = next++;
    await service.open(id, { entry: "changing.tiff", files: [specFromDisk(file)] }, undefined);
    const region = { x: 0, y: 0, level: 0, width: 8, height: 8 };
    await service.readRegion(id, region, undefined, undefined);
    writeFileSync(file, drawSlide().subarray(0, 1000));
    utimesSync(file, 1, 1);
    await expect
      .poll(() => service.readRegion(id, region, undefined, undefined).catch((error) => error))
      .toBeInstanceOf(ByteReadError);
  });

  it("does not open a slide that is closed meanwhile, and keeps none of its files", async () => {
    const file = join(folder, "closed-early.tiff");
    writeFileSync(file, drawSlide());
    using files = countOpenFiles();
    for (let turns = 0; turns < 12; turns++) {
      const id = next++;
      const opening = service.open(id, { entry: "closed-early.tiff", files: [specFromDisk(file)] }, undefined);
      const failure = opening.then(
        () => undefined,
        (error: unknown) => error,
      );
      for (let turn = 0; turn < turns; turn++) await undefined;
      await service.close(id);
      expect(files.count()).toBe(0);
      if (turns === 0) expect(await failure).toBeInstanceOf(SlideClosedError);
      const read = service.readRegion(id, { x: 0, y: 0, level: 0, width: 1, height: 1 }, undefined, undefined);
      await expect(read).rejects.toBeInstanceOf(SlideClosedError);
    }
  });

  it("does not know a slide that was closed", async () => {
    const { id } = await open(drawSlide(), "drawn.tiff");
    await service.close(id);
    await service.close(id);
    const read = service.readRegion(id, { x: 0, y: 0, level: 0, width: 1, height: 1 }, undefined, undefined);
    await expect(read).rejects.toBeInstanceOf(SlideClosedError);
  });
});
