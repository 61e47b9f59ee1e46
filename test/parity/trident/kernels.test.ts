import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { drawClosedLine, type Mask, otsuTissue, resizeBilinear } from "#kernels";
import { type ContourHierarchy, traceContours } from "../../../src/kernels/trace-contours.ts";

type Pair = [number, number];
interface Golden {
  resize: { size: Pair; channels: number; to: Pair; sha256: string }[];
  contours: {
    size: Pair;
    seed: number;
    grain: number;
    hierarchy: ContourHierarchy;
    mask: string;
    count: number;
    lengths: string;
    points: string;
    parents: string;
  }[];
  otsu: {
    draw: "tile" | "few_colours";
    size: Pair;
    seed: number;
    rgb: string;
    thresholds: Pair;
    tissue: number;
    sha256: string;
  }[];
  lines: { points: number[]; thickness: number; bits64: string }[];
}

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf8")) as Golden;

/** Share by which the number of pixels of a line may differ from OpenCV's; each of them may lie one pixel off. */
const LINE_MAX_WIDER = 0.1;

/** `noise` of make_golden.py. */
function noise(count: number, seed: number): Uint8Array<ArrayBuffer> {
  let state = BigInt(seed);
  return Uint8Array.from({ length: count }, () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return Number((state >> 20n) & 255n);
  });
}

/** `discs` of make_golden.py. */
function discs([width, height]: Pair, seed: number, grain: number): Mask {
  const data = new Uint8Array(width * height);
  const numbers = noise(4 * 12, seed);
  for (let i = 0; i < numbers.length; i += 4) {
    const cx = Math.floor((numbers[i]! * width) / 256);
    const cy = Math.floor((numbers[i + 1]! * height) / 256);
    const r = 1 + Math.floor((numbers[i + 2]! * Math.min(width, height)) / 1024);
    data.forEach((_, at) => {
      const d = ((at % width) - cx) ** 2 + (Math.floor(at / width) - cy) ** 2;
      if (d <= r * r) data[at] = numbers[i + 3]! % 2 && 4 * d <= r * r ? 0 : 255;
    });
  }
  if (grain > 0) {
    noise(width * height, seed + 1).forEach((value, at) => {
      if (value % grain === 0) data[at]! ^= 255;
    });
  }
  return { data, width, height };
}

/** `tile` of make_golden.py. */
function tile([width, height]: Pair, seed: number): Uint8Array {
  const stained = discs([width, height], seed, 0).data;
  const spots = discs([width, height], seed + 7, 0).data;
  return noise(width * height * 3, seed + 2).map((value, i) => {
    const n = value % 24;
    const at = Math.floor(i / 3);
    if (at < 3 * width) return 0;
    if (stained[at]) return [170, 90, 140][i % 3]! + 3 * n;
    return spots[at] ? 60 + n : 225 + n;
  });
}

/** `few_colours` of make_golden.py. */
function fewColours([width, height]: Pair, seed: number): Uint8Array {
  return noise(width * height * 3, seed).map((value, i) => [170, 95, 143][i % 3]! + (value % 3));
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const digestOfInts = (values: Int32Array) =>
  digest(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));

describe("the kernels of segmentation", () => {
  it.each(golden.resize)(
    "resize $size to $to, $channels channels, as OpenCV does",
    ({ size, channels, to, sha256 }) => {
      const [width, height] = size;
      const image = { data: noise(width * height * channels, width), width, height, channels };
      const out = resizeBilinear(image, ...to);
      expect([out.width, out.height]).toEqual(to);
      expect(digest(out.data as Uint8Array)).toBe(sha256);
    },
  );

  it.each(golden.contours)("follow contours of $size, seed $seed, as a $hierarchy, as OpenCV does", (expected) => {
    const mask = discs(expected.size, expected.seed, expected.grain);
    expect(digest(mask.data)).toBe(expected.mask);
    const found = traceContours(mask, expected.hierarchy);
    expect(found).toHaveLength(expected.count);
    expect(digestOfInts(Int32Array.from(found, ({ points }) => points.length / 2))).toBe(expected.lengths);
    expect(digestOfInts(Int32Array.from(found, ({ parent }) => parent))).toBe(expected.parents);
    expect(digestOfInts(Int32Array.from(found.flatMap(({ points }) => [...points])))).toBe(expected.points);
  });

  it.each(golden.otsu)("find the tissue of a $draw of $size, seed $seed, as scikit-image does", (expected) => {
    const rgb = (expected.draw === "tile" ? tile : fewColours)(expected.size, expected.seed);
    expect(digest(rgb)).toBe(expected.rgb);
    const { mask, thresholds } = otsuTissue(rgb, ...expected.size);
    expect(thresholds[0]).toBeCloseTo(expected.thresholds[0], 9);
    expect(thresholds[1]).toBeCloseTo(expected.thresholds[1], 9);
    expect(mask.data.reduce((sum, value) => sum + value, 0)).toBe(expected.tissue);
    expect(digest(mask.data)).toBe(expected.sha256);
  });

  it.each(golden.lines)("draw a line of $thickness px through $points nearly as OpenCV does", (expected) => {
    const image = { data: new Uint8Array(64 * 64 * 3), width: 64, height: 64, channels: 3 };
    drawClosedLine(image, Int32Array.from(expected.points), [1, 1, 1], expected.thickness);
    const bits = Buffer.from(expected.bits64, "base64");
    const ours = (x: number, y: number) => image.data[(y * 64 + x) * 3] === 1;
    const theirs = (x: number, y: number) => ((bits[(y * 64 + x) >> 3]! >> (7 - (x & 7))) & 1) === 1;
    expect(Math.abs(countPixels(ours) / countPixels(theirs) - 1)).toBeLessThanOrEqual(LINE_MAX_WIDER);
    expect(countPixels((x, y) => ours(x, y) && !isNear(theirs, x, y))).toBe(0);
    expect(countPixels((x, y) => theirs(x, y) && !isNear(ours, x, y))).toBe(0);
  });
});

type Picture = (x: number, y: number) => boolean;

function countPixels(picture: Picture): number {
  let count = 0;
  for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) if (picture(x, y)) count++;
  return count;
}

/** Whether a pixel or one of its neighbours is set. */
function isNear(picture: Picture, x: number, y: number): boolean {
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const [nx, ny] = [x + dx, y + dy];
      if (nx >= 0 && ny >= 0 && nx < 64 && ny < 64 && picture(nx, ny)) return true;
    }
  }
  return false;
}
