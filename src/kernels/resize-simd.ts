import type { BandedImage8, Image8 } from "./resize.ts";
import { HALF, PRECISION_BITS, type Taps } from "./resize-taps.ts";
import {
  add,
  assemble,
  type Code,
  constant,
  get,
  isBelow,
  type Local,
  load,
  locals,
  repeat,
  set,
  simd,
  store,
} from "./wasm-code.ts";

/** Pillow's two passes for patches, which go this way by the thousand. decisions/0007-resize-in-assembled-wasm.md */

/** What goes through the memory beside the bands: more is left to the passes in TypeScript, as this memory never shrinks. */
const MOST_BYTES = 64 << 20;
/** Of a band so much is brought in at a time: it stays in the processor's cache. */
const PORTION_BYTES = 256 << 10;
const PAGE_BYTES = 1 << 16;
const VECTOR_BYTES = 16;
/** Pixels are read and written four bytes at a time, also the last of three. */
const SLACK_BYTES = 1;
/** Of each output sample: where its samples begin, and four times how many they are; then its weights. */
const HEAD_BYTES = 8;

/** @returns (rows, columns, 3) uint8; undefined where there are no vector instructions, or the image is too large. */
export function resizeRgbBySimd(image: BandedImage8, columns: Taps, rows: Taps): Image8 | undefined {
  const passes = loadPasses();
  if (!passes) return undefined;
  const width = columns.first.length;
  const height = rows.first.length;
  const rowBytes = image.width * image.channels;
  const middleRow = Math.ceil((width * 3) / VECTOR_BYTES) * VECTOR_BYTES;
  const columnTaps = packTaps(columns, image.channels);
  const rowTaps = packTaps(rows, middleRow);
  const rowTapsAt = behind(0, columnTaps.byteLength);
  const middleAt = behind(rowTapsAt, rowTaps.byteLength);
  const outAt = behind(middleAt, middleRow * image.height);
  const bandAt = behind(outAt, middleRow * height);
  const portionRows = Math.max(1, Math.floor(PORTION_BYTES / rowBytes));
  const end = behind(bandAt, portionRows * rowBytes);
  if (end > MOST_BYTES) return undefined;

  const { memory, passX, passY } = passes;
  const missing = end - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(new Uint8Array(columnTaps.buffer), 0);
  bytes.set(new Uint8Array(rowTaps.buffer), rowTapsAt);
  let to = middleAt;
  for (const band of image.bands) {
    for (let from = 0; from < band.length; from += portionRows * rowBytes) {
      const portion = band.subarray(from, from + portionRows * rowBytes);
      bytes.set(portion, bandAt);
      const toEnd = to + (portion.length / rowBytes) * middleRow;
      passX(
        bandAt,
        rowBytes,
        image.channels,
        0,
        columnTaps.byteLength,
        columnTaps.byteLength / width,
        to,
        middleRow,
        toEnd,
      );
      to = toEnd;
    }
  }
  passY(middleAt, middleRow, rowTapsAt, rowTapsAt + rowTaps.byteLength, rowTaps.byteLength / height, outAt);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const from = outAt + y * middleRow;
    data.set(bytes.subarray(from, from + width * 3), y * width * 3);
  }
  return { data, width, height, channels: 3 };
}

/** Where the next thing may begin; may be beyond 32 bits. */
function behind(from: number, bytes: number): number {
  return Math.ceil((from + bytes + SLACK_BYTES) / VECTOR_BYTES) * VECTOR_BYTES;
}

/** One record an output sample, all of one length. `step`: from one of its samples to the next, in bytes. */
function packTaps({ first, count, weights, stride }: Taps, step: number): Int32Array<ArrayBuffer> {
  const length = HEAD_BYTES / 4 + stride;
  const records = new Int32Array(first.length * length);
  for (let i = 0; i < first.length; i++) {
    records.set([first[i]! * step, count[i]! * 4], i * length);
    records.set(weights.subarray(i * stride, (i + 1) * stride), i * length + HEAD_BYTES / 4);
  }
  return records;
}

interface Passes {
  readonly memory: WebAssembly.Memory;
  /** Rows of pixels of three or four channels to rows of three: as many as go between `out` and `outEnd`. */
  passX(
    data: number,
    rowBytes: number,
    pixelBytes: number,
    taps: number,
    tapsEnd: number,
    tapBytes: number,
    out: number,
    outRowBytes: number,
    outEnd: number,
  ): void;
  /** Rows of whole vectors to rows of the same length. */
  passY(data: number, rowBytes: number, taps: number, tapsEnd: number, tapBytes: number, out: number): void;
}

let loaded: Passes | false | undefined;

/** Once per thread; undefined where the engine has no vector instructions, or the page's policy allows no WebAssembly. */
function loadPasses(): Passes | undefined {
  if (loaded === undefined) {
    try {
      const module = new WebAssembly.Module(assemble([passX(), passY()]));
      loaded = new WebAssembly.Instance(module).exports as unknown as Passes;
    } catch {
      loaded = false;
    }
  }
  return loaded || undefined;
}

const shifted = (sum: Local): Code => simd.shiftRight(get(sum), constant(PRECISION_BITS));
const half = (): Code => simd.splat(constant(HALF));
const advance = (local: Local, by: Code): Code => set(local, add(get(local), by));

function passX() {
  const parameters = [
    "data",
    "rowBytes",
    "pixelBytes",
    "taps",
    "tapsEnd",
    "tapBytes",
    "out",
    "outRowBytes",
    "outEnd",
  ] as const;
  const integers = ["tap", "to", "from", "weight", "weightsEnd"] as const;
  const vectors = ["sum"] as const;
  const all = locals(...parameters, ...integers, ...vectors);
  const { data, rowBytes, pixelBytes, taps, tapsEnd, tapBytes, out, outRowBytes, outEnd } = all;
  const { tap, to, from, weight, weightsEnd, sum } = all;
  const pixel = simd.lowWords(simd.lowBytes(simd.loadFour(get(from))));
  const sumUp = [
    set(sum, simd.add(get(sum), simd.multiply(pixel, simd.loadSplat(get(weight), HEAD_BYTES)))),
    advance(from, get(pixelBytes)),
    advance(weight, constant(4)),
  ];
  const eachPixel = [
    set(from, add(get(data), load(get(tap)))),
    set(weight, get(tap)),
    set(weightsEnd, add(get(tap), load(get(tap), 4))),
    set(sum, half()),
    repeat(sumUp, isBelow(get(weight), get(weightsEnd))),
    set(sum, simd.toWords(shifted(sum), shifted(sum))),
    // The fourth byte is written over by the next pixel.
    store(get(to), simd.first(simd.toBytes(get(sum), get(sum)))),
    advance(to, constant(3)),
    advance(tap, get(tapBytes)),
  ];
  const eachRow = [
    set(tap, get(taps)),
    set(to, get(out)),
    repeat(eachPixel, isBelow(get(tap), get(tapsEnd))),
    advance(data, get(rowBytes)),
    advance(out, get(outRowBytes)),
  ];
  const body = [repeat(eachRow, isBelow(get(out), get(outEnd)))];
  return { name: "passX", parameters, integers, vectors, body };
}

function passY() {
  const parameters = ["data", "rowBytes", "taps", "tapsEnd", "tapBytes", "out"] as const;
  const integers = ["begin", "to", "outEnd", "from", "weight", "weightsEnd"] as const;
  const vectors = ["bytes", "by", "a", "b", "c", "d"] as const;
  const all = locals(...parameters, ...integers, ...vectors);
  const { data, rowBytes, taps, tapsEnd, tapBytes, out, begin, to, outEnd } = all;
  const { from, weight, weightsEnd, bytes, by, a, b, c, d } = all;
  const gather = (sum: Local, samples: Code): Code => set(sum, simd.add(get(sum), simd.multiply(samples, get(by))));
  const sumUp = [
    set(by, simd.loadSplat(get(weight), HEAD_BYTES)),
    set(bytes, simd.load(get(from))),
    gather(a, simd.lowWords(simd.lowBytes(get(bytes)))),
    gather(b, simd.highWords(simd.lowBytes(get(bytes)))),
    gather(c, simd.lowWords(simd.highBytes(get(bytes)))),
    gather(d, simd.highWords(simd.highBytes(get(bytes)))),
    advance(from, get(rowBytes)),
    advance(weight, constant(4)),
  ];
  const eachVector = [
    set(from, get(begin)),
    set(weight, get(taps)),
    ...[a, b, c, d].map((sum) => set(sum, half())),
    repeat(sumUp, isBelow(get(weight), get(weightsEnd))),
    simd.store(get(to), simd.toBytes(simd.toWords(shifted(a), shifted(b)), simd.toWords(shifted(c), shifted(d)))),
    advance(begin, constant(VECTOR_BYTES)),
    advance(to, constant(VECTOR_BYTES)),
  ];
  const eachRow = [
    set(begin, add(get(data), load(get(taps)))),
    set(weightsEnd, add(get(taps), load(get(taps), 4))),
    set(to, get(out)),
    set(outEnd, add(get(out), get(rowBytes))),
    repeat(eachVector, isBelow(get(to), get(outEnd))),
    set(out, get(outEnd)),
    advance(taps, get(tapBytes)),
  ];
  const body = [repeat(eachRow, isBelow(get(taps), get(tapsEnd)))];
  return { name: "passY", parameters, integers, vectors, body };
}
