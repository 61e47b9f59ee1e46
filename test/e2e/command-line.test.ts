import { type ChildProcess, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { REPOSITORY } from "../support/page-build.ts";
import { TINY_CARD, tinyModel } from "../support/tiny-models.ts";
import { drawTissueTiff } from "../support/tissue-tiff.ts";

/** `coverslip process`, as a shell runs it. */

const SCRIPT = join(REPOSITORY, ".scripts/coverslip.mjs");
const COORDS_FOLDER = "20x_256px_0px_overlap";
const FEATURES = `${COORDS_FOLDER}/features_scattering-he-v1`;
const FEATURES_TASK = "patch_features:scattering-he-v1";
const TIMEOUT_MS = 240_000;

let work: string;
let slides: string;
const running = new Set<ChildProcess>();

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), "coverslip-cli-"));
  slides = join(work, "slides");
  mkdirSync(slides);
});

afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true, maxRetries: 5 });
});

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string }>;
}

function start(...args: string[]): Run {
  // Vite takes its settings for tests where this is set.
  const { VITEST: _, ...env } = process.env;
  const child = spawn(process.execPath, [SCRIPT, ...args], { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    child.on("close", (code) => {
      running.delete(child);
      done({ code, output });
    }),
  );
  return { child, ended };
}

const processSlides = (job: string, ...more: string[]) =>
  start(
    "process",
    ..."--wsi_dir slides --task all --mag 20 --patch_size 256 --gpu -1 --job_dir".split(" "),
    job,
    ...more,
  );

const addSlide = (name: string, options: Parameters<typeof drawTissueTiff>[0] = {}) =>
  writeFileSync(join(slides, name), drawTissueTiff(options));

const features = (job: string, stem: string) => readFileSync(join(work, job, FEATURES, `${stem}.h5`));

/** Numbers of all processes that a process has started, and those have, on Linux. */
function descendants(pid: number): number[] {
  const children = readdirSync("/proc").filter((name) => {
    try {
      // The name before it, in brackets, may hold anything.
      return readFileSync(`/proc/${name}/stat`, "utf8")
        .replace(/.*\) \S /s, "")
        .startsWith(`${pid} `);
    } catch {
      return false;
    }
  });
  return children.flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGTERM");
  } catch {
    // It has ended with one before it.
  }
}

interface Attempt {
  readonly result: string;
  readonly duration_s: number | null;
}

/** By slide and task, each time that it was begun, as TRIDENT's state files say. */
function attempts(job: string): Record<string, readonly Attempt[]> {
  const folder = join(work, job, "wsi_states");
  const found: Record<string, readonly Attempt[]> = {};
  if (!existsSync(folder)) return found;
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".json"))) {
    const { slide, tasks } = JSON.parse(readFileSync(join(folder, file), "utf8"));
    for (const [task, { attempts }] of Object.entries<{ attempts: Attempt[] }>(tasks)) {
      found[`${slide.name} ${task}`] = attempts;
    }
  }
  return found;
}

const lastFeatures = (job: string, stem: string) => attempts(job)[`${stem} ${FEATURES_TASK}`]?.at(-1);

describe("coverslip demo", { timeout: TIMEOUT_MS }, () => {
  test("takes the sample slide from tissue to a picture of similarity", async () => {
    const demo = await start("demo", "--gpu", "-1").ended;
    expect(demo).toMatchObject({
      code: 0,
      output: expect.stringMatching(/1 of 1 slides done, 0 failed, \d{3} patches/),
    });
    const job = join(work, "coverslip-demo");
    for (const file of [
      "contours/coverslip-sample.jpg",
      "contours_geojson/coverslip-sample.geojson",
      `${FEATURES}/coverslip-sample.h5`,
      "similarity/coverslip-sample.png",
    ]) {
      expect(existsSync(join(job, file)), file).toBe(true);
    }
  });
});

describe("coverslip process", { timeout: TIMEOUT_MS }, () => {
  test("does what it can, and its exit code and last lines name what failed", async () => {
    addSlide("good.tiff");
    addSlide("blank.tiff", { radius: 0 });
    addSlide("no-scale.tiff", { hasScale: false });
    writeFileSync(join(slides, "text.svs"), "this is no slide");
    const first = await processSlides("job").ended;
    expect(first.output).toMatch(/slides\/blank\.tiff: No tissue was found\./);
    expect(first.output).toMatch(/FAILED slides\/text\.svs: .*no slide format recognises/);
    expect(first.output).toMatch(/FAILED slides\/no-scale\.tiff: it does not say how large its pixels are/);
    expect(first.output).toMatch(/2 of 4 slides done, 2 failed, \d+ patches embedded/);
    expect(first.code).toBe(1);
    for (const file of [
      "contours/good.jpg",
      "contours_geojson/good.geojson",
      "thumbnails/good.jpg",
      `${COORDS_FOLDER}/patches/good_patches.h5`,
      `${COORDS_FOLDER}/visualization/good.jpg`,
      `${FEATURES}/good.h5`,
      "summary.md",
      "contours_geojson/blank.geojson",
    ]) {
      expect(existsSync(join(work, "job", file)), file).toBe(true);
    }

    writeFileSync(join(slides, "notes.txt"), "nor is this");
    writeFileSync(join(work, "list.csv"), "wsi,mpp\nno-scale.tiff,0.5\nnotes.txt,\n");
    const listed = await processSlides("job", "--custom_list_of_wsis", "list.csv").ended;
    expect(listed.output).toMatch(/FAILED slides\/notes\.txt: /);
    expect(listed.output).toMatch(/1 of 2 slides done, 1 failed/);
    expect(listed.code).toBe(1);
    expect(features("job", "no-scale").length).toBeGreaterThan(0);
  });

  test("says of a folder without a slide that none was found in it", async () => {
    writeFileSync(join(slides, "a.txt"), "no slide, and alone");
    expect(await processSlides("job").ended).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^The run ended early: no slides were found in slides\.$/m),
    });
  });

  test("does nothing twice", async () => {
    addSlide("a.tiff");
    expect((await processSlides("job").ended).code).toBe(0);
    const before = features("job", "a");
    const again = await processSlides("job").ended;
    expect(again).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 of 1 slides done, 0 failed, 0 patches"),
    });
    expect(features("job", "a").equals(before)).toBe(true);
  });

  test("two at once on one folder share the slides, and make the same files as one alone", async () => {
    for (const name of ["a", "b", "c", "d"]) addSlide(`${name}.tiff`, { radius: 600 });
    expect((await processSlides("alone/job").ended).code).toBe(0);
    const both = [processSlides("shared/job"), processSlides("shared/job")];
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });
    for (const [task, begun] of Object.entries(attempts("shared/job"))) {
      expect(begun, task).toMatchObject([{ result: "completed" }]);
    }
    expect(Object.keys(attempts("shared/job"))).toHaveLength(12);
    for (const name of ["a", "b", "c", "d"]) {
      expect(features("shared/job", name).equals(features("alone/job", name)), name).toBe(true);
    }
  });

  test("killed in the middle and given again, it ends with the bytes of a run left alone", async () => {
    addSlide("a.tiff", { width: 4096, height: 4096, radius: 1900 });
    expect((await processSlides("calm/job").ended).code).toBe(0);
    const embeddingMs = lastFeatures("calm/job", "a")!.duration_s! * 1000;
    const killed = processSlides("killed/job");
    const isEmbedding = () => lastFeatures("killed/job", "a")?.result === "running";
    await expect.poll(isEmbedding, { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
    // At a random moment of its first half: a busy machine may have made the calm run the slower one.
    await new Promise((done) => setTimeout(done, (Math.random() * embeddingMs) / 2));
    killed.child.kill("SIGKILL");
    await killed.ended;
    expect(isEmbedding()).toBe(true);
    expect(existsSync(join(work, "killed/job", FEATURES, "a.h5"))).toBe(false);
    const resumed = await processSlides("killed/job").ended;
    expect(resumed.output).toMatch(/1 of 1 slides done/);
    expect(resumed.code).toBe(0);
    expect(features("killed/job", "a").equals(features("calm/job", "a"))).toBe(true);
  });

  test("SIGTERM stops it as Ctrl+C does: while it starts, and in the middle with nothing left locked", async () => {
    addSlide("a.tiff", { width: 4096, height: 4096, radius: 1900 });
    const early = processSlides("early");
    await expect.poll(() => existsSync(join(work, "early")), { timeout: TIMEOUT_MS, interval: 5 }).toBe(true);
    early.child.kill("SIGINT");
    const { code, output } = await early.ended;
    expect(code).toBe(130);
    expect(output).toContain("Stopping;");
    expect(output).not.toContain("0 of 0 slides");

    const late = processSlides("late");
    const isEmbedding = () => lastFeatures("late", "a")?.result === "running";
    await expect.poll(isEmbedding, { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
    late.child.kill("SIGTERM");
    expect(await late.ended).toMatchObject({
      code: 143,
      output: expect.stringMatching(/0 of 1 slides done, 0 failed/),
    });
    const left = readdirSync(join(work, "late"), { recursive: true }).map(String);
    expect(left.filter((file) => file.includes(".lock"))).toEqual([]);
    const [run] = left.filter((file) => /^runs.*\.json$/.test(file));
    expect(readFileSync(join(work, "late", run!), "utf8")).toContain('"cancelled"');
  });

  test("stopped together with its browser, as systemd stops a service, it leaves nothing locked", async () => {
    addSlide("a.tiff", { width: 4096, height: 4096, radius: 1900 });
    const stopped = processSlides("job");
    const isEmbedding = () => lastFeatures("job", "a")?.result === "running";
    await expect.poll(isEmbedding, { timeout: TIMEOUT_MS, interval: 20 }).toBe(true);
    for (const pid of [stopped.child.pid!, ...descendants(stopped.child.pid!)]) endProcess(pid);
    expect(await stopped.ended).toMatchObject({ code: 143, output: expect.stringContaining("Stopping;") });
    const left = readdirSync(join(work, "job"), { recursive: true }).map(String);
    expect(left.filter((file) => file.includes(".lock"))).toEqual([]);
    expect(await processSlides("job").ended).toMatchObject({
      code: 0,
      output: expect.stringContaining("1 of 1 slides done, 0 failed"),
    });
  });

  test("sees slides behind links, by any path that a list gives, and says what a stage lacks", async () => {
    addSlide("a\\b.tiff", { radius: 300 });
    mkdirSync(join(work, "store/deep"), { recursive: true });
    for (const name of ["c", "deep/d"])
      writeFileSync(join(work, `store/${name}.tiff`), drawTissueTiff({ radius: 300 }));
    symlinkSync(join(work, "store/c.tiff"), join(slides, "linked.tiff"));
    symlinkSync(join(work, "store"), join(slides, "more"));
    symlinkSync(slides, join(work, "way"));
    const task = (name: string) =>
      start(..."process --gpu -1 --patch_size 256 --job_dir job --wsi_dir way --task".split(" "), name);
    const lacking = await task("feat").ended;
    expect(lacking.output).toMatch(
      /way\/linked\.tiff: no patches have been cut with these settings yet: run --task coords/,
    );
    expect(lacking.output).toMatch(/0 of 2 slides done, 0 failed, 2 lacking an earlier stage, 0 patches/);
    // Nobody reads what this one says, as behind `| head`.
    const unread = task("seg");
    unread.child.stdout!.destroy();
    expect(await unread.ended).toEqual({ code: 0, output: "" });
    expect(existsSync(join(work, "job/contours_geojson/a\\b.geojson"))).toBe(true);

    writeFileSync(join(work, "list.csv"), `wsi\n./linked.tiff\n${join(slides, "more//deep/d.tiff")}\nmore/c.tiff\n`);
    const listed = await processSlides("listed", "--task", "seg", "--custom_list_of_wsis", "list.csv").ended;
    expect(listed.output).toMatch(/3 of 3 slides done, 0 failed/);
  });

  test("a lock of a process of this machine that is gone is left to it, and taken over when asked", async () => {
    addSlide("a.tiff", { radius: 300 });
    mkdirSync(join(work, "job/contours"), { recursive: true });
    // As TRIDENT writes it. No process has this number: Linux ends at 2^22.
    const lock = { pid: 99_999_999, hostname: hostname(), created_at: Date.now() / 1000 };
    writeFileSync(join(work, "job/contours/a.jpg.lock"), JSON.stringify(lock));
    const left = await processSlides("job", "--task", "seg").ended;
    expect(left.output).toMatch(/slides\/a\.tiff: Another tab or program has this slide\.[^\n]*\n0 of 1 slides done/);
    const cleared = await processSlides("job", "--task", "seg", "--clear_dead_locks").ended;
    expect(cleared.output).toMatch(/1 of 1 slides done, 0 failed/);
    expect(existsSync(join(work, "job/contours/a.jpg.lock"))).toBe(false);
  });

  test("takes an ONNX file of one's own with its card, and says what is wrong with one", async () => {
    addSlide("a.tiff", { radius: 300 });
    writeFileSync(join(work, "tiny.onnx"), tinyModel());
    writeFileSync(join(work, "tiny.json"), JSON.stringify(TINY_CARD));
    const own = await processSlides("job", "--patch_encoder", "tiny", "--patch_encoder_ckpt_path", "tiny.onnx").ended;
    expect(own).toMatchObject({ code: 0, output: expect.stringContaining("1 of 1 slides done") });
    expect(existsSync(join(work, "job", COORDS_FOLDER, "features_tiny/a.h5"))).toBe(true);

    writeFileSync(join(work, "broken.onnx"), "no model at all");
    const broken = await processSlides("job", "--patch_encoder_ckpt_path", "broken.onnx").ended;
    expect(broken.output).toMatch(/broken\.onnx.*ModelLoadError/);
    expect(broken.code).toBe(1);
  });

  test("used wrongly it says how, ends with 2 and writes nothing", async () => {
    const missing = await start("process", "--wsi_dir", "nowhere", "--job_dir", "job").ended;
    expect(missing).toMatchObject({
      code: 2,
      output: expect.stringContaining("--wsi_dir nowhere: there is no such folder"),
    });
    const unknown = await start("process", "--wsi_dir", "slides", "--job_dir", "job", "--segmenter", "hest").ended;
    expect(unknown).toMatchObject({ code: 2, output: expect.stringContaining("--segmenter") });
    const outside = await processSlides("job", "--coords_dir", "../x").ended;
    expect(outside).toMatchObject({ code: 2, output: expect.stringContaining("name of one folder is needed") });
    expect(existsSync(join(work, "job"))).toBe(false);
    writeFileSync(join(work, "job"), "");
    expect(await processSlides("job").ended).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^coverslip: --job_dir job: a file is in its place\. [^\n]*\n$/),
    });
  });
});
