import { digest, randomHex } from "#base";
import type { Folder } from "#storage";
import { stampOf } from "./clock.ts";
import { type FileChanger, withFileMutex } from "./file-mutex.ts";
import {
  coordsFolderName,
  extensionOf,
  featuresFolder,
  RUNS_FOLDER,
  STATES_FOLDER,
  STEP_FILES,
  SUMMARY_FILE,
  stemOf,
} from "./layout.ts";
import { readText } from "./read-text.ts";
import { appendSummary, finishRun, type RunManifest, runText } from "./run-file.ts";
import type { JobSettings, JobSlide, JobTask } from "./settings.ts";
import { UM_AT_1X } from "./slide-scale.ts";
import type { StepOutputs } from "./step.ts";
import { setLogLine } from "./step-log.ts";
import {
  createState,
  finishTask,
  listStates,
  readState,
  readStates,
  type StateOutput,
  setMeta,
  startTask,
  stateText,
  type TaskEvent,
  type WsiState,
} from "./wsi-state.ts";

/** Hexadecimal digits of a path's SHA-1 in a state file's name. */
const HASH_DIGITS = 12;

/** How a stage ended. */
export type JournalEvent = Omit<TaskEvent, "outputs"> & { readonly outputs: StepOutputs };

/** Writes down what a run does, in TRIDENT's files: states, logs, configs, the run and the summary. */
export class JobJournal {
  readonly #folder: Folder;
  readonly #settings: JobSettings;
  readonly #version: string;
  readonly #changer: FileChanger;
  readonly #now: () => Date;
  readonly #run: RunManifest;
  /** Names of the state files that were there when the run began, by stem. */
  readonly #stateNames = new Map<string, string[]>();
  readonly #statePaths = new Map<string, Promise<{ path: string; hash: string }>>();

  constructor(options: {
    folder: Folder;
    settings: JobSettings;
    version: string;
    changer: FileChanger;
    now: () => Date;
  }) {
    this.#folder = options.folder;
    this.#settings = options.settings;
    this.#version = options.version;
    this.#changer = options.changer;
    this.#now = options.now;
    this.#run = {
      run_id: randomHex(12),
      tool: options.settings.run?.tool ?? "coverslip",
      started_at: stampOf(options.now()),
      finished_at: null,
      status: "running",
      error: null,
      trident_version: options.version,
      host: options.changer.owner.hostname,
      pid: options.changer.owner.pid,
      job_dir: options.folder.name,
      args: options.settings.run?.args ?? argsOf(options.folder.name, options.settings),
    };
  }

  get runId(): string {
    return this.#run.run_id;
  }

  /** Notes the run and the settings of its stages. */
  async begin(slides: readonly Pick<JobSlide, "path">[]): Promise<void> {
    await this.#writeRun();
    // Once for all slides: there is a file for each.
    for (const name of await listStates(this.#folder)) {
      const stem = name.slice(0, name.lastIndexOf("__"));
      this.#stateNames.set(stem, [...(this.#stateNames.get(stem) ?? []), name]);
    }
    for (const task of this.#settings.tasks) {
      const [path, config] = configOf(task, this.#folder.name, this.#settings, slides);
      await this.#folder.write(path, JSON.stringify(config, undefined, 4));
    }
  }

  /** Notes how the run ended, and adds it to the summary. */
  async end(status: "completed" | "error", error: string | null): Promise<void> {
    finishRun(this.#run, status, error, this.#now());
    await this.#writeRun();
    const states = await readStates(this.#folder);
    await this.#change(SUMMARY_FILE, (before) => appendSummary(before, this.#run, states));
  }

  /** Opens an attempt at a stage. */
  async start(slide: JobSlide, taskName: string, message: string, outputs: StepOutputs): Promise<void> {
    await this.#changeState(slide, async (state) => {
      startTask(state, taskName, { message, outputs: await this.#look(outputs) }, this.#now());
    });
  }

  /** Closes it, and writes the slide's line in the stage's log. */
  async finish(
    slide: JobSlide,
    task: JobTask,
    taskName: string,
    event: JournalEvent,
    meta: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.#changeState(slide, async (state) => {
      setMeta(state, meta);
      finishTask(state, taskName, { ...event, outputs: await this.#look(event.outputs) }, this.#now());
    });
    // TRIDENT does not log that somebody else is at it.
    if (event.reason === "locked") return;
    await this.#change(logPath(task, this.#settings), (before) => setLogLine(before ?? "", slide.name, event.message));
  }

  async #changeState(slide: JobSlide, change: (state: WsiState) => Promise<void>): Promise<void> {
    let found = this.#statePaths.get(slide.path);
    if (!found) {
      found = this.#findState(slide);
      found.catch(() => this.#statePaths.delete(slide.path));
      this.#statePaths.set(slide.path, found);
    }
    const { path, hash } = await found;
    const facts = { name: stemOf(slide.name), extension: extensionOf(slide.name), path: slide.path, hash };
    // Another tab that only looks at the slide writes here, too.
    await this.#change(path, async (before) => {
      const state = (before && readState(before)) || createState(facts, this.#version, this.#now());
      state.trident_version = this.#version;
      await change(state);
      return stateText(state);
    });
  }

  /**
   * A slide's state file. TRIDENT names it by the path it was given, which from its command line is absolute and unknown here:
   * one whose path ends as ours does is gone on with.
   */
  async #findState(slide: JobSlide): Promise<{ path: string; hash: string }> {
    const stem = stemOf(slide.name);
    const hash = (await digest("SHA-1", slide.path)).slice(0, HASH_DIGITS);
    const own = `${STATES_FOLDER}/${stem}__${hash}.json`;
    if (await this.#folder.find(own)) return { path: own, hash };
    for (const name of this.#stateNames.get(stem) ?? []) {
      const path = `${STATES_FOLDER}/${name}`;
      const state = readState((await readText(this.#folder, path)) ?? "");
      const known = state?.slide.abs_path;
      if (typeof known === "string" && known.replaceAll("\\", "/").endsWith(`/${slide.path}`)) return { path, hash };
    }
    return { path: own, hash };
  }

  async #look(outputs: StepOutputs): Promise<Record<string, StateOutput | null>> {
    const looked: Record<string, StateOutput | null> = {};
    for (const [key, path] of Object.entries(outputs)) {
      const file = path === null ? undefined : await this.#folder.find(path);
      looked[key] =
        path === null
          ? null
          : { path: `${this.#folder.name}/${path}`, exists: file !== undefined, bytes: file?.size ?? null };
    }
    return looked;
  }

  #writeRun(): Promise<void> {
    return this.#folder.write(`${RUNS_FOLDER}/${this.#run.run_id}.json`, runText(this.#run));
  }

  /** Changes a file that others write to as well. */
  #change(path: string, change: (before: string | undefined) => string | Promise<string>): Promise<void> {
    return withFileMutex(this.#folder, path, this.#changer, async () => {
      await this.#folder.write(path, await change(await readText(this.#folder, path)));
    });
  }
}

function logPath(task: JobTask, settings: JobSettings): string {
  return STEP_FILES[task].log(coordsFolderName(settings.patches), settings.encoder?.card.id ?? "");
}

/** A stage's settings by TRIDENT's names, and where they are written. */
function configOf(
  task: JobTask,
  jobDir: string,
  settings: JobSettings,
  slides: readonly Pick<JobSlide, "path">[],
): [path: string, config: Record<string, unknown>] {
  const coordsFolder = coordsFolderName(settings.patches);
  const encoder = settings.encoder?.card.id ?? "";
  const { patches, segmentation, device = "auto" } = settings;
  const shared = {
    job_dir: jobDir,
    wsi_source: slides[0]?.path.split("/")[0],
    custom_mpp_keys: settings.mppKeys,
    ...settings.run?.config,
    skip_errors: settings.skipErrors ?? true,
  };
  const path = STEP_FILES[task].config(coordsFolder, encoder);
  if (task === "segmentation") {
    const { targetMagnification: magnification, holesAreTissue, segmenter } = segmentation;
    return [path, { ...shared, segmenter, seg_mag: magnification, holes_are_tissue: holesAreTissue, device: "cpu" }];
  }
  if (task === "coords") {
    const target =
      "mag" in patches.target
        ? { target_magnification: patches.target.mag }
        : { target_magnification: UM_AT_1X / patches.target.mpp, target_mpp: patches.target.mpp };
    const { patchSize, overlap, minTissueProportion } = patches;
    const config = {
      ...shared,
      ...target,
      patch_size: patchSize,
      overlap,
      saveto: coordsFolder,
      visualize: settings.visualize ?? true,
      min_tissue_proportion: minTissueProportion,
      dump_patches: false,
      dump_patches_max: 0,
      dump_patches_format: "png",
      dump_patches_jpeg_quality: 90,
    };
    return [path, config];
  }
  const saveTo = featuresFolder(coordsFolder, encoder);
  const { batchLimit } = settings;
  return [path, { ...shared, coords_dir: coordsFolder, device, saveas: "h5", batch_limit: batchLimit, saveto: saveTo }];
}

/** The options of `coverslip process` that these settings are. */
function argsOf(jobDir: string, { tasks, patches, segmentation, encoder, batchLimit, ...settings }: JobSettings) {
  return {
    job_dir: jobDir,
    task:
      tasks.length > 1
        ? "all"
        : { segmentation: "seg", coords: "coords", features: "feat" }[tasks[0] ?? "segmentation"],
    segmenter: segmentation.segmenter,
    remove_holes: !segmentation.holesAreTissue,
    ...("mag" in patches.target ? { mag: patches.target.mag } : { mpp: patches.target.mpp }),
    patch_size: patches.patchSize,
    overlap: patches.overlap,
    min_tissue_proportion: patches.minTissueProportion,
    coords_dir: patches.folder ?? null,
    patch_encoder: encoder?.card.id ?? null,
    feat_batch_size: batchLimit ?? null,
    device: settings.device ?? "auto",
    skip_errors: settings.skipErrors ?? true,
  };
}
