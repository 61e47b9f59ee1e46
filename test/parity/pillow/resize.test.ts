import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import type { Image8, ResizeFilter } from "#kernels";
import * as kernels from "#kernels";
import type { FormatSlide } from "../../../src/slide/formats/format.ts";
import { makeThumbnail } from "../../../src/slide/thumbnail.ts";
import { kernelsWithoutWasm } from "../../support/kernels-without-wasm.ts";

type Pair = [number, number];
interface Case {
  kind: "resize" | "reduce" | "thumbnail";
  filter: ResizeFilter;
  size: Pair;
  to: Pair;
  box: [number, number, number, number];
  factor: Pair;
  side: number;
  sha256: string;
}

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf8")) as { cases: Case[] };

/** The picture of make_golden.py. */
function draw(width: number, height: number, channels: number): Image8 {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        const isNoise = (Math.floor(x / 9) + Math.floor(y / 7)) % 3 === 0;
        data[at++] = (isNoise ? x * 73 + y * 151 + c * 37 + x * y * 7 : x * 3 + y * 2 + c * 80) % 256;
      }
    }
  }
  return { data, width, height, channels };
}

function digest(data: Uint8Array | Uint8ClampedArray): string {
  return createHash("sha256").update(data).digest("hex");
}

describe.each([
  { how: "as the engine can", load: async () => kernels },
  { how: "without WebAssembly", load: kernelsWithoutWasm },
])("resizing equals Pillow bit for bit, $how", ({ load }) => {
  let used: typeof kernels;
  beforeAll(async () => {
    used = await load();
  });
  for (const test of golden.cases.filter((candidate) => candidate.kind !== "thumbnail")) {
    const [width, height] = test.size;
    it(`${test.filter ?? "box"} ${width} x ${height} to ${test.to ?? `1/${test.factor}`}`, () => {
      const { reduceByBox, resizePillow } = used;
      const image = draw(width, height, 3);
      const [x0, y0, x1, y1] = test.box ?? [0, 0, width, height];
      const result =
        test.kind === "reduce"
          ? reduceByBox(image, ...test.factor)
          : resizePillow(image, ...test.to, test.filter, { x0, y0, x1, y1 });
      expect(digest(result.data)).toBe(test.sha256);
    });
  }
});

describe("a slide's thumbnail equals openslide-python's", () => {
  for (const test of golden.cases.filter((candidate) => candidate.kind === "thumbnail")) {
    const [width, height] = test.size;
    it(`${width} x ${height} within ${test.side}`, () => {
      const thumbnail = makeThumbnail(slideOf(draw(width, height, 4)), test.side, test.side);
      expect([thumbnail.width, thumbnail.height]).toEqual(test.to);
      const rgb = thumbnail.data.filter((_, i) => i % 4 !== 3);
      expect(digest(rgb)).toBe(test.sha256);
    });
  }
});

function slideOf(image: Image8): FormatSlide {
  const { data, width, height } = image;
  return {
    facts: {
      name: "drawn",
      vendor: "test",
      reader: "test",
      sizeBytes: 0,
      levels: [{ width, height, downsample: 1, tileWidth: undefined, tileHeight: undefined }],
      properties: { "openslide.background-color": "F3E1D2" },
      associatedImages: [],
      iccSizeBytes: 0,
    },
    readRegion: (target, region) => {
      expect(region).toMatchObject({ x: 0, level: 0, width });
      target.set(data.subarray(region.y * width * 4, (region.y + region.height) * width * 4));
    },
    readAssociatedImage: () => new Uint8ClampedArray(),
    readIccProfile: () => undefined,
    close: () => {},
  };
}
