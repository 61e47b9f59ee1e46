import { expect, it } from "vitest";
import { estimateProgress } from "../../../src/pipeline/estimate-progress.ts";
import { Meter } from "../../../src/pipeline/meter.ts";
import type { SlideState } from "../../../src/pipeline/slide-state.ts";
import { createSlideState, SlideStates } from "../../../src/pipeline/slide-states.ts";

const TASKS = ["segmentation", "coords", "features"] as const;
const slides = (count: number) =>
  Array.from({ length: count }, (_, i) => createSlideState({ name: `${i}.svs`, path: `slides/${i}.svs` }));

it("a job is as far as its slides: those that ended count whole, however they ended", () => {
  const [a, b, c, d] = slides(4) as [SlideState, SlideState, SlideState, SlideState];
  const half = { ...c.steps.features, status: "running", done: 5, total: 10 } as const;
  const working = { ...c, status: "working", step: "features", steps: { ...c.steps, features: half } } as const;
  const states = [{ ...a, status: "done" }, { ...b, status: "failed" }, working, d] as const;
  const progress = estimateProgress(states, TASKS, new Meter(), undefined);
  expect(progress).toMatchObject({ done: 2, total: 4, current: { path: "slides/2.svs", done: 5, total: 10 } });
  expect(progress.fraction).toBeCloseTo((2 + 0.44) / 4, 10);
});

it("where another has the rest of the slides, that is what is waited for", () => {
  const [a, b] = slides(2) as [SlideState, SlideState];
  const locked = { ...a.steps.coords, status: "skipped", reason: "locked" } as const;
  const elsewhere = { ...a, step: "coords", steps: { ...a.steps, coords: locked } } as const;
  const awaited = { path: "slides/0.svs", step: "coords", isElsewhere: true };
  const progressOf = (...states: SlideState[]) => estimateProgress(states, TASKS, new Meter(), undefined);
  expect(progressOf(elsewhere, { ...b, status: "done" })).toMatchObject({ current: awaited, fraction: 0.5 });
  // Looked at again, from its first stage on.
  const looking = { ...elsewhere, status: "working", step: "segmentation" } as const;
  expect(progressOf(looking, { ...b, status: "done" }).current).toMatchObject(awaited);
  const working = { ...b, status: "working", step: "segmentation" } as const;
  expect(progressOf(elsewhere, working).current).toMatchObject({ path: "slides/1.svs", isElsewhere: false });
  expect(progressOf(elsewhere, b).current).toBeUndefined();
});

it("a job of a hundred thousand slides does not take a look at all for each", () => {
  const ended = slides(100_000).map((slide) => ({ ...slide, status: "done" as const }));
  const begin = performance.now();
  expect(estimateProgress(ended, TASKS, new Meter(), undefined)).toMatchObject({ done: 100_000, fraction: 1 });
  const states = new SlideStates(ended, () => {});
  for (const { path } of ended) states.change(path, { status: "waiting" });
  expect(states.all.every(({ status }) => status === "waiting")).toBe(true);
  // Milliseconds; with the square of that number it was half a minute.
  expect(performance.now() - begin).toBeLessThan(3000);
});

it("states are a new array after each change, and the same one until then", () => {
  const states = new SlideStates(slides(2), () => {});
  const before = states.all;
  expect(states.all).toBe(before);
  states.change("slides/1.svs", { status: "working" });
  expect(states.all).not.toBe(before);
  expect(before[1]!.status).toBe("waiting");
  expect(states.all.map(({ status }) => status)).toEqual(["waiting", "working"]);
  expect(states.all[0]).toBe(before[0]);
});
