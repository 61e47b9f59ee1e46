import h5wasm, { Dataset, File as H5File } from "h5wasm/node";
import type { Hdf5Attribute, Hdf5Dataset, Hdf5File, Hdf5Type } from "#storage";

const TYPES: Readonly<Record<string, Hdf5Type>> = {
  "<b": "int8",
  "<B": "uint8",
  "<i": "int32",
  "<q": "int64",
  "<f": "float32",
  "<d": "float64",
};

let opened = 0;

/** `openHdf5` without a worker, for Node: the file is read into memory whole. */
export async function openHdf5InNode(file: Blob & { readonly name?: string }): Promise<Hdf5File> {
  const { FS } = await h5wasm.ready;
  const path = `coverslip-${process.pid}-${opened++}.h5`;
  const place = `${process.env.TMPDIR ?? "/tmp"}/${path}`;
  FS.writeFile(place, new Uint8Array(await file.arrayBuffer()));
  const hdf5 = new H5File(place, "r");
  const datasets = new Map<string, Hdf5Dataset>();
  for (const name of hdf5.keys()) {
    const item = hdf5.get(name);
    if (!(item instanceof Dataset)) continue;
    const attributes: Record<string, Hdf5Attribute> = {};
    for (const [key, { dtype, value }] of Object.entries(item.attrs)) {
      const type = TYPES[String(dtype)];
      attributes[key] = type ? { type, value: Number(value) } : { type: "string", value: String(value) };
    }
    const type = TYPES[String(item.dtype)]!;
    const values = Array.from(item.value as ArrayLike<number | bigint>, Number);
    datasets.set(name, {
      name,
      shape: item.shape!,
      maxShape: item.metadata.maxshape ?? item.shape!,
      chunks: item.metadata.chunks ?? undefined,
      type,
      attributes,
      read: async () => (type === "float32" ? Float32Array.from(values) : Float64Array.from(values)),
    });
  }
  hdf5.close();
  FS.unlink(place);
  const close = async () => {};
  return { name: file.name ?? path, datasets, attributes: {}, close, [Symbol.asyncDispose]: close };
}
