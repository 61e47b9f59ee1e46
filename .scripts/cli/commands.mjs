// @ts-check
import { existsSync, statSync } from "node:fs";
import { extname, resolve } from "node:path";
import { BUILT_IN, UsageError } from "./arguments.mjs";
import { drive } from "./drive.mjs";
import { readSlideList } from "./slide-list.mjs";
import { StatusLine } from "./status-line.mjs";

/** @typedef {import("./arguments.mjs").ProcessOptions} ProcessOptions */
/** @typedef {import("../../src/app/driven/request.ts").DrivenOutcome} DrivenOutcome */
/** @typedef {import("../../src/app/driven/request.ts").DrivenRequest} DrivenRequest */
/** @typedef {import("../../src/app/driven/request.ts").DrivenTask} DrivenTask */

/** @type {Record<ProcessOptions["task"], DrivenTask[]>} */
const TASKS = {
  seg: ["segmentation"],
  coords: ["coords"],
  feat: ["features"],
  all: ["segmentation", "coords", "features"],
};

/** What ends a run early, and the exit code then: 128 and the signal's number, as shells say it. */
const STOPPED = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };
/** npx passes Ctrl+C on to a program that the terminal has told already: within this time it is the same one. */
const SAME_CTRL_C_MS = 500;

/** In the middle of the sample slide's lymphoid cluster. */
const LYMPHOID_PLACE = { x: 16_640, y: 12_288 };

/**
 * @param {{ options: ProcessOptions, notes: string[] }} asked
 * @returns {Promise<number>} the exit code
 */
export async function runProcess({ options, notes }) {
  if (!isFolder(options.wsi_dir)) throw new UsageError(`--wsi_dir ${options.wsi_dir}: there is no such folder.`);
  for (const note of notes) console.error(note);
  const list = options.custom_list_of_wsis ? readSlideList(options.custom_list_of_wsis, options.wsi_dir) : undefined;
  return run({
    jobDir: options.job_dir,
    slidesDir: resolve(options.wsi_dir),
    models: modelFiles(options),
    request: {
      slides: {
        kind: "folder",
        nested: options.search_nested,
        extensions: options.wsi_ext,
        list,
      },
      tasks: TASKS[options.task],
      holesAreTissue: !options.remove_holes,
      patches: {
        target: { mag: options.mag },
        patchSize: options.patch_size,
        overlap: options.overlap,
        minTissueProportion: options.min_tissue_proportion,
        folder: options.coords_dir,
      },
      encoderName: options.patch_encoder === BUILT_IN ? undefined : options.patch_encoder,
      device: (options.gpus?.[0] ?? options.gpu) < 0 ? "wasm" : "auto",
      batchLimit: options.feat_batch_size ?? options.batch_size,
      workers: options.max_workers,
      mppKeys: options.custom_mpp_keys,
      deadLocksOlderThanHours: options.clear_dead_locks ? options.dead_lock_max_age_hours : undefined,
      arguments: { ...options },
    },
  });
}

/**
 * @param {{ job_dir: string, gpu: number }} options
 * @returns {Promise<number>} the exit code
 */
export function runDemo({ job_dir: jobDir, gpu }) {
  return run({
    jobDir,
    request: {
      slides: { kind: "sample" },
      tasks: TASKS.all,
      holesAreTissue: false,
      patches: { target: { mag: 20 }, patchSize: 256, overlap: 0, minTissueProportion: 0.5 },
      device: gpu < 0 ? "wasm" : "auto",
      similarTo: LYMPHOID_PLACE,
      arguments: { job_dir: jobDir, gpu },
    },
  });
}

/**
 * @param {{ jobDir: string, slidesDir?: string, models?: string[], request: Omit<DrivenRequest, "job" | "input" | "owner"> }} work
 * @returns {Promise<number>}
 */
async function run({ jobDir, slidesDir, models, request }) {
  const line = new StatusLine(process.stdout);
  const cancelling = new AbortController();
  let stoppedAt = 0;
  let stoppedCode = 0;
  /** @param {NodeJS.Signals} name */
  const stop = (name) => {
    const code = STOPPED[/** @type {keyof typeof STOPPED} */ (name)];
    if (cancelling.signal.aborted) {
      if (performance.now() - stoppedAt < SAME_CTRL_C_MS) return;
      // A second Ctrl+C does not wait.
      process.exit(code);
    }
    stoppedAt = performance.now();
    stoppedCode = code;
    line.say("Stopping; what is done is kept. Ctrl+C again ends at once.");
    cancelling.abort();
  };
  for (const name of Object.keys(STOPPED)) process.on(name, stop);
  try {
    const outcome = await drive({
      jobDir,
      slidesDir,
      models,
      request,
      signal: cancelling.signal,
      onProgress: (progress) => line.show(progress),
      onNote: (note) => line.say(note),
    });
    line.end();
    const code = conclude(outcome, jobDir);
    return outcome.status === "cancelled" ? stoppedCode : code;
  } finally {
    line.end();
    for (const name of Object.keys(STOPPED)) process.off(name, stop);
  }
}

/**
 * Says how it ended, slide by slide where a slide needs a word.
 * @param {DrivenOutcome} outcome @param {string} jobDir
 */
function conclude(outcome, jobDir) {
  const { done, warned, lacking, locked, failed } = outcome;
  for (const { path, what } of [...warned, ...lacking, ...locked]) console.log(`${path}: ${what}`);
  for (const { path, what } of failed) console.error(`FAILED ${path}: ${what}`);
  const counts = [
    `${done.length + warned.length} of ${outcome.total} slides done`,
    `${failed.length} failed`,
    ...(lacking.length > 0 ? [`${lacking.length} lacking an earlier stage`] : []),
    `${outcome.patches} patches embedded`,
  ];
  if (outcome.total > 0) console.log(`${counts.join(", ")}: ${resolve(jobDir)}`);
  if (outcome.stopped) console.error(`The run ended early: ${outcome.stopped}`);
  return outcome.status === "error" || failed.length > 0 ? 1 : 0;
}

/**
 * The model's file, the card beside it and weights in files of their own.
 * @param {ProcessOptions} options
 * @returns {string[] | undefined}
 */
function modelFiles({ patch_encoder: name, patch_encoder_ckpt_path: path }) {
  if (!path) {
    if (name === BUILT_IN) return undefined;
    throw new UsageError(
      `--patch_encoder ${name}: give its ONNX file with --patch_encoder_ckpt_path, or leave both out for the built-in encoder.`,
    );
  }
  if (!existsSync(path)) throw new UsageError(`--patch_encoder_ckpt_path ${path}: there is no such file.`);
  const stem = path.slice(0, path.length - extname(path).length);
  const beside = [`${stem}.json`, `${path}.json`, `${path}.data`, `${path}_data`, `${stem}.data`];
  return [path, ...beside.filter((file) => existsSync(file))].map((file) => resolve(file));
}

/** @param {string} path */
function isFolder(path) {
  return existsSync(path) && statSync(path).isDirectory();
}
