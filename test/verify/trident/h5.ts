import { readContours } from "#annotations";
import { loadPolygonMath } from "#kernels";
import { type Hdf5Attributes, type Hdf5File, type Hdf5Output, openHdf5, writeHdf5 } from "#storage";
import {
  coordsOutput,
  describeCoords,
  patchSizeOf,
  planFromAttributes,
  readCoordsOf,
} from "../../../src/pipeline/patch-coords.ts";
import { planPatchGrid, prepareTissue, selectPatches } from "../../../src/pipeline/patch-grid.ts";
import { RAISED } from "./grids.ts";
import { type AttributeLayout, type DatasetLayout, readLayout } from "./hdf5-layout.ts";
import type { Check, Part, Tools } from "./part.ts";
import { openVerified, type SlideTruth, type VerifiedSlide } from "./slide-facts.ts";

interface FileLayout {
  readonly error?: string;
  readonly superblock_version: number;
  readonly root_attrs: object;
  readonly members: readonly string[];
  readonly datasets: Readonly<Record<string, DatasetLayout>>;
}

interface LayoutTruth {
  readonly files: Readonly<Record<string, FileLayout>>;
  readonly feature_rows: Readonly<Record<string, readonly number[] | readonly (readonly number[])[]>>;
}

/** What TRIDENT was asked for. */
interface Job {
  readonly name: string;
  readonly contour: string;
  readonly mag: number;
  readonly patch: number;
  readonly overlap?: number;
  readonly min?: number;
}

const FEATURE_TOLERANCE = { absolute: 1e-5 };

/** The dialect of the HDF5 files, and what is in them: TRIDENT's own are read, and made again here. */
export const h5: Part = {
  async list(truth) {
    const { files } = await truth.json<LayoutTruth>("h5/layout.json");
    return Object.keys(files).map((name) => ({
      name: `h5/layout.json#${name}`,
      run: (tools) => compareFile(tools, name),
    }));
  },
};

async function compareFile(tools: Tools, name: string): Promise<void> {
  const { truth, check } = tools;
  const { files, feature_rows } = await truth.json<LayoutTruth>("h5/layout.json");
  const layout = files[name]!;
  if (layout.error !== undefined) {
    check.leaveOut("", RAISED);
    return;
  }
  if (!truth.paths("h5/").includes(`h5/${name}`)) {
    check.leaveOut("", "the file itself is not among the answers");
    return;
  }
  const file = truth.file(`h5/${name}`);
  await using hdf5 = await openHdf5(file);
  compareFacts(check, hdf5, layout);
  await compareDialect(check, "TRIDENT's", file, layout);
  // As a run that goes on from this file would write it.
  const copied = await Promise.all(
    [...hdf5.datasets.values()].map(async ({ read, name, type, shape, attributes }) => {
      return { name, type, shape, attributes, data: await read() } as Hdf5Output;
    }),
  );
  const again = new File([writeHdf5(copied)], name);
  await compareDialect(check, "ours", again, layout);
  await using reopened = await openHdf5(again);
  compareFacts(check, reopened, layout);
  for (const [dataset, { read }] of hdf5.datasets) {
    check.same(
      `${dataset} written and read again`,
      Array.from(await reopened.datasets.get(dataset)!.read()),
      Array.from(await read()),
    );
  }
  const rows = feature_rows[name]?.flat();
  if (rows) {
    const values = await hdf5.datasets.get("features")!.read();
    compareRows(check, "features read", values, rows);
  }
  await makeAnew(tools, name, hdf5, rows);
}

/** What the app's reader says against what h5py said. */
function compareFacts(check: Check, hdf5: Hdf5File, layout: FileLayout): void {
  check.same("members", [...hdf5.datasets.keys()], layout.members);
  check.same("root attributes", hdf5.attributes, layout.root_attrs);
  for (const [name, expected] of Object.entries(layout.datasets)) {
    const dataset = hdf5.datasets.get(name);
    check.same(`${name} shape`, dataset?.shape, expected.shape);
    check.same(`${name} max shape`, dataset?.maxShape, expected.maxshape);
    check.same(`${name} chunks`, dataset?.chunks ?? null, expected.chunks);
    const given = Object.entries(expected.attrs).map(([key, { value }]) => [key, value]);
    const read = Object.entries(dataset?.attributes ?? {}).map(([key, { value }]) => [key, value]);
    check.same(`${name} attributes`, sorted(read), sorted(given));
  }
}

/** How every dataset and attribute is stored, byte by byte of the file's structure. */
async function compareDialect(check: Check, whose: string, file: File, layout: FileLayout): Promise<void> {
  const superblock = new Uint8Array(await file.slice(0, 9).arrayBuffer())[8];
  check.same(`${whose}: superblock`, superblock, layout.superblock_version);
  for (const [name, { attrs, dtype, shape, maxshape, chunks, filters, fill_time, alloc_time }] of Object.entries(
    layout.datasets,
  )) {
    const stored = await readLayout(file, name);
    const expected = { dtype, shape, maxshape, chunks, filters, alloc_time, fill_time };
    check.same(`${whose}: ${name}`, stored && { ...stored, attrs: undefined }, expected);
    for (const key of Object.keys({ ...stored?.attrs, ...attrs })) {
      check.same(`${whose}: ${name}.${key}`, factsOf(stored?.attrs[key]), factsOf(attrs[key]));
    }
  }
}

/** The same from the slide, through the app's own pipeline. */
async function makeAnew(
  tools: Tools,
  name: string,
  hdf5: Hdf5File,
  rows: readonly number[] | undefined,
): Promise<void> {
  const { truth, check } = tools;
  const [, jobName, kind] = /^(.*?)-(coords|features|slide-features)/.exec(name) ?? [];
  const jobs = await truth.json<{ h5: readonly Job[] }>("cases.json");
  const job = jobs.h5.find((one) => one.name === jobName);
  if (!job || kind === "slide-features") {
    check.leaveOut("made anew from the slide", "a slide's one vector: no encoder of whole slides is part of the app");
    return;
  }
  const slideTruth = await truth.json<SlideTruth>(`coords/${job.contour}.json`);
  const verified = await openVerified(tools, slideTruth);
  if (!verified?.scale) return;
  if (kind === "coords") await makeCoords(tools, hdf5, job, { ...verified, scale: verified.scale });
  else if (rows) await makeFeatures(tools, name, hdf5, verified, rows);
}

async function makeCoords(
  { truth, check }: Tools,
  hdf5: Hdf5File,
  job: Job,
  { slide, scale }: VerifiedSlide & { scale: NonNullable<VerifiedSlide["scale"]> },
): Promise<void> {
  const polygons = readContours(await truth.file(`contours/${job.contour}.geojson`).text());
  const overlap = job.overlap ?? 0;
  const target = { mag: job.mag };
  const { width, height, levels } = slide;
  const grid = planPatchGrid({
    width,
    height,
    levelDownsamples: levels.map(({ downsample }) => downsample),
    source: { mag: scale.magnification },
    target,
    patchSize: job.patch,
    overlap,
  });
  const coords = selectPatches(grid, prepareTissue(polygons, job.patch, await loadPolygonMath()), job.min ?? 0);
  const theirs = hdf5.datasets.get("coords")!;
  const text = (key: string) => String(theirs.attributes[key]?.value);
  const settings = { target, patchSize: job.patch, overlap, minTissueProportion: job.min ?? 0 };
  const attributes = describeCoords(settings, scale, slide, { stem: text("name"), saveTo: text("savetodir") });
  await using ours = await openHdf5(new File([writeHdf5([coordsOutput(coords, attributes)])], "ours.h5"));
  const dataset = ours.datasets.get("coords")!;
  check.same("coords made anew", Array.from(await dataset.read()), Array.from(await theirs.read()));
  check.same("shape made anew", dataset.shape, theirs.shape);
  check.same("attribute values made anew", valuesOf(dataset.attributes), valuesOf(theirs.attributes));
  // TRIDENT's command line divides by a float and so stores floats; ours stay whole where they are whole.
  const asWhole = (of: Hdf5Attributes) =>
    sorted(Object.entries(of).map(([key, { type, value }]) => [key, Number.isInteger(value) ? "int64" : type]));
  check.same("attribute types made anew", asWhole(dataset.attributes), asWhole(theirs.attributes));
}

/** The two encoders of the answers, over patches read as the app reads them. */
async function makeFeatures(
  { check }: Tools,
  name: string,
  hdf5: Hdf5File,
  { slide, scale }: VerifiedSlide,
  rows: readonly number[],
): Promise<void> {
  const { coords, attributes } = await readCoordsOf(hdf5, name);
  const grid = planFromAttributes(attributes, slide, { mpp: scale?.mpp ?? Number.NaN }, name, { tridentExact: true });
  const encode = name.endsWith("float16.h5") ? halves : channelMoments;
  const side = grid.patchSizeLevel;
  const made: number[] = [];
  for (let i = 0; i < coords.length && made.length < rows.length; i += 2) {
    const region = { x: coords[i]!, y: coords[i + 1]!, level: grid.level, width: side, height: side };
    const recipe = { sizePx: patchSizeOf(attributes), filter: "pillow-bicubic", fill: "black" } as const;
    made.push(...encode((await slide.readPatch(region, recipe)).data));
  }
  compareRows(check, "features made anew", made, rows);
}

/** Mean, then population standard deviation, of R, G and B in 0..1. */
function channelMoments(rgb: Uint8Array): number[] {
  const count = rgb.length / 3;
  const means = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < rgb.length; i++) {
    const value = rgb[i]! / 255;
    means[i % 3]! += value / count;
    squares[i % 3]! += (value * value) / count;
  }
  return [...means, ...squares.map((square, i) => Math.sqrt(square - means[i]! ** 2))];
}

/** The means times a matrix of 0/8, 1/8, … 11/8, in half precision. */
function halves(rgb: Uint8Array): number[] {
  const half = (value: number) => new Float16Array([value])[0]!;
  const means = channelMoments(rgb).slice(0, 3).map(half);
  return Array.from({ length: 4 }, (_, row) =>
    half(means.reduce((sum, mean, i) => sum + (mean * (3 * row + i)) / 8, 0)),
  );
}

function compareRows(check: Check, field: string, got: ArrayLike<number>, expected: readonly number[]): void {
  // The answers keep the first forty rows.
  const off = expected.map((value, i) => Math.abs(value - (got[i] ?? Number.NaN)));
  check.holds(`${field}: count`, got.length >= expected.length, String(got.length), `at least ${expected.length}`);
  check.near(field, off.length > 0 ? Math.max(...off) : 0, 0, FEATURE_TOLERANCE);
}

function factsOf(attribute: AttributeLayout | undefined): object | undefined {
  if (!attribute) return undefined;
  const { shape, space, type, variable_length, cset, padding } = attribute;
  return { shape, space, type, variable_length, cset, padding };
}

function valuesOf(attributes: Hdf5Attributes): unknown {
  return sorted(Object.entries(attributes).map(([key, { value }]) => [key, value]));
}

function sorted(entries: (readonly [string, unknown] | unknown[])[]): unknown {
  return [...entries].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
