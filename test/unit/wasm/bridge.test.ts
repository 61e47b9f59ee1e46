import { existsSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { errorOf, loadModule, openSlide, readRegion, withBytes, withString } from "../../../wasm/instance.mjs";
import type { OpenSlideModule } from "../../../wasm/openslide/openslide.d.ts";
import { MemorySink, TiffWriter } from "../../fixtures/tiff-writer.ts";

const dist = new URL("../../../wasm/dist", import.meta.url).pathname;

/** Aperio: one uncompressed tile, and a stripped thumbnail of the given size with next to no data. */
function aperioSlide(thumbnail: { width: number; height: number }): Uint8Array {
  const sink = new MemorySink();
  const writer = new TiffWriter(sink);
  const level = writer.addDirectory({
    width: 16,
    height: 16,
    tileWidth: 16,
    tileHeight: 16,
    compression: "none",
    photometric: "rgb",
    description: "Aperio Image Library v1\r\n16x16|AppMag = 20",
  });
  level.writeTile(
    0,
    0,
    Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => i % 251),
  );
  const stripped = writer.addDirectory({
    ...thumbnail,
    rowsPerStrip: thumbnail.height,
    compression: "none",
    photometric: "rgb",
  });
  stripped.writeTile(0, 0, new Uint8Array(thumbnail.width === 2 ? 12 : 64).fill(77));
  writer.finish();
  return sink.toBytes();
}

describe.skipIf(!existsSync(`${dist}/openslide.mjs`))("the bridge", () => {
  let makeInstance: () => Promise<OpenSlideModule>;
  let os: OpenSlideModule;
  beforeAll(async () => {
    makeInstance = (await loadModule(dist)) as typeof makeInstance;
    os = await makeInstance();
  });

  function openBytes(name: string, bytes: Uint8Array): number {
    os.FS.writeFile(`/${name}`, bytes);
    const { slide, error } = openSlide(os, `/${name}`);
    expect(error).toBeNull();
    return slide;
  }

  it("converts every premultiplied value to straight RGBA as openslide-python does", () => {
    // Pixels of every alpha and every channel value, those above alpha included: the quotient is cut to 8 bits.
    const count = 256 * 256;
    withBytes(os, count * 4, (at: number) => {
      for (let alpha = 0, i = at; alpha < 256; alpha++)
        for (let value = 0; value < 256; value++, i += 4)
          os.HEAPU8.set([value, 255 - value, (value * 7) & 255, alpha], i); // B, G, R, A
      os._cs_argb_to_rgba(at, count);
      const found = os.HEAPU8.slice(at, at + count * 4);
      const expected = new Uint8Array(count * 4);
      for (let alpha = 0, i = 0; alpha < 256; alpha++)
        for (let value = 0; value < 256; value++, i += 4) {
          const bgr = [value, 255 - value, (value * 7) & 255];
          // Alpha 0 stays as it was, unswapped.
          const rgb = alpha === 0 ? bgr : bgr.map((c) => Math.floor((c * 255) / alpha) & 255).reverse();
          expected.set([...rgb, alpha], i);
        }
      expect(Buffer.compare(found, expected)).toBe(0);
    });
  });

  it("converts any number of pixels, and none beside them", () => {
    for (let count = 0; count <= 37; count++)
      withBytes(os, 160, (at: number) => {
        os.HEAPU8.fill(1, at, at + 160);
        for (let i = 0; i < count; i++) os.HEAPU8.set([10, 20, 30, 255], at + 4 * i);
        os._cs_argb_to_rgba(at, count);
        const expected = [...Array(count).fill([30, 20, 10, 255]).flat(), ...Array(160 - 4 * count).fill(1)];
        expect([...os.HEAPU8.slice(at, at + 160)]).toEqual(expected);
      });
  });

  it("gives the size of an associated image and reads it", () => {
    const slide = openBytes("small.svs", aperioSlide({ width: 2, height: 2 }));
    withString(os, "thumbnail", (name: number) =>
      withBytes(os, 16, (wh: number) => {
        expect(os._cs_associated_size(slide, name, wh)).toBe(0);
        expect([...os.HEAPF64.slice(wh / 8, wh / 8 + 2)]).toEqual([2, 2]);
        withBytes(os, 16, (dest: number) => {
          expect(os._cs_read_associated(slide, name, dest)).toBe(0);
          expect([...os.HEAPU8.slice(dest, dest + 16)]).toEqual(Array(4).fill([77, 77, 77, 255]).flat());
        });
      }),
    );
    os._openslide_close(slide);
  });

  it("refuses an associated image of more than 1 GiB without touching memory", () => {
    const slide = openBytes("huge.svs", aperioSlide({ width: 20_000, height: 20_000 }));
    withString(os, "thumbnail", (name: number) =>
      withBytes(os, 16, (wh: number) => {
        expect(os._cs_associated_size(slide, name, wh)).toBe(2);
        expect([...os.HEAPF64.slice(wh / 8, wh / 8 + 2)]).toEqual([20_000, 20_000]);
        expect(os._cs_read_associated(slide, name, wh)).toBe(2);
        expect([...os.HEAPF64.slice(wh / 8, wh / 8 + 2)]).toEqual([20_000, 20_000]);
      }),
    );
    expect(errorOf(os, slide)).toBeNull();
    os._openslide_close(slide);
  });

  it("says so when there is no such associated image", () => {
    const slide = openBytes("small.svs", aperioSlide({ width: 2, height: 2 }));
    withString(os, "label", (name: number) =>
      withBytes(os, 16, (wh: number) => {
        expect(os._cs_associated_size(slide, name, wh)).toBe(1);
        expect(os._cs_associated_icc_size(slide, name)).toBe(-1);
      }),
    );
    os._openslide_close(slide);
  });

  it("clears the target and reports when a region cannot be read", () => {
    const slide = openBytes("small.svs", aperioSlide({ width: 2, height: 2 }));
    withBytes(os, 64, (dest: number) => {
      os.HEAPU8.fill(9, dest, dest + 64);
      expect(os._cs_read_region(slide, dest, 0, 0, 0, -1, 4)).toBe(1);
      expect(errorOf(os, slide)).toContain("negative width");
      expect(os._cs_read_region(slide, dest, 0, 0, 0, 4, 4)).toBe(1); // the error stays
      expect([...os.HEAPU8.slice(dest, dest + 64)]).toEqual(Array(64).fill(0));
    });
    expect(os._cs_level_width(slide, 0)).toBe(-1);
    os._openslide_close(slide);
  });

  it("reads the same with a cache of any size", () => {
    const slide = openBytes("small.svs", aperioSlide({ width: 2, height: 2 }));
    const before = readRegion(os, slide, -3, -2, 0, 24, 24);
    for (const bytes of [0, 1 << 20]) {
      os._cs_set_cache(slide, bytes);
      expect(readRegion(os, slide, -3, -2, 0, 24, 24)).toEqual(before);
    }
    os._openslide_close(slide);
  });

  it("makes instances with memory of their own from one compiled module", async () => {
    const other = await makeInstance();
    os.FS.writeFile("/mine", "x");
    expect(other.FS.readdir("/")).not.toContain("mine");
  });
});
