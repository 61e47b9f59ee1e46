import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeContours } from "#annotations";
import type { Polygon } from "#kernels";
import { type Hdf5Attributes, type Hdf5Output, writeHdf5 } from "#storage";
import { runQuietly } from "../../../.scripts/steps.mjs";
import { installPackages } from "../../support/python-packages.ts";

/** For this test only; the app never sees them. */
const PACKAGES = ["h5py==3.16.0", "geopandas==1.2.0"];

const installed = await installPackages(PACKAGES).catch((error: Error) => console.log(`skipped: ${error.message}`));

const attributes: Hdf5Attributes = {
  patch_size: { type: "int64", value: 256 },
  target_magnification: { type: "float64", value: 1.25 },
  name: { type: "string", value: "TCGA ü ✓" },
  savetodir: { type: "string", value: "" },
};

function outputs(rows: number): Hdf5Output[] {
  const features = Float32Array.from({ length: rows * 3 }, (_, i) => (i % 1000) / 8);
  return [
    {
      name: "features",
      type: "float32",
      shape: [rows, 3],
      data: new Blob([features]),
      attributes: { encoder: attributes.name! },
    },
    {
      name: "coords",
      type: "int64",
      shape: [rows, 2],
      data: Int32Array.from({ length: rows * 2 }, (_, i) => i - 7),
      attributes,
    },
  ];
}

const polygons: Polygon[] = [
  {
    shell: Float64Array.of(0, 0, 1000, 0, 1000, 1000, 0, 1000, 0, 0),
    holes: [Float64Array.of(10, 10, 20, 10, 20, 20, 10, 10)],
  },
  { shell: Float64Array.of(1885.5, 1 / 3, 2e5 / 7, 100000.1, 3000, -7.25, 1885.5, 1 / 3), holes: [] },
];

const ROWS = [0, 1, 64, 65, 5000];

describe.skipIf(!installed)("Python opens what we write", () => {
  let folder: string;
  // biome-ignore lint/suspicious/noExplicitAny: what Python printed.
  let seen: Record<string, any>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "coverslip-h5py-"));
    mkdirSync(folder, { recursive: true });
    const put = async (name: string, blob: Blob) =>
      writeFileSync(join(folder, name), Buffer.from(await blob.arrayBuffer()));
    for (const rows of ROWS) await put(`rows-${rows}.h5`, writeHdf5(outputs(rows)));
    const halves = new Blob([Uint16Array.of(0x3c00, 0xc000, 0x7bff)]);
    await put("slide.h5", writeHdf5([{ name: "features", type: "float16", shape: [3], data: halves }]));
    writeFileSync(join(folder, "tissue ü.geojson"), writeContours("tissue ü", polygons));
    writeFileSync(join(folder, "none.geojson"), writeContours("none", []));
    const script = fileURLToPath(new URL("./check.py", import.meta.url));
    const { ok, output } = await runQuietly("python3", [script, installed!, folder]);
    if (!ok) throw new Error(output);
    seen = JSON.parse(output.trim().split("\n").at(-1)!);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(ROWS)("%i rows, as TRIDENT's files are stored", (rows) => {
    const string = ["string", true, 1, 0];
    const stored = { maxshape: [null, 2], chunks: [1, 2], filters: 0, fill: [2, 3, 0], mtime: 0, stored_chunks: rows };
    const { superblock, root, datasets } = seen[`rows-${rows}.h5`];
    expect({ superblock, root, names: Object.keys(datasets) }).toEqual({
      superblock: 0,
      root: {},
      names: ["coords", "features"],
    });
    const count = 2 * rows;
    expect(datasets.coords).toEqual({
      ...stored,
      dtype: "<i8",
      shape: [rows, 2],
      sum: Array.from({ length: count }, (_, i) => i - 7).reduce((sum, value) => sum + value, 0),
      last: rows > 0 ? [count - 9, count - 8] : [],
      attributes: {
        patch_size: { scalar: true, type: "<i8", value: 256 },
        target_magnification: { scalar: true, type: "<f8", value: 1.25 },
        name: { scalar: true, type: string, value: "TCGA ü ✓" },
        savetodir: { scalar: true, type: string, value: "" },
      },
    });
    const features = Array.from({ length: rows * 3 }, (_, i) => (i % 1000) / 8);
    expect(datasets.features).toEqual({
      ...stored,
      maxshape: [null, 3],
      chunks: [1, 3],
      dtype: "<f4",
      shape: [rows, 3],
      sum: features.reduce((sum, value) => sum + value, 0),
      last: features.slice(-3),
      attributes: { encoder: { scalar: true, type: string, value: "TCGA ü ✓" } },
    });
  });

  it("a vector of halves", () => {
    const { features } = seen["slide.h5"].datasets;
    expect(features).toMatchObject({ dtype: "<f2", shape: [3], maxshape: [null], chunks: [1], sum: 1 - 2 + 65504 });
  });

  it("and goes on with every one of them", () => {
    const files = Object.entries(seen).filter(([name]) => name.endsWith(".h5"));
    expect(files.map(([, { goes_on }]) => goes_on)).toEqual(files.map(() => true));
  });

  it("contours, which geopandas would write as we do, byte for byte", () => {
    expect(seen["tissue ü.geojson"]).toMatchObject({ rows: 2, crs: "EPSG:3857" });
    expect(seen["tissue ü.geojson"].written_again).toBe(writeContours("tissue ü", polygons));
    expect(seen["none.geojson"]).toMatchObject({ rows: 0, area: 0 });
  });
});

describe("an HDF5 file of ours", () => {
  it("is the same bytes each time, whatever the time", async () => {
    const bytes = async () => Buffer.from(await writeHdf5(outputs(1000)).arrayBuffer());
    vi.setSystemTime("2001-01-01");
    const first = await bytes();
    vi.setSystemTime("2031-01-01");
    const second = await bytes();
    vi.useRealTimers();
    expect(first.equals(second)).toBe(true);
  });
});
