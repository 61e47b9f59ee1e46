const END_OF_DIRECTORY = 0x06054b50;
const LOCAL_HEADER_BYTES = 30;

/** The files of a ZIP archive whose entries are stored as they are, by path. Throws where one is compressed. */
export function readZip(zip: Uint8Array): Map<string, Uint8Array<ArrayBuffer>> {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < 0) throw new Error("no ZIP archive");
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(zip.subarray(at + 46, at + 46 + nameBytes));
    if (view.getUint16(at + 10, true) !== 0) throw new Error(`${name} is compressed`);
    const local = view.getUint32(at + 42, true);
    const begin = local + LOCAL_HEADER_BYTES + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    files.set(name, zip.slice(begin, begin + view.getUint32(at + 24, true)));
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}
