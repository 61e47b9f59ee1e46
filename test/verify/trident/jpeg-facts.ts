/** How a JPEG file was encoded, in the words of the answers. */
export interface JpegFacts {
  readonly sampling: string;
  /** Sum of the brightness table: the quality in one number. */
  readonly luma_quant_sum: number;
  readonly progressive: boolean;
}

const DEFINE_TABLES = 0xdb;
const BASELINE = 0xc0;
const PROGRESSIVE = 0xc2;
const SCAN = 0xda;
const TABLE_LENGTH = 64;

/** Reads the segments before the first scan. */
export function readJpegFacts(jpeg: Uint8Array): JpegFacts {
  let facts: JpegFacts = { sampling: "", luma_quant_sum: 0, progressive: false };
  const word = (at: number) => jpeg[at]! * 256 + jpeg[at + 1]!;
  for (let at = 2; at < jpeg.length && jpeg[at + 1] !== SCAN; at += 2 + word(at + 2)) {
    const marker = jpeg[at + 1];
    const body = at + 4;
    if (marker === DEFINE_TABLES) {
      const end = at + 2 + word(at + 2);
      for (let table = body; table < end; table += 1 + TABLE_LENGTH) {
        // Table 0, of 8-bit numbers, is the brightness'.
        if (jpeg[table] !== 0) continue;
        const sum = jpeg.subarray(table + 1, table + 1 + TABLE_LENGTH).reduce((total, value) => total + value, 0);
        facts = { ...facts, luma_quant_sum: sum };
      }
    } else if (marker === BASELINE || marker === PROGRESSIVE) {
      // Precision, height, width, count of components; then each one's id, sampling and table.
      const first = jpeg[body + 7]!;
      const sampling = { 17: "4:4:4", 33: "4:2:2", 34: "4:2:0" }[first] ?? `${first >> 4} x ${first & 15}`;
      facts = { ...facts, sampling, progressive: marker === PROGRESSIVE };
    }
  }
  return facts;
}
