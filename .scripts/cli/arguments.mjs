// @ts-check
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";

/** The command was used wrongly: exit code 2, as TRIDENT's. */
export class UsageError extends Error {}

/**
 * What `coverslip process` was asked for. Names are those of TRIDENT's `run_batch_of_slides`, whose defaults hold
 * except for the models, of which TRIDENT's cannot come along.
 * @typedef {{
 *   wsi_dir: string, job_dir: string, task: "seg" | "coords" | "feat" | "all",
 *   gpu: number, gpus?: number[],
 *   mag: number, patch_size: number, overlap: number, min_tissue_proportion: number, coords_dir?: string,
 *   segmenter: "otsu", remove_holes: boolean, patch_encoder: string, patch_encoder_ckpt_path?: string,
 *   skip_errors: boolean, clear_dead_locks: boolean, dead_lock_max_age_hours: number,
 *   max_workers?: number, batch_size?: number, feat_batch_size?: number,
 *   wsi_ext?: string[], custom_mpp_keys?: string[], custom_list_of_wsis?: string, search_nested: boolean,
 *   reader_type?: "openslide",
 * }} ProcessOptions
 */

/** The built-in encoder's name on the command line; anything else is a model file. */
export const BUILT_IN = "built-in";

/** Options that TRIDENT has and Coverslip cannot follow: silence would give other results than asked for. */
const NOT_HERE = [
  ["--remove_artifacts", "needs GrandQC's artifact model, which is not part of Coverslip"],
  ["--remove_penmarks", "needs GrandQC's artifact model, which is not part of Coverslip"],
  ["--slide_encoder <name>", "slide encoders are not part of Coverslip yet: run TRIDENT's on the features"],
  ["--dump_patches", "patches as pictures are not part of Coverslip yet"],
  ["--dump_patches_max <count>", "patches as pictures are not part of Coverslip yet"],
  ["--dump_patches_format <format>", "patches as pictures are not part of Coverslip yet"],
  ["--dump_patches_jpeg_quality <quality>", "patches as pictures are not part of Coverslip yet"],
  ["--patch_encoder_img_size <pixels>", "a model's input size stands in its card"],
];
/** Options of TRIDENT that change nothing here: a tab reads slides where they lie, and Otsu has no threshold to set. */
const WITHOUT_EFFECT = [
  ["--wsi_cache <folder>", "slides are read where they lie"],
  ["--cache_batch_size <count>", "slides are read where they lie"],
  ["--seg_conf_thresh <share>", "the Otsu segmenter has none"],
  ["--seg_batch_size <count>", "the Otsu segmenter works tile by tile"],
];

/**
 * @typedef {{ command: "process", options: ProcessOptions, notes: string[] }
 *   | { command: "demo", options: { job_dir: string, gpu: number } }
 *   | { command: "help", text: string }} Asked
 */

/**
 * Reads a command line. @throws {UsageError} where it makes no sense.
 * @param {readonly string[]} args without node and the script
 * @param {{ version: string }} facts
 * @returns {Asked}
 */
export function readArguments(args, { version }) {
  /** @type {Asked | undefined} */
  let asked;
  let shown = "";
  const program = new Command("coverslip")
    .description("Whole-slide images analysed on this machine, in the app's own page without a window.")
    .version(version);
  const processing = program
    .command("process")
    .description("Tissue, patches and features of a folder of slides, in TRIDENT's files.");
  for (const option of processOptions()) processing.addOption(option);
  processing.action((/** @type {Record<string, any>} */ given) => {
    const refused = NOT_HERE.find(([flags = ""]) => given[nameOf(flags)] !== undefined);
    if (refused) throw new UsageError(`--${nameOf(refused[0] ?? "")}: ${refused[1]}.`);
    const notes = WITHOUT_EFFECT.filter(([flags = ""]) => given[nameOf(flags)] !== undefined).map(
      ([flags = "", why]) => `--${nameOf(flags)} has no effect: ${why}.`,
    );
    if (given.overlap >= given.patch_size) {
      throw new UsageError(`--overlap ${given.overlap}: less than --patch_size ${given.patch_size} is needed.`);
    }
    asked = { command: "process", options: /** @type {ProcessOptions} */ (given), notes };
  });
  program
    .command("demo")
    .description("The sample slide from tissue to similarity, into a folder to look at.")
    .addOption(new Option("--job_dir <folder>", "where the results go").argParser(place).default("./coverslip-demo"))
    .addOption(gpuOption())
    .action((options) => {
      asked = { command: "demo", options };
    });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeOut: (text) => (shown += text), writeErr: () => {} });
  }
  try {
    program.parse(args.length > 0 ? args : ["--help"], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { command: "help", text: shown };
    throw new UsageError(error.message.replace(/^error: /, ""));
  }
  if (!asked) throw new Error(`no command took ${args.join(" ")}`);
  return asked;
}

/** @param {string} flags */
function nameOf(flags) {
  return flags.replace(/^--/, "").replace(/ .*/, "");
}

function gpuOption() {
  return new Option("--gpu <index>", "-1 computes on the processor").argParser(integer).default(0);
}

function processOptions() {
  return [
    new Option("--wsi_dir <folder>", "folder of slides").argParser(place).makeOptionMandatory(),
    new Option("--job_dir <folder>", "folder of the job, begun by Coverslip or by TRIDENT")
      .argParser(place)
      .makeOptionMandatory(),
    new Option("--task <task>", "what to do").choices(["seg", "coords", "feat", "all"]).default("seg"),
    gpuOption(),
    new Option("--gpus <index...>", "as --gpu; the first counts").argParser(integers),
    new Option("--segmenter <name>", "how tissue is found").choices(["otsu"]).default("otsu"),
    new Option("--remove_holes", "holes in the tissue are no tissue").default(false),
    new Option("--mag <magnification>", "magnification of the patches").argParser(positive).default(20),
    new Option("--patch_size <pixels>", "side of a patch at that magnification").argParser(count).default(512),
    new Option("--overlap <pixels>", "overlap of neighbours at that magnification").argParser(natural).default(0),
    new Option("--min_tissue_proportion <share>", "least share of tissue in a patch").argParser(share).default(0),
    new Option("--coords_dir <name>", "folder of coords and features inside the job folder").argParser(folderName),
    new Option("--patch_encoder <name>", `"${BUILT_IN}", or the name for a model of your own`).default(BUILT_IN),
    new Option("--patch_encoder_ckpt_path <file>", "a patch encoder as ONNX file, its card (.json) beside it"),
    new Option(
      "--skip_errors",
      "as TRIDENT's; here other slides go on in any case, and the exit code tells of the failed",
    ).default(false),
    new Option(
      "--clear_dead_locks",
      "take over locks that nobody holds any more: of a process of this machine that is gone, or too old",
    ).default(false),
    new Option("--dead_lock_max_age_hours <hours>", "age at which a lock of another machine is dead")
      .argParser(positive)
      .default(24),
    new Option("--max_workers <count>", "threads that read slides").argParser(count),
    new Option("--batch_size <count>", "patches a batch at most").argParser(count),
    new Option("--feat_batch_size <count>", "the same, for features only").argParser(count),
    new Option("--wsi_ext <extension...>", "only slides with these extensions").argParser(extensions),
    new Option("--custom_mpp_keys <property...>", "properties that hold the pixel size"),
    new Option("--custom_list_of_wsis <file>", "CSV with a column wsi, and mpp if you like"),
    new Option("--search_nested", "look into folders in the folder").default(false),
    new Option("--reader_type <name>", "who reads the slides").choices(["openslide"]),
    ...[...NOT_HERE, ...WITHOUT_EFFECT].map(([flags = ""]) => new Option(flags).hideHelp()),
  ];
}

/** @param {string} text @param {(value: number) => boolean} fits @param {string} wanted */
function number(text, fits, wanted) {
  const value = Number(text);
  if (text.trim() === "" || !fits(value)) throw new InvalidArgumentError(`${wanted} is needed.`);
  return value;
}

/** @param {string} text */
const integer = (text) => number(text, Number.isInteger, "A whole number");
/** @param {string} text */
const natural = (text) => number(text, (value) => Number.isInteger(value) && value >= 0, "A whole number from 0");
/** @param {string} text */
const count = (text) => number(text, (value) => Number.isInteger(value) && value > 0, "A whole number above 0");
/** @param {string} text */
const positive = (text) => number(text, (value) => Number.isFinite(value) && value > 0, "A number above 0");
/** @param {string} text */
const share = (text) => number(text, (value) => value >= 0 && value <= 1, "A number from 0 to 1");
/** @param {string} text */
function place(text) {
  if (text === "") throw new InvalidArgumentError("A path is needed.");
  return text;
}

/**
 * As src/pipeline/check-settings.ts has it, said again since this is read before anything is built: a test compares them.
 * @param {string} text
 */
function folderName(text) {
  if (!/^(?!\.{1,2}$)[^/\\]+$/.test(text)) throw new InvalidArgumentError("The name of one folder is needed.");
  return text;
}

/** @param {string} text @param {number[]} [before] */
const integers = (text, before = []) => [...before, integer(text)];

/**
 * Extensions in lower case with their dot, however they are written: ".SVS,tiff", "*.svs".
 * @param {string} text @param {string[]} [before]
 */
function extensions(text, before = []) {
  const found = text.split(",").flatMap(
    (one) =>
      one
        .trim()
        .replace(/^\*?\.?/, "")
        .toLowerCase() || [],
  );
  if (found.length === 0 || found.some((one) => /[*?/\\]/.test(one))) {
    throw new InvalidArgumentError("An extension such as .svs is needed.");
  }
  return [...before, ...found.map((one) => `.${one}`)];
}
