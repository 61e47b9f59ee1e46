import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY } from "../support/page-build.ts";
import { type ReferenceChain, type ReferenceTimes, startReferenceChain } from "./chain-reference.ts";
import { median, type Row, row } from "./measure.ts";
import { OurChain, type OurTimes } from "./our-chain.ts";
import { benchSlide } from "./slides.ts";

/** Tissue, coords and features: ours in the tab against the same in Python, a run of one and a run of the other. */

/** µm per pixel: patches of 256 px at 20x are 512 px of the slide. */
const MPP = 0.25;
/** Slides of nothing but tissue, by their area in units of the first. */
const AREAS = [1, 2, 4] as const;
/** Both sides compute in float32, in another order; no more than this. */
const TOLERANCE = 1e-3;
/** The features file whose reading is timed. */
const FEATURES = { rows: 100_000, columns: 1024 } as const;
/** Grids of some 200,000 patches, in outlines as a slide has them, and in far more broken ones. */
const PREVIEWS = [
  { name: "patch-preview", outlined: "sample", patchesPerEdge: 630 },
  { name: "patch-preview-broken", outlined: "large", patchesPerEdge: 600 },
] as const;

export interface ChainEffort {
  readonly rounds: number;
  /** Edge of the smallest slide of tissue, in patches. */
  readonly patchesPerEdge: number;
}

export async function measureChain(cache: string, large: string, effort: ChainEffort): Promise<Row[]> {
  const sample = join(REPOSITORY, "public/sample/coverslip-sample.tiff");
  const areas = await Promise.all(AREAS.map((area) => tissueSlide(cache, sample, area, effort.patchesPerEdge)));
  const features = await featuresFile(cache);
  const reference = await startReferenceChain();
  const files = [sample, ...areas, large, features];
  const out = mkdtempSync(join(tmpdir(), "coverslip-chain-"));
  const ours = await OurChain.open(files, MPP);
  try {
    const { loadSeconds, ...how } = await ours.prepare();
    console.log(`chain: ours ${JSON.stringify(how)}, reference ${JSON.stringify(reference.versions)}`);
    const common = { mpp: MPP, batch: how.batchSize, readers: availableParallelism() };
    const both = (index: number) => ({
      ours: () => ours.run(index),
      reference: () => reference.run({ ...common, file: files[index]!, out }),
    });
    // The first round warms both sides up; it is where memory is looked at and results are compared.
    const memory = await ours.peakBytes(() => ours.run(0));
    const { peakBytes } = await both(0).reference();
    const { patches, difference } = compare(await ours.features(0), out);
    console.log(`chain: ${patches} patches of the sample, the same on both sides; features differ by ${difference}`);
    const rows = sampleRows(await interleave(both(0), effort.rounds));
    rows.push(row("chain-model-load", "s", loadSeconds, null));
    rows.push(row("chain-memory", "MB", memory / 1e6, peakBytes / 1e6));
    rows.push(...(await measureAreas((at) => interleave(both(at + 1), Math.ceil(effort.rounds / 2)))));
    rows.push(await measureTissue(ours, reference, large, files.indexOf(large), effort.rounds));
    rows.push(await measureReadingFeatures(ours, reference, features, files.indexOf(features), effort.rounds));
    for (const { name, outlined, patchesPerEdge } of PREVIEWS) {
      const place = outlined === "sample" ? 0 : files.indexOf(large);
      const { vertices, count, ...times } = await ours.preview(files.indexOf(large), place, patchesPerEdge);
      console.log(`chain: ${name} is of ${count} patches in outlines of ${vertices} vertices`);
      rows.push(row(name, "ms", median(times.shares), null));
      rows.push(row(`${name}-overlap`, "ms", median(times.overlaps), null));
      rows.push(row(`${name}-size`, "ms", median(times.sizes), null));
      rows.push(row(`${name}-size-exact`, "ms", median(times.exactSizes), null));
    }
    return rows;
  } finally {
    await ours.close();
    reference.close();
    rmSync(out, { recursive: true, force: true });
  }
}

async function tissueSlide(cache: string, sample: string, area: number, patchesPerEdge: number): Promise<string> {
  const edge = 512 * Math.round(patchesPerEdge * Math.sqrt(area));
  return (await benchSlide(cache, sample, `tissue-${edge}`, { edge })).file;
}

/** Runs of both sides in turn. */
async function interleave(
  sides: { ours: () => Promise<OurTimes>; reference: () => Promise<ReferenceTimes> },
  rounds: number,
): Promise<{ ours: OurTimes[]; reference: ReferenceTimes[] }> {
  const times = { ours: [] as OurTimes[], reference: [] as ReferenceTimes[] };
  for (let round = 0; round < rounds; round++) {
    times.reference.push(await sides.reference());
    times.ours.push(await sides.ours());
  }
  return times;
}

function sampleRows({ ours, reference }: { ours: OurTimes[]; reference: ReferenceTimes[] }): Row[] {
  const pair = (name: string, own: (times: OurTimes) => number, theirs: (times: ReferenceTimes) => number) =>
    row(`chain-sample${name}`, "s", median(ours.map(own)), median(reference.map(theirs)));
  return [
    pair(
      "",
      ({ wallSeconds }) => wallSeconds,
      ({ wall }) => wall,
    ),
    pair(
      "-cpu",
      ({ cpuSeconds }) => cpuSeconds,
      ({ cpu }) => cpu,
    ),
    pair(
      "-tissue",
      ({ seconds }) => seconds.segmentation,
      ({ tissue }) => tissue,
    ),
    ...(["coords", "features", "reading", "preprocessing", "model", "writing"] as const).map((stage) =>
      pair(
        `-${stage}`,
        ({ seconds }) => seconds[stage],
        (times) => times[stage],
      ),
    ),
  ];
}

/** Seconds for 1000 patches by the area of tissue, and how many times as long a patch of the largest takes as one of the smallest. */
async function measureAreas(
  measure: (index: number) => Promise<{ ours: OurTimes[]; reference: ReferenceTimes[] }>,
): Promise<Row[]> {
  const rows: Row[] = [];
  const perThousand: { ours: number; reference: number }[] = [];
  for (const [index, area] of AREAS.entries()) {
    const { ours, reference } = await measure(index);
    const cost = {
      ours: median(ours.map(({ wallSeconds, patches }) => (1000 * wallSeconds) / patches)),
      reference: median(reference.map(({ wall, patches }) => (1000 * wall) / patches)),
    };
    perThousand.push(cost);
    rows.push(row(`chain-area-${area}`, "s per 1000 patches", cost.ours, cost.reference));
  }
  const [smallest, largest] = [perThousand[0]!, perThousand.at(-1)!];
  rows.push(row("chain-area-growth", "x", largest.ours / smallest.ours, largest.reference / smallest.reference));
  return rows;
}

/** Tissue alone, of the slide over 1 GiB. */
async function measureTissue(
  ours: OurChain,
  reference: ReferenceChain,
  file: string,
  index: number,
  rounds: number,
): Promise<Row> {
  const times = { ours: [] as number[], reference: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.reference.push(await reference.tissue(file, MPP));
    times.ours.push(await ours.tissue(index));
  }
  return row("chain-tissue-large", "s", median(times.ours), median(times.reference));
}

/** Features and coords of 100,000 patches, a chunk a row as TRIDENT writes them: into memory, the page's against h5py's. */
async function measureReadingFeatures(
  ours: OurChain,
  reference: ReferenceChain,
  file: string,
  index: number,
  rounds: number,
): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) times.push(await ours.readFeatures(index));
  return row("features-read", "s", median(times), await reference.read(file));
}

/** Written once by h5py, in a process of its own: the memory of the other one is looked at. */
async function featuresFile(cache: string): Promise<string> {
  const file = join(cache, "bench", `features-${FEATURES.rows}x${FEATURES.columns}.h5`);
  if (existsSync(file)) return file;
  const writer = await startReferenceChain();
  await writer.write(file, FEATURES.rows, FEATURES.columns);
  writer.close();
  return file;
}

/** @throws where the two did not do the same work. */
function compare(ours: { coords: number[]; features: number[] }, folder: string) {
  const bytesOf = (name: string) => new Uint8Array(readFileSync(join(folder, name))).buffer;
  const coords = new Int32Array(bytesOf("coords.i4"));
  const features = new Float32Array(bytesOf("features.f4"));
  if (coords.length !== ours.coords.length || coords.some((at, i) => at !== ours.coords[i])) {
    throw new Error(`ours chose ${ours.coords.length / 2} patches, the reference ${coords.length / 2}, or other ones`);
  }
  const difference = features.reduce((most, value, i) => Math.max(most, Math.abs(value - ours.features[i]!)), 0);
  if (features.length !== ours.features.length || !(difference <= TOLERANCE)) {
    throw new Error(`features differ by ${difference}: at most ${TOLERANCE} expected`);
  }
  return { patches: coords.length / 2, difference: Number(difference.toPrecision(2)) };
}
