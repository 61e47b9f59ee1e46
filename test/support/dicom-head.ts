/** The head of a DICOM file with a series of that UID, explicit little endian, after a sequence that names another. */
export function dicomHead(uid: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [...new Uint8Array(128), ...ascii("DICM")];
  const u16 = (value: number) => [value & 255, value >> 8];
  const short = (group: number, element: number, vr: string, value: string) => {
    const padded = value.length % 2 ? `${value}\0` : value;
    bytes.push(...u16(group), ...u16(element), ...ascii(vr), ...u16(padded.length), ...ascii(padded));
  };
  const undefinedLength = [255, 255, 255, 255];
  short(0x0008, 0x0060, "CS", "SM");
  bytes.push(...u16(0x0008), ...u16(0x1115), ...ascii("SQ"), 0, 0, ...undefinedLength);
  bytes.push(...u16(0xfffe), ...u16(0xe000), ...undefinedLength);
  short(0x0020, 0x000e, "UI", "1.2.another.series");
  bytes.push(...u16(0xfffe), ...u16(0xe00d), 0, 0, 0, 0, ...u16(0xfffe), ...u16(0xe0dd), 0, 0, 0, 0);
  short(0x0020, 0x000e, "UI", uid);
  bytes.push(...new Uint8Array(16));
  return new Uint8Array(bytes);
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
