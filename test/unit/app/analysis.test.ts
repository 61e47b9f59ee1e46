import { describe, expect, test } from "vitest";
import { GpuLostError, ModelLoadError, ModelOutputError } from "#models";
import { JobSettingsError, MissingMppError, NamesakeError, PixelSizeError } from "#pipeline";
import { FolderPermissionError, FolderVanishedError, Hdf5FormatError, StorageFullError } from "#storage";
import { deviceSentence } from "../../../src/app/analyse-panel/device-sentence.ts";
import { isPlausible } from "../../../src/app/analyse-panel/plausible.ts";
import { explainAnalysis } from "../../../src/app/analysis/explain-analysis.ts";
import { middleOf, nearestPatch } from "../../../src/app/analysis/patch-squares.ts";
import {
  formatArea,
  formatDuration,
  formatLength,
  formatPercent,
  formatScore,
  parseNumber,
} from "../../../src/app/format.ts";
import { pace } from "../../../src/app/job-panel/pace.ts";
import {
  CHOICES_KEY,
  choicesOf,
  createChoicesStore,
  DEFAULT_CHOICES,
  patchSettings,
  readChoices,
  segmentationSettings,
} from "../../../src/app/stores/choices.ts";
import { createJobStore, percentOf } from "../../../src/app/stores/job.ts";
import { NO_PROGRESS } from "../../support/fake-engine.ts";
import { memoryStorage } from "../../support/memory-storage.ts";

describe("choices", () => {
  test("are there at the next visit; a hand-edited store brings nothing that cannot be run", () => {
    const storage = memoryStorage();
    createChoicesStore(storage).getState().set({ magnification: 10, colors: "coolwarm" });
    expect(createChoicesStore(storage).getState()).toMatchObject({ magnification: 10, colors: "coolwarm" });
    storage.setItem(
      CHOICES_KEY,
      JSON.stringify({ version: 1, state: { magnification: -5, colors: "jet", patchSizePx: 1e9 } }),
    );
    expect(createChoicesStore(storage).getState()).toMatchObject({
      magnification: 0.25,
      colors: "viridis",
      patchSizePx: 4096,
    });
    expect(readChoices("nonsense")).toEqual(DEFAULT_CHOICES);
  });

  test("an overlap stays below the patch, which would else never move on", () => {
    const store = createChoicesStore(memoryStorage());
    store.getState().set({ overlapPx: 200 });
    store.getState().set({ patchSizePx: 128 });
    expect(store.getState()).toMatchObject({ patchSizePx: 128, overlapPx: 127 });
    store.getState().set({ patchSizePx: Number.NaN });
    expect(store.getState().patchSizePx).toBe(256);
  });

  test.each([
    { scaleBy: "mag", magnification: 5 },
    { scaleBy: "mpp", mpp: 0.4 },
  ] as const)("come back from the settings of a job: %j", (scale) => {
    const choices = {
      ...DEFAULT_CHOICES,
      ...scale,
      patchSizePx: 512,
      overlapPx: 16,
      leastTissue: 0.3,
      holesAreTissue: false,
    };
    expect({ ...DEFAULT_CHOICES, ...choicesOf(patchSettings(choices), segmentationSettings(choices)) }).toEqual(
      choices,
    );
  });
});

describe("numbers as people read them", () => {
  test("areas, lengths, shares and times", () => {
    expect(formatArea(41.318)).toBe("41.32 mm²");
    expect([formatLength(128), formatLength(24_100)]).toEqual(["128 µm", "24.1 mm"]);
    expect([formatPercent(0.623), formatPercent(0.004), formatPercent(0)]).toEqual(["62 %", "0.4 %", "0 %"]);
    expect([0.2, 40, 89.5, 200, 7500].map(formatDuration)).toEqual(["1 s", "40 s", "90 s", "3 min", "2 h 5 min"]);
  });

  test("similarities have as many decimals, and only what is 1 says 1", () => {
    expect([1, 0.99996, 0.9, -0.25].map((score) => formatScore(score))).toEqual(["1.000", "0.999", "0.900", "-0.250"]);
    expect(formatScore(0.99957, 4)).toBe("0.9996");
  });

  test("typed with comma or point", () => {
    expect([" 0,25 ", "0.25", "", "much"].map(parseNumber)).toEqual([0.25, 0.25, undefined, undefined]);
  });

  test("a pixel size that makes a slide of glass is plausible, one that makes a table is not", () => {
    const scan = { width: 100_000, height: 80_000 };
    expect([0.25, 0.5].map((um) => isPlausible(scan, um))).toEqual([true, true]);
    expect([25, 0.001, 3].map((um) => isPlausible(scan, um))).toEqual([false, false, false]);
  });
});

describe("a running job", () => {
  test("says pace, time and what holds it up; time for all only where there is more than one slide", () => {
    const progress = {
      ...NO_PROGRESS,
      patchesPerSecond: 85.2,
      slideSecondsLeft: 9,
      secondsLeft: 200,
      slowest: "model",
    } as const;
    expect(pace({ ...progress, total: 3 })).toBe("85 patches/s · 9 s left · 3 min left for all · slowest: the model");
    expect(pace({ ...progress, total: 1 })).toBe("85 patches/s · 9 s left · slowest: the model");
    expect(pace({ ...progress, patchesPerSecond: 3.124, total: 1 })).toMatch(/^3\.1 patches\/s/);
    expect(pace(NO_PROGRESS)).toBe("");
    const current = {
      name: "a.svs",
      path: "a.svs",
      step: "features",
      done: 2,
      total: 900,
      isElsewhere: false,
    } as const;
    expect(pace({ ...progress, current, patches: 2 })).toBe("");
    expect(pace({ ...progress, current, patches: 20 })).toContain("9 s left");
  });

  test("has a whole per cent while it runs, and none before and after", () => {
    const store = createJobStore();
    store.setState({ progress: { ...NO_PROGRESS, fraction: 0.419 } });
    expect(percentOf(store.getState())).toBeUndefined();
    store.setState({ phase: "working" });
    expect(percentOf(store.getState())).toBe(41);
  });
});

test("where a model runs is one sentence with its reason", () => {
  expect(deviceSentence({ device: "wasm", reason: "no-webgpu", adapter: "", threads: 4 })).toBe(
    "CPU (WebAssembly), 4 threads: this browser has no WebGPU.",
  );
  expect(deviceSentence({ device: "webgpu", reason: "adapter", adapter: "NVIDIA H100", threads: 1 })).toBe(
    "GPU (WebGPU), NVIDIA H100: the graphics processor takes this model.",
  );
});

test("the patch whose middle is nearest to a place is found", () => {
  const squares = { coords: Int32Array.of(0, 0, 100, 0, 0, 100), sideLevel0: 100 };
  expect(middleOf(squares, 1)).toEqual({ x: 150, y: 50 });
  expect(nearestPatch(squares, { x: 140, y: 60 })).toBe(1);
  expect(nearestPatch(squares, { x: -900, y: 900 })).toBe(2);
});

describe("errors of the analysis are sentences that name what it is about", () => {
  test.each([
    [new ModelLoadError("vit.onnx", "not-onnx", "bad magic"), "vit.onnx is no ONNX model."],
    [
      new ModelOutputError("vit.onnx", "not-finite", "NaN", "numbers"),
      "vit.onnx computed something that is no number.",
    ],
    [new GpuLostError("device lost"), "The graphics processor stopped."],
    [new FolderPermissionError("results/contours/a.jpg"), "This page may not write to results."],
    [new FolderVanishedError("results/20x/features_v/a.h5.lock"), "The folder results is no longer there."],
    [new StorageFullError("a.h5"), "There is no space left for the results."],
    [new Hdf5FormatError("a.h5", "cut short"), "a.h5 is not what its name says."],
    [new MissingMppError("a.tif"), "a.tif does not say how large its pixels are."],
    [new PixelSizeError(40), "A pixel of 40 µm cannot be analysed."],
    [new PixelSizeError(0.001), "A pixel of 0.001 µm cannot be analysed."],
    [new JobSettingsError("patches.overlap", 300, "below 256"), "These settings cannot be run."],
    [new NamesakeError("b/a.svs", "a/a.svs"), "b/a.svs has the same name as a/a.svs."],
    [new DOMException("no", "NotAllowedError"), "This page may not write to job."],
    [new Error("boom"), "Something went wrong with job."],
  ])("%s", (error, what) => {
    const failure = explainAnalysis(error, { name: "job" });
    expect(failure.what).toBe(what);
    expect(failure.why && failure.next).toBeTruthy();
    expect(failure.details.name).toBe(error.name);
  });
});
