import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CACHE } from "../../.scripts/setup.mjs";
import { REPOSITORY } from "../support/page-build.ts";
import { stolenMs } from "../support/stolen-time.ts";
import { type ChainEffort, measureChain } from "./chain.ts";
import { measureFirstPixels } from "./first-pixels.ts";
import { measureLayers } from "./layers.ts";
import { measureLiveCount } from "./live-count.ts";
import { formatTable, median, type Row, row, Series } from "./measure.ts";
import { type NativeOpenSlide, startNative } from "./native.ts";
import { type Ours, openOurs } from "./ours.ts";
import { AHEAD, BATCH_SIZE, KINDS, listRequests } from "./requests.ts";
import { type BenchSlide, benchSlide } from "./slides.ts";

/** Native and ours in one run, over the same files and requests, a batch of each in turn. See README.md. */

interface Setting {
  /** Goes behind the kind's name: "" is isolated, one worker against one thread, the large slide, filled. */
  readonly suffix: string;
  readonly slide: "large" | "small";
  readonly workers: 1 | 2;
  readonly isolated: boolean;
  /** The whole file is in shared memory before the first request; without: each batch on a slide just opened, as the app does. */
  readonly filled: boolean;
}

const SETTINGS: readonly Setting[] = [
  { suffix: "", slide: "large", workers: 1, isolated: true, filled: true },
  { suffix: "-unfilled", slide: "large", workers: 1, isolated: true, filled: false },
  { suffix: "-two", slide: "large", workers: 2, isolated: true, filled: true },
  { suffix: "-two-unfilled", slide: "large", workers: 2, isolated: true, filled: false },
  { suffix: "-not-isolated", slide: "large", workers: 1, isolated: false, filled: false },
  { suffix: "-not-isolated-two", slide: "large", workers: 2, isolated: false, filled: false },
  { suffix: "-20k", slide: "small", workers: 1, isolated: true, filled: true },
  { suffix: "-20k-unfilled", slide: "small", workers: 1, isolated: true, filled: false },
  { suffix: "-20k-not-isolated", slide: "small", workers: 1, isolated: false, filled: false },
];

/** Room for the large slide whole. The app gives a slide less, so that a tab stays below 1 GiB: the unfilled rows. */
const FILLED_BYTES = 1.5 * 2 ** 30;

/** `--only` with one of these leaves all else out; with the suffix of a setting, all but that. */
const ONLY_CHAIN = "chain";
const ONLY_VIEW = "view";

interface Effort {
  readonly rounds: number;
  /** Share of the full batch size. */
  readonly share: number;
  readonly opens: number;
  readonly chain: ChainEffort;
  readonly viewRounds: number;
}

const FULL: Effort = { rounds: 5, share: 1, opens: 15, chain: { rounds: 5, patchesPerEdge: 20 }, viewRounds: 2 };
const QUICK: Effort = { rounds: 2, share: 0.25, opens: 5, chain: { rounds: 1, patchesPerEdge: 10 }, viewRounds: 1 };

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { out: { type: "string" }, quick: { type: "boolean", default: false }, only: { type: "string" } },
  });
  const effort = values.quick ? QUICK : FULL;
  const sample = join(REPOSITORY, "public/sample/coverslip-sample.tiff");
  const slides = {
    small: await benchSlide(CACHE, sample, "20k", { edge: 20_000 }),
    large: await benchSlide(CACHE, sample, "large", { bytes: 1.1 * 2 ** 30 }),
  };
  const rows: Row[] = [];
  const add = (...more: Row[]) => {
    rows.push(...more);
    for (const one of more) if (!one.name.endsWith("-p95")) console.log(`  ${one.name}: ${one.ours} ${one.unit}`);
  };
  const load = loadavg()[0]!.toFixed(1);
  console.log(`${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpus()[0]?.model.trim()}, load ${load}`);
  if (values.quick) console.log("a quick run");
  const { only } = values;
  if (only !== ONLY_CHAIN && only !== ONLY_VIEW) {
    await telling("slides", () => measureSlides(slides, effort, only, add));
  }
  if (only === undefined || only === ONLY_CHAIN) {
    await telling("chain", async () => add(...(await measureChain(CACHE, slides.large.file, effort.chain))));
  }
  if (only === undefined || only === ONLY_VIEW) {
    await telling("live count", async () => add(...(await measureLiveCount(effort.viewRounds))));
    await telling("view", async () => add(...(await measureLayers(effort.viewRounds))));
  }
  console.log(`\n${formatTable(rows)}`);
  if (values.out) await writeFile(values.out, `${JSON.stringify(rows, null, 1)}\n`);
}

/** Says how much of the processors a virtual machine's host gave to others meanwhile: with much of it, figures are upper bounds. */
async function telling(part: string, measure: () => Promise<void>): Promise<void> {
  const [before, began] = [stolenMs(), performance.now()];
  await measure();
  if (before === undefined) return;
  const available = (performance.now() - began) * availableParallelism();
  const share = (100 * (stolenMs()! - before)) / available;
  console.log(`${part}: ${share.toFixed(1)} % of the processors' time was stolen`);
}

/** Reading and opening, against native OpenSlide; `only`: of one setting. */
async function measureSlides(
  slides: Slides,
  effort: Effort,
  only: string | undefined,
  add: (...rows: Row[]) => void,
): Promise<void> {
  const native = await startNative();
  console.log(`native: OpenSlide ${native.version} through ctypes`);
  for (const isolated of [true, false]) {
    const settings = SETTINGS.filter((one) => one.isolated === isolated && (only ?? one.suffix) === one.suffix);
    if (settings.length === 0) continue;
    const ours = await openOurs([slides.small.file, slides.large.file], isolated);
    console.log(`ours: ${ours.machine}`);
    try {
      for (const setting of settings) add(...(await measureReading(setting, slides, native, ours, effort)));
      if (isolated) add(...(await measureOpening(slides, native, ours, effort)));
    } finally {
      await ours.close();
    }
  }
  native.close();
  add(row("first-pixels", "ms", await measureFirstPixels(slides.large.file, effort.opens), null));
}

type Slides = Readonly<Record<Setting["slide"], BenchSlide>>;
const INDEX = { small: 0, large: 1 } as const;

async function measureReading(
  setting: Setting,
  slides: Slides,
  native: NativeOpenSlide,
  ours: Ours,
  { rounds, share }: Effort,
): Promise<Row[]> {
  const slide = slides[setting.slide];
  const index = INDEX[setting.slide];
  await ours.start(setting.workers, setting.filled ? FILLED_BYTES : undefined);
  if (setting.filled) {
    await native.open(slide.file);
    await ours.open(index);
    await ours.fill();
  }
  const series = new Map(KINDS.map((kind) => [kind, new Series()]));
  // The round before the first warms both sides up and is not counted.
  for (let round = -1; round < rounds; round++) {
    for (const kind of KINDS) {
      const count = Math.max(8, Math.round(BATCH_SIZE[kind] * share));
      const requests = listRequests(kind, slide.levels, count, 1000 * (round + 2) + KINDS.indexOf(kind));
      if (!setting.filled) await native.open(slide.file);
      const reference = await native.batch(requests, setting.workers);
      if (!setting.filled) await ours.open(index);
      const own = await ours.batch(requests, AHEAD[kind]);
      if (round < 0) continue;
      series.get(kind)!.addReference(reference);
      series.get(kind)!.addOurs(own);
    }
  }
  return KINDS.flatMap((kind) => series.get(kind)!.rows(kind + setting.suffix));
}

/** From the call to a slide that answers, with workers running: median of several. */
async function measureOpening(slides: Slides, native: NativeOpenSlide, ours: Ours, { opens }: Effort): Promise<Row[]> {
  await ours.start(1);
  const rows: Row[] = [];
  for (const [name, slide] of [
    ["open", "large"],
    ["open-20k", "small"],
  ] as const) {
    const own: number[] = [];
    const reference: number[] = [];
    for (let i = 0; i < opens; i++) {
      reference.push(await native.open(slides[slide].file));
      own.push(await ours.open(INDEX[slide]));
    }
    rows.push(row(name, "ms", median(own), median(reference)));
  }
  return rows;
}

await main();
