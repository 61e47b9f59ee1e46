import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PatchEncoder } from "#models";
import { Job, type JobSettings, type JobSlide } from "#pipeline";
import { openSlide, SlidePool } from "#slide";
import { createMemoryFolder, type Folder, writeHdf5 } from "#storage";
import { digestsOf, filesOf } from "../../support/folder-files.ts";
import { MemoryRowLogs, nodeEngines } from "../../support/job-engines.ts";
import { openHdf5InNode } from "../../support/node-hdf5.ts";
import { plainInput, testCard } from "../../support/test-card.ts";

const path = (relative: string) => new URL(relative, import.meta.url).pathname;
const SLIDES = process.env.COVERSLIP_SLIDES ?? path("../../../../shared/slides");
const TRUTH = process.env.COVERSLIP_TRIDENT ?? path("../../../../shared/trident-truth");
const missing = [path("../../../wasm/dist"), SLIDES, `${TRUTH}/job/processor.json`].find((file) => !existsSync(file));
if (missing) console.log(`skipped: ${missing} is not there`);

interface H5Truth {
  readonly coords: { readonly coords: [number, number][] };
  readonly attrs: Record<string, { readonly type: string; readonly value: unknown }>;
  readonly features?: { shape: number[]; dtype: string; attrs: Record<string, { value: string }>; first: number[] };
}
interface Snapshot {
  readonly texts: Record<string, unknown>;
  readonly h5: Record<string, H5Truth>;
}
interface Truth {
  readonly slides: Record<string, string>;
  readonly steps: { readonly step: string; readonly new: [string, number | null][] }[];
  readonly after_first_pass: Snapshot;
}

/** The truth's own encoder: mean, then population standard deviation, of red, green and blue in 0..1. */
const CHANMEAN = testCard({
  id: "chanmean",
  name: "Channel means",
  dimension: 6,
  input: plainInput(256),
  patchSizePx: 256,
  magnification: 10,
});
const FEATURE_TOLERANCE = 1e-5;
/** Contours, pictures, coords, features. */
const RESULTS = /\.(h5|jpg|geojson)$/;

const settings: JobSettings = {
  tasks: ["segmentation"],
  segmentation: { segmenter: "otsu", holesAreTissue: true, targetMagnification: 1.25 },
  patches: { target: { mag: 10 }, patchSize: 256, overlap: 0, minTissueProportion: 0.25 },
  encoder: { kind: "built-in", card: CHANMEAN },
};

describe.skipIf(missing !== undefined)("a job of TRIDENT's Processor", () => {
  let truth: Truth;
  let pool: SlidePool;
  let slides: JobSlide[];

  beforeAll(() => {
    truth = JSON.parse(readFileSync(`${TRUTH}/job/processor.json`, "utf8"));
    pool = new SlidePool({ workers: 0 });
    const files = {
      ...Object.fromEntries(Object.entries(truth.slides).map(([name, below]) => [name, `${SLIDES}/${below}`])),
      "broken.svs": `${TRUTH}/job/broken.svs`,
      "white.tiff": `${TRUTH}/job/white.tiff`,
    };
    slides = Object.keys(files)
      .sort()
      .map((name) => ({
        name,
        path: `slides/${name}`,
        open: () => openSlide(files[name as keyof typeof files], { pool }),
      }));
  });
  afterAll(() => pool.terminate());

  const run = (folder: Folder, tasks: JobSettings["tasks"]) =>
    new Job(
      folder,
      slides,
      { ...settings, tasks },
      { ...nodeEngines(new MemoryRowLogs()), openEncoder: openChanmean },
    ).run();

  it("writes the same files, states, logs, coords and features, stage by stage", async () => {
    const folder = createMemoryFolder("jobdir");
    const tasks = ["segmentation", "coords", "features"] as const;
    for (const [index, task] of tasks.entries()) {
      const before = new Set(await filesOf(folder));
      expect((await run(folder, [task])).error).toBeUndefined();
      const made = (await filesOf(folder)).filter((file) => !before.has(file));
      const expected = truth.steps[index]!.new.map(([file]) => file);
      expect(made.filter(isTridents), truth.steps[index]!.step).toEqual(expected.filter(isOurs).sort());
    }
    const { texts, h5 } = truth.after_first_pass;
    for (const [file, text] of Object.entries(texts)) {
      if (!isOurs(file) || file.includes("slide_features") || file.includes("<")) continue;
      const ours = await (await folder.read(file))!.text();
      if (file.includes("_logs_")) expect(withoutErrors(ours), file).toBe(withoutErrors(text as string));
      else if (file.startsWith("wsi_states/")) expect(comparable(JSON.parse(ours)), file).toEqual(comparable(text));
      else expect(JSON.parse(ours), file).toMatchObject(configOf(text as Record<string, unknown>));
    }
    for (const [file, facts] of Object.entries(h5)) {
      if (file.includes("slide_features")) continue;
      const { datasets } = await openHdf5InNode((await folder.read(file))!);
      const coords = datasets.get("coords")!;
      expect([...(await coords.read())], file).toEqual(facts.coords.coords.flat());
      expect(Object.keys(coords.attributes).sort()).toEqual(Object.keys(facts.attrs).sort());
      for (const [name, { type, value }] of Object.entries(facts.attrs)) {
        expect(coords.attributes[name], `${file} ${name}`).toEqual({ type: type === "str" ? "string" : type, value });
      }
      if (!facts.features) continue;
      const features = datasets.get("features")!;
      expect(features.shape).toEqual(facts.features.shape);
      for (const [name, { value }] of Object.entries(facts.features.attrs)) {
        expect(features.attributes[name]).toEqual({ type: "string", value });
      }
      const values = await features.read();
      facts.features.first.forEach((value, i) => {
        expect(Math.abs(values[i]! - value), `${file} ${i}`).toBeLessThan(FEATURE_TOLERANCE);
      });
    }
  }, 120_000);

  it("that TRIDENT did up to the coords is gone on with: the same states and logs as TRIDENT's", async () => {
    const folder = createMemoryFolder("jobdir");
    const { texts, h5 } = truth.after_first_pass;
    for (const [file, text] of Object.entries(texts)) {
      if (file.includes("feat") || file.endsWith(".lock")) continue;
      await folder.write(
        file,
        typeof text === "string" ? text : JSON.stringify(withoutTasks(text as Json, /^patch_features/)),
      );
    }
    for (const [file, facts] of Object.entries(h5)) {
      if (!file.includes("/patches/")) continue;
      const attributes = Object.fromEntries(
        Object.entries(facts.attrs).map(([name, { type, value }]) => [
          name,
          { type: type === "str" ? "string" : type, value },
        ]),
      ) as never;
      const data = facts.coords.coords.flat();
      await folder.write(
        file,
        writeHdf5([{ name: "coords", type: "int64", shape: [data.length / 2, 2], data, attributes }]),
      );
    }
    expect((await run(folder, ["features"])).failed).toEqual([]);
    for (const [file, text] of Object.entries(texts)) {
      if (!/wsi_states|_logs_feats/.test(file) || file.includes("<")) continue;
      const ours = await (await folder.read(file))!.text();
      if (file.includes("_logs_")) expect(ours).toBe(text);
      else expect(comparable(JSON.parse(ours)).tasks, file).toEqual(comparable(text).tasks);
    }
    for (const [file, facts] of Object.entries(h5)) {
      if (!file.includes("/features_chanmean/")) continue;
      const features = (await openHdf5InNode((await folder.read(file))!)).datasets.get("features")!;
      const values = await features.read();
      facts.features!.first.forEach((value, i) => {
        expect(Math.abs(values[i]! - value), `${file} ${i}`).toBeLessThan(FEATURE_TOLERANCE);
      });
    }
  }, 120_000);

  it("that TRIDENT did up to the contours is gone on with: they stay as they are, and give TRIDENT's coords", async () => {
    const folder = createMemoryFolder("jobdir");
    const { texts, h5 } = truth.after_first_pass;
    const begun = { "CMU-1-Small-Region": "CMU-filled", single20: "single20-filled" };
    const states = Object.keys(texts).filter((file) =>
      Object.keys(begun).some((stem) => file.startsWith(`wsi_states/${stem}`) && !file.includes("<")),
    );
    for (const [stem, file] of Object.entries(begun)) {
      await folder.write(`contours_geojson/${stem}.geojson`, readFileSync(`${TRUTH}/seg/${file}.geojson`));
      await folder.write(`contours/${stem}.jpg`, "TRIDENT's");
    }
    for (const file of states)
      await folder.write(file, JSON.stringify(withoutTasks(texts[file] as Json, /coords|feat/)));
    const outcome = await run(folder, ["segmentation", "coords", "features"]);
    expect(outcome.done).toEqual(["slides/CMU-1-Small-Region.svs", "slides/single20.tiff"]);
    for (const [stem, file] of Object.entries(begun)) {
      const geojson = await (await folder.read(`contours_geojson/${stem}.geojson`))!.text();
      expect(geojson).toBe(readFileSync(`${TRUTH}/seg/${file}.geojson`, "utf8"));
      expect(await (await folder.read(`contours/${stem}.jpg`))!.text()).toBe("TRIDENT's");
      const path = `10x_256px_0px_overlap/patches/${stem}_patches.h5`;
      const coords = (await openHdf5InNode((await folder.read(path))!)).datasets.get("coords")!;
      expect([...(await coords.read())]).toEqual(h5[path]!.coords.coords.flat());
    }
    for (const file of states) {
      const { tasks, summary } = JSON.parse(await (await folder.read(file))!.text());
      expect(summary.segmentation).toBe("skipped (already_segmented)");
      // TRIDENT's own attempt is kept, and none of ours added.
      expect(tasks.segmentation.attempts).toHaveLength(1);
      const { segmentation: _, ...ours } = comparable({ tasks }).tasks as Json;
      const { segmentation: __, ...theirs } = comparable(texts[file]).tasks as Json;
      expect(ours, file).toEqual(theirs);
    }
  }, 120_000);

  it("is passed over when it runs again, with TRIDENT's reasons", async () => {
    const folder = createMemoryFolder("jobdir");
    await run(folder, ["segmentation", "coords", "features"]);
    const before = await digestsOf(folder, RESULTS);
    await run(folder, ["segmentation", "coords", "features"]);
    expect(await digestsOf(folder, RESULTS)).toEqual(before);
    const state = JSON.parse(await (await folder.read("wsi_states/single20__0da5ac08e0f5.json"))!.text());
    expect(state.summary).toEqual({
      segmentation: "skipped (already_segmented)",
      coords: "skipped (already_generated)",
      patch_features: { chanmean: "skipped (already_extracted)" },
    });
  }, 120_000);
});

const openChanmean = async (): Promise<PatchEncoder> => ({
  card: CHANMEAN,
  device: "wasm",
  deviceReason: "asked-for",
  choice: { device: "wasm", reason: "asked-for", adapter: "", threads: 1 },
  batchSize: 4,
  async encode(patches, n) {
    const pixels = 256 * 256;
    const rows = new Float32Array(n * 6);
    for (let patch = 0; patch < n; patch++) {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        let squares = 0;
        for (let i = 0; i < pixels; i++) {
          const value = patches[(patch * pixels + i) * 3 + channel]! / 255;
          sum += value;
          squares += value * value;
        }
        const mean = sum / pixels;
        rows[patch * 6 + channel] = mean;
        rows[patch * 6 + 3 + channel] = Math.sqrt(squares / pixels - mean * mean);
      }
    }
    return rows;
  },
  async close() {},
});

/** What both write: no dumped patches, slide features, nor TRIDENT's lock that is left behind after an error. */
function isOurs(file: string): boolean {
  return !/patch_images|slide_features|\.lock$/.test(file);
}

/** What TRIDENT's Processor writes, too: its command line alone writes runs and a summary. */
function isTridents(file: string): boolean {
  return !/^(coverslip\/|runs\/|summary\.md)/.test(file);
}

function configOf(config: Record<string, unknown>): Record<string, unknown> {
  const {
    wsi_ext: _ext,
    max_workers: _workers,
    device: _device,
    batch_size: _batch,
    batch_limit: _limit,
    ...rest
  } = config;
  // Patches are not dumped here.
  const { dump_patches: _dump, dump_patches_max: _max, ...shared } = rest;
  return shared;
}

function withoutErrors(log: string): string {
  return log.replace(/ERROR: .*/g, "ERROR").replace(/\n+$/, "");
}

type Json = Record<string, unknown>;

/** A state as it was before these stages. */
function withoutTasks(state: Json, left: RegExp): Json {
  const tasks = Object.entries((state.tasks as Json | undefined) ?? {}).filter(([name]) => !left.test(name));
  return "tasks" in state ? { ...state, tasks: Object.fromEntries(tasks) } : state;
}

/** A state without times, ids, sizes and texts of errors. */
function comparable(value: unknown): Json {
  const drop = ["meta", "trident_version", "reader_type", "bytes", "updated_at", "attempt_id", "at", "last_updated_at"];
  const strip = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(strip);
    if (typeof node !== "object" || node === null) {
      return typeof node === "string" ? node.replace(/^(ERROR: ).*/, "$1") : node;
    }
    const kept = Object.entries(node).filter(([key]) => !drop.includes(key) && !/_(at|epoch|s)$/.test(key));
    return Object.fromEntries(
      kept.map(([key, member]) => [key, key === "error" && member !== null ? "an error" : strip(member)]),
    );
  };
  return strip(value) as Json;
}
