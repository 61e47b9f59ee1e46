import { describe, expect, it } from "vitest";
import { digest } from "#base";
import { stampOf } from "../../../src/pipeline/clock.ts";
import { createState, finishTask, readState, setMeta, startTask, stateText } from "../../../src/pipeline/wsi-state.ts";

const slide = { name: "slideA", extension: ".svs", path: "slides/slideA.svs", hash: "0123456789ab" };
const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1000);

describe("a slide's state", () => {
  it("completes the attempt that was opened", () => {
    const state = createState(slide, "coverslip test", at(0));
    startTask(state, "coords", { message: "Generating", outputs: {} }, at(1));
    expect(state.tasks.coords).toMatchObject({
      status: "running",
      attempts: [{ result: "running", finished_at: null }],
    });
    finishTask(state, "coords", { status: "completed", message: "Done.", outputs: {} }, at(4));
    expect(state.tasks.coords!.attempts).toEqual([
      expect.objectContaining({ result: "completed", duration_s: 3, error: null, started_epoch: 1_700_000_001 }),
    ]);
    expect(state.tasks.coords!._active_attempt_id).toBeNull();
  });

  it("makes an attempt for an end without a beginning, and none for a skip", () => {
    const state = createState(slide, "coverslip test", at(0));
    finishTask(state, "coords", { status: "error", message: "ERROR: no", outputs: {}, error: "no" }, at(4));
    expect(state.tasks.coords!.attempts).toEqual([expect.objectContaining({ started_at: null, result: "error" })]);
    finishTask(state, "segmentation", { status: "skipped", reason: "locked", message: "x", outputs: {} }, at(5));
    expect(state.tasks.segmentation!.attempts).toEqual([]);
    expect(state.summary).toEqual({ coords: "error", segmentation: "skipped (locked)" });
  });

  it("forgets an error and a reason once the same stage succeeds, and not before", () => {
    const state = createState(slide, "coverslip test", at(0));
    finishTask(state, "coords", { status: "error", message: "ERROR: no", outputs: {}, error: "no" }, at(1));
    finishTask(
      state,
      "patch_features:e",
      { status: "skipped", reason: "coords_not_found", message: "", outputs: {} },
      at(2),
    );
    expect(state.resume.last_error).toMatchObject({ task: "coords", error: "no" });
    finishTask(state, "coords", { status: "completed", message: "Done.", outputs: {} }, at(3));
    expect(state.resume.last_error).toBeUndefined();
    expect(state.summary).toEqual({ coords: "completed", patch_features: { e: "skipped (coords_not_found)" } });
  });

  it("is written with sorted keys and read again as it was", () => {
    const state = createState(slide, "coverslip test", at(0));
    startTask(state, "segmentation", { message: "m", outputs: { contour_jpg: null } }, at(1));
    setMeta(state, { mpp: 0.25, mag: null });
    const text = stateText(state);
    expect(Object.keys(JSON.parse(text))).toEqual([...Object.keys(JSON.parse(text))].sort());
    expect(text.endsWith("}\n")).toBe(true);
    expect(readState(text)).toEqual(state);
    expect(state.meta).toEqual({ mpp: 0.25 });
  });

  it("of version 1 is upgraded, its events kept", () => {
    const old = {
      schema_version: 1,
      trident_version: "0.2.0",
      slide: { name: "slideA", ext: ".svs" },
      tasks: { coords: { status: "completed", message: "ok", attempts: [{ event: "started", at: "then" }] } },
      updated_at: "then",
    };
    const state = readState(JSON.stringify(old))!;
    finishTask(state, "segmentation", { status: "completed", message: "ok", outputs: {} }, at(1));
    const written = JSON.parse(stateText(state));
    expect(written.schema_version).toBe(2);
    expect(written.summary).toEqual({ coords: "completed", segmentation: "completed" });
    expect(written.resume).toMatchObject({ last_task: "segmentation", last_status: "completed" });
    expect(written.tasks.coords.attempts).toEqual([{ event: "started", at: "then" }]);
  });

  it("is nothing where the file is half written", () => {
    expect(readState('{"slide": {')).toBeUndefined();
    expect(readState("[]")).toBeUndefined();
  });
});

it("a state's name has TRIDENT's hash of the path", async () => {
  expect((await digest("SHA-1", "/abs/path/slideA.svs")).slice(0, 12)).toBe("a73882b91de3");
  expect((await digest("SHA-1", "slides/CMU-1-Small-Region.svs")).slice(0, 12)).toBe("8dcbf084b60a");
});

it("times are local, with an offset without a colon", () => {
  expect(stampOf(new Date())).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$/);
});
