/** Where the app keeps its own encoders: files beside it, written by `write.ts` when it is set up. */
const ADDRESSES: Readonly<Record<string, URL>> = {
  "scattering-he-v1": new URL("./dist/scattering-he-v1.onnx", import.meta.url),
};

export function builtInAddress(id: string): string {
  const address = ADDRESSES[id];
  if (!address) throw new RangeError(`there is no built-in encoder ${id}`);
  return address.href;
}
