import h5wasm from "h5wasm";
import { describe, expect, it } from "vitest";
import { type Hdf5Attributes, openHdf5, storageMemoryBytes, writeHdf5 } from "#storage";

const attributes: Hdf5Attributes = {
  patch_size: { type: "int64", value: 256 },
  target_magnification: { type: "float64", value: 1.25 },
  name: { type: "string", value: "Ünder ✓" },
  savetodir: { type: "string", value: "" },
  level_dim: { type: "int64", value: [100, 2 ** 40] },
  names: { type: "string", value: ["a", "", "bc"] },
};

function asFile(blob: Blob, name = "x.h5"): File {
  return new File([blob], name);
}

describe("an HDF5 file that we wrote", () => {
  it.each([0, 1, 63, 64, 65, 4096, 4097, 10_000])("is read by the HDF5 library, with %i rows", async (rows) => {
    const features = Float32Array.from({ length: rows * 3 }, (_, i) => i / 7);
    const coords = Int32Array.from({ length: rows * 2 }, (_, i) => i * 11 - 5);
    const blob = writeHdf5([
      { name: "features", type: "float32", shape: [rows, 3], data: new Blob([features]) },
      { name: "coords", type: "int64", shape: [rows, 2], data: coords, attributes },
    ]);
    await using file = await openHdf5(asFile(blob));
    expect([...file.datasets.keys()]).toEqual(["coords", "features"]);
    const dataset = file.datasets.get("coords")!;
    expect(dataset).toMatchObject({ shape: [rows, 2], maxShape: [null, 2], chunks: [1, 2], type: "int64" });
    expect(dataset.attributes).toEqual(attributes);
    expect(await dataset.read()).toEqual(Float64Array.from(coords));
    expect(await file.datasets.get("features")!.read()).toEqual(features);
    const [begin, end] = [Math.floor(rows / 3), Math.ceil(rows / 2)];
    expect(await file.datasets.get("features")!.read(begin, end)).toEqual(features.slice(3 * begin, 3 * end));
  });

  it("holds every number type", async () => {
    const values = { int8: -5, uint8: 200, int16: -300, uint16: 60_000, int32: -70_000, uint32: 4e9 } as const;
    const wide = {
      int64: -(2 ** 53) + 1,
      uint64: 2 ** 53 - 1,
      float16: 0.333251953125,
      float32: 0.5,
      float64: 0.1,
    } as const;
    // Eight datasets are what one file takes.
    for (const group of [values, wide]) {
      const blob = writeHdf5(
        Object.entries(group).map(([type, value]) => ({
          name: type,
          type: type as keyof typeof group,
          shape: [1],
          data: [value],
        })),
      );
      await using file = await openHdf5(asFile(blob));
      for (const [type, value] of Object.entries(group)) {
        const dataset = file.datasets.get(type)!;
        expect(dataset.type).toBe(type);
        expect([...(await dataset.read())]).toEqual([value]);
      }
    }
  });

  it("takes no memory of the library's, however many its rows", async () => {
    const rows = 20_000;
    const features = Float32Array.from({ length: rows * 64 }, (_, i) => i % 8191);
    const blob = writeHdf5([{ name: "features", type: "float32", shape: [rows, 64], data: new Blob([features]) }]);
    await using file = await openHdf5(asFile(blob));
    const before = await storageMemoryBytes();
    const values = await file.datasets.get("features")!.read();
    expect(values.length).toBe(features.length);
    expect(values.findIndex((value, i) => value !== features[i])).toBe(-1);
    expect(await storageMemoryBytes()).toBe(before);
  });

  it("is no longer waited for when that is aborted", async () => {
    const blob = writeHdf5([{ name: "x", type: "int32", shape: [100_000], data: new Int32Array(100_000) }]);
    await using file = await openHdf5(asFile(blob));
    const controller = new AbortController();
    const reading = file.datasets.get("x")!.read(0, 100_000, { signal: controller.signal });
    controller.abort("enough");
    await expect(reading).rejects.toBe("enough");
  });
});

/** A file as other programs write them, by the HDF5 library. */
async function byLibrary(
  write: (file: InstanceType<typeof h5wasm.File>) => void,
  options: { libver?: "latest" } = {},
): Promise<File> {
  const { FS } = await h5wasm.ready;
  const file = new h5wasm.File("/made.h5", "w", options);
  write(file);
  file.close();
  return new File([FS.readFile("/made.h5") as Uint8Array<ArrayBuffer>], "made.h5");
}

describe("a file of another kind", () => {
  const data = Float32Array.from({ length: 60 }, (_, i) => i / 4);
  const dataset = { name: "x", data, shape: [20, 3] };
  it.each<[string, Parameters<InstanceType<typeof h5wasm.Group>["create_dataset"]>[0], { libver?: "latest" }?]>([
    ["in one piece", dataset],
    ["in chunks of several rows", { ...dataset, chunks: [7, 3], maxshape: [null, 3] }],
    ["in chunks of parts of rows", { ...dataset, chunks: [4, 2] }],
    ["compressed", { ...dataset, chunks: [5, 3], compression: "gzip" }],
    ["of the newest format", { ...dataset, chunks: [1, 3], maxshape: [null, 3] }, { libver: "latest" }],
    ["with as many dimensions as it likes", { ...dataset, shape: [20, 1, 3, 1], chunks: [1, 1, 3, 1] }],
  ])("is read: %s", async (_, given, options) => {
    await using file = await openHdf5(await byLibrary((made) => made.create_dataset(given), options));
    const x = file.datasets.get("x")!;
    expect(x.shape).toEqual(given.shape);
    expect(await x.read()).toEqual(data);
    expect(await x.read(6, 15)).toEqual(data.slice(18, 45));
    expect(await x.read(20)).toEqual(new Float32Array());
  });

  it("has zeros where nothing was written", async () => {
    const made = await byLibrary((file) => {
      const x = file.create_dataset({
        name: "x",
        data: Float32Array.of(1, 2),
        shape: [2],
        maxshape: [null],
        chunks: [1],
      });
      x.resize([5]);
    });
    await using file = await openHdf5(made);
    expect(await file.datasets.get("x")!.read()).toEqual(Float32Array.of(1, 2, 0, 0, 0));
  });

  it("has groups, texts, scalars and attributes of every kind", async () => {
    const made = await byLibrary((file) => {
      file.create_attribute("made by", "someone");
      const group = file.create_group("results").create_group("level 1");
      const x = group.create_dataset({ name: "x", data: Int32Array.of(4, 5, 6) });
      x.create_attribute("fixed", "short", null, "S8");
      x.create_attribute("scale", 0.25, null, "<d");
      x.create_attribute("size", Uint16Array.of(3, 4));
      file.create_dataset({ name: "one", data: [7], shape: [], dtype: "<i" });
      file.create_dataset({ name: "text", data: ["a", "b"] });
    });
    await using file = await openHdf5(made);
    expect(file.attributes["made by"]).toEqual({ type: "string", value: "someone" });
    const x = file.datasets.get("results/level 1/x")!;
    expect([...(await x.read())]).toEqual([4, 5, 6]);
    expect(x.attributes).toEqual({
      fixed: { type: "string", value: "short" },
      scale: { type: "float64", value: 0.25 },
      size: { type: "uint16", value: [3, 4] },
    });
    expect(file.datasets.get("one")).toMatchObject({ shape: [], type: "int32" });
    await expect(file.datasets.get("text")!.read()).rejects.toMatchObject({ name: "Hdf5FormatError" });
  });

  it("is read by the library without its memory growing with the rows", async () => {
    const rows = 20_000;
    const x = Int32Array.from({ length: rows }, (_, i) => i);
    const made = await byLibrary(
      (file) => {
        file.create_dataset({ name: "x", data: x, shape: [rows, 1], chunks: [1, 1], maxshape: [null, 1] });
      },
      { libver: "latest" },
    );
    await using file = await openHdf5(made);
    const before = await storageMemoryBytes();
    const values = await file.datasets.get("x")!.read();
    expect(values.findIndex((value, i) => value !== i)).toBe(-1);
    expect((await storageMemoryBytes()) - before).toBeLessThan(16 * 2 ** 20);
  });
});

describe("a file that is no HDF5 file", () => {
  it.each([
    ["empty", new Blob([])],
    ["text", new Blob(["not HDF5, but long enough to hold a superblock ".repeat(50)])],
    ["cut short", writeHdf5([{ name: "x", type: "int8", shape: [3], data: [1, 2, 3] }]).slice(0, 700)],
  ])("is refused with its name: %s", async (_, blob) => {
    await expect(openHdf5(asFile(blob, "bad.h5"))).rejects.toMatchObject({
      name: "Hdf5FormatError",
      fileName: "bad.h5",
    });
  });

  it("does not spoil the next one", async () => {
    await openHdf5(asFile(new Blob(["nothing"]))).catch(() => {});
    await using file = await openHdf5(asFile(writeHdf5([{ name: "x", type: "int8", shape: [2], data: [1, 2] }])));
    expect([...(await file.datasets.get("x")!.read())]).toEqual([1, 2]);
  });

  it("or is one, damaged somewhere, gives values or a typed error, and never takes the worker down", async () => {
    const features = Float32Array.from({ length: 600 }, (_, i) => i);
    const blob = writeHdf5([
      { name: "features", type: "float32", shape: [200, 3], data: features },
      { name: "coords", type: "int64", shape: [200, 2], data: new Int32Array(400), attributes },
    ]);
    const whole = new Uint8Array(await blob.arrayBuffer());
    const random = randomFrom(1);
    const names = new Set<string>();
    for (let round = 0; round < 150; round++) {
      const damaged = whole.slice(0, round % 5 === 0 ? Math.floor(random() * whole.length) : whole.length);
      // Most of what is not values stands in the first part.
      for (let i = 0; i < 4; i++)
        damaged[Math.floor(random() * Math.min(8000, damaged.length))] = Math.floor(random() * 256);
      try {
        await using file = await openHdf5(asFile(new Blob([damaged])));
        for (const dataset of file.datasets.values()) {
          if (dataset.shape.reduce((product, size) => product * size, 1) < 1e6) await dataset.read();
        }
      } catch (error) {
        names.add((error as Error).name);
      }
    }
    expect([...names]).toEqual(["Hdf5FormatError"]);
    await using file = await openHdf5(asFile(blob));
    expect(await file.datasets.get("features")!.read()).toEqual(features);
  });

  it("is told from one that cannot be read", async () => {
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle("gone.h5", { create: true });
    const writer = await handle.createWritable();
    await writer.write(writeHdf5([{ name: "x", type: "int8", shape: [2], data: [1, 2] }]));
    await writer.close();
    const file = await handle.getFile();
    await root.removeEntry("gone.h5");
    await expect(openHdf5(file)).rejects.toMatchObject({ name: "ByteReadError" });
  });
});

describe("reading", () => {
  it("refuses what it does not hold", async () => {
    await using file = await openHdf5(asFile(writeHdf5([{ name: "x", type: "int64", shape: [2], data: [1, 2] }])));
    await expect(file.datasets.get("x")!.read(1, 3)).rejects.toThrow("rows 1 to 3 of 2");
  });
});

/** Numbers in 0..1, the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
