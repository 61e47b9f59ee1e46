/** Value representations whose length field has four bytes after two reserved ones (DICOM PS3.5, 7.1.2). */
const LONG_VRS = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const SERIES_GROUP = 0x0020;
const SERIES_ELEMENT = 0x000e;
const UNDEFINED_LENGTH = 0xffffffff;
/** Items and delimiters of sequences. */
const ITEM_GROUP = 0xfffe;
const ITEM_END = 0xe00d;
const SEQUENCE_END = 0xe0dd;

/** Where the magic of a DICOM file ends. */
export const DICOM_MAGIC_END = 132;

export function hasDicomMagic(head: Uint8Array): boolean {
  return head.length >= DICOM_MAGIC_END && String.fromCharCode(...head.subarray(128, DICOM_MAGIC_END)) === "DICM";
}

/**
 * SeriesInstanceUID of a DICOM file from its first bytes; undefined where they are no DICOM, and "" where the UID is
 * not among them (so that such files of one folder still go together).
 */
export function readSeriesUid(head: Uint8Array): string | undefined {
  if (!hasDicomMagic(head)) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  // Sequences and items of undefined length that we are inside of: other series are named in there.
  let depth = 0;
  let at = DICOM_MAGIC_END;
  while (at + 12 <= head.length) {
    const group = view.getUint16(at, true);
    const element = view.getUint16(at + 2, true);
    if (depth === 0 && group > SERIES_GROUP) return "";
    const vr = String.fromCharCode(head[at + 4]!, head[at + 5]!);
    // Implicit VR, and items, have the length where explicit has the VR.
    const isExplicit = group !== ITEM_GROUP && /^[A-Z]{2}$/.test(vr);
    const isLong = isExplicit && LONG_VRS.has(vr);
    const length = isLong
      ? view.getUint32(at + 8, true)
      : isExplicit
        ? view.getUint16(at + 6, true)
        : view.getUint32(at + 4, true);
    at += isLong ? 12 : 8;
    if (depth === 0 && group === SERIES_GROUP && element === SERIES_ELEMENT) {
      return new TextDecoder("ascii").decode(head.subarray(at, at + length)).replace(/[\0 ]+$/, "");
    }
    if (length === UNDEFINED_LENGTH) depth++;
    else if (group === ITEM_GROUP && (element === ITEM_END || element === SEQUENCE_END)) depth--;
    else at += length;
  }
  return "";
}
