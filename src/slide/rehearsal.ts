const SIDE = 64;
const SHORT = 3;
const LONG = 4;
const TAG_BYTES = 12;
/** Of a grey macroblock, 16 x 16 pixels of six blocks: each is no change from the block before, and nothing else. */
const GREY_MACROBLOCK = [0b0010_1000, 0b1010_0010, 0b1000_1010, 0b0000_0000];

/**
 * The smallest slide that takes the way most take, a tiled TIFF with one JPEG tile, all grey. The browser compiles
 * functions when they are first called: who opens and reads this one spares the first real slide the wait.
 */
export function makeRehearsalSlide(): Uint8Array<ArrayBuffer> {
  const tile = greyJpeg();
  const tags: readonly (readonly [tag: number, type: number, ...values: number[]])[] = [
    [256, SHORT, SIDE],
    [257, SHORT, SIDE],
    // Bits per sample.
    [258, SHORT, 8, 8, 8],
    // JPEG, YCbCr.
    [259, SHORT, 7],
    [262, SHORT, 6],
    [277, SHORT, 3],
    [284, SHORT, 1],
    [322, SHORT, SIDE],
    [323, SHORT, SIDE],
    [324, LONG, 0],
    [325, LONG, tile.length],
    // Chroma at half the width and height.
    [530, SHORT, 2, 2],
  ];
  const bitsAt = 8 + 2 + tags.length * TAG_BYTES + 4;
  const tileAt = bitsAt + 6;
  const bytes = new Uint8Array(tileAt + tile.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x49, 0x49, 42, 0, 8]);
  view.setUint16(8, tags.length, true);
  for (const [index, [tag, type, ...values]] of tags.entries()) {
    const at = 10 + index * TAG_BYTES;
    view.setUint16(at, tag, true);
    view.setUint16(at + 2, type, true);
    view.setUint32(at + 4, values.length, true);
    if (tag === 258) view.setUint32(at + 8, bitsAt, true);
    else if (tag === 324) view.setUint32(at + 8, tileAt, true);
    else if (type === LONG) view.setUint32(at + 8, values[0]!, true);
    else for (const [n, value] of values.entries()) view.setUint16(at + 8 + 2 * n, value, true);
  }
  for (const sample of [0, 1, 2]) view.setUint16(bitsAt + 2 * sample, 8, true);
  bytes.set(tile, tileAt);
  return bytes;
}

/** A baseline JPEG without Huffman tables: decoders then take those of the standard's annex K. */
function greyJpeg(): Uint8Array {
  const macroblocks = (SIDE / 16) ** 2;
  return Uint8Array.from([
    // Start, and a quantisation table of ones.
    ...[0xff, 0xd8, 0xff, 0xdb, 0, 67, 0],
    ...Array<number>(64).fill(1),
    // Frame: 8 bits, height, width, three components, the first at twice the others' resolution.
    ...[0xff, 0xc0, 0, 17, 8, 0, SIDE, 0, SIDE, 3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0],
    // Scan: all components, the second and third with the tables for chroma.
    ...[0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0],
    ...Array<number[]>(macroblocks).fill(GREY_MACROBLOCK).flat(),
    ...[0xff, 0xd9],
  ]);
}
