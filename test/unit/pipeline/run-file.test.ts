import { expect, it } from "vitest";
import { appendSummary, finishRun, type RunManifest } from "../../../src/pipeline/run-file.ts";
import { setLogLine } from "../../../src/pipeline/step-log.ts";
import { createState, finishTask, type TaskEvent } from "../../../src/pipeline/wsi-state.ts";

const run = (): RunManifest => ({
  run_id: "0123456789ab",
  tool: "coverslip",
  started_at: "2026-11-21T15:00:00+0000",
  finished_at: null,
  status: "running",
  error: null,
  trident_version: "coverslip test",
  host: "browser:test",
  pid: 0,
  job_dir: "job",
  args: { task: "all", mag: 20, patch_size: 256, wsi_ext: [".svs"], coords_dir: null },
});

function stateOf(name: string, tasks: Record<string, Partial<TaskEvent>>) {
  const slide = { name, extension: ".svs", path: `slides/${name}.svs`, hash: "0" };
  const state = createState(slide, "coverslip test", new Date());
  for (const [task, event] of Object.entries(tasks)) {
    finishTask(state, task, { status: "completed", message: "", outputs: {}, ...event }, new Date());
  }
  return state;
}

it("a summary counts all slides, errors last, and cuts long ones", () => {
  const long = "x".repeat(300);
  const manifest = run();
  finishRun(manifest, "completed", null, new Date());
  const text = appendSummary(undefined, manifest, [
    stateOf("a", { segmentation: {}, "patch_features:e": {} }),
    stateOf("b", { segmentation: { reason: "empty_geodataframe" }, coords: { status: "skipped", reason: "locked" } }),
    stateOf("c", { segmentation: { status: "error", message: `ERROR: ${long}`, error: `${long}\n` } }),
  ]);
  expect(text.startsWith("# TRIDENT job summary\n\nThis file")).toBe(true);
  const section = text.slice(text.indexOf("## Run")).replace(/Finished: .*/, "Finished");
  expect(section).toBe(`## Run 2026-11-21T15:00:00+0000 (trident coverslip test) — run_id=0123456789ab
- Tool: \`coverslip\`
- Status: **completed**
- Finished
- Slides with state: 3
- Args: \`{"coords_dir": null, "mag": 20, "patch_size": 256, "task": "all"}\`
- coords: skipped (locked): 1
- segmentation: completed: 1, completed (empty_geodataframe): 1, error: 1
- Patch features:
  - e: completed: 1
- Errors (1):
  - c: ${"x".repeat(200)}…
`);
});

it("a second run is a second section, after an empty line", () => {
  const once = appendSummary(undefined, run(), []);
  const twice = appendSummary(once, run(), []);
  expect(twice.startsWith(once)).toBe(true);
  expect(twice.slice(once.length).startsWith("\n## Run")).toBe(true);
  expect(twice).toContain("> No `wsi_states/*.json` found yet");
});

it("a log holds one line a slide, the newest last", () => {
  const first = setLogLine(setLogLine("", "a.svs", "one"), "b.svs", "two");
  expect(setLogLine(first, "a.svs", "three\nlines")).toBe("b.svs: two\na.svs: three lines\n");
});
