import { messageOf, toError } from "#base";
import { type Folder, FolderPermissionError, FolderVanishedError, StorageFullError } from "#storage";
import { checkJobSettings } from "./check-settings.ts";
import { createJobEngines } from "./create-engines.ts";
import { EncoderHolder } from "./encoder-holder.ts";
import type { JobEngines } from "./engines.ts";
import { estimateProgress } from "./estimate-progress.ts";
import { type JobFile, keepJobFile } from "./job-file.ts";
import { JobJournal } from "./job-journal.ts";
import { stemOf } from "./layout.ts";
import { Meter } from "./meter.ts";
import { pause } from "./pause.ts";
import type { JobOutcome, JobProgress } from "./progress.ts";
import { runSlide, type SlideRunResult } from "./run-slide.ts";
import type { JobSettings, JobSlide, JobTask } from "./settings.ts";
import type { SlideState } from "./slide-state.ts";
import { createSlideState, SlideStates } from "./slide-states.ts";
import type { Step } from "./step.ts";
import { encodePatches } from "./steps/encode-patches.ts";
import { extractCoords } from "./steps/extract-coords.ts";
import { segmentTissue } from "./steps/segment-tissue.ts";
import { TOOL_VERSION } from "./version.ts";

/** How long to wait before looking again at slides that others are at work on. */
const REVISIT_MS = 1500;
/** The stages in the order they depend on each other. */
const TASK_ORDER: readonly JobTask[] = ["segmentation", "coords", "features"];
const DEFAULT_STALE_HOURS = 24;

/**
 * Finds tissue, cuts patches and embeds them, for a list of slides, into a folder of TRIDENT's layout.
 * A job keeps nothing that the folder (and, for features half done, the browser's private file system) does not: after a
 * closed tab a new one with the same folder and settings goes on where this one was. Several tabs or programs
 * may run on one folder; each slide's stage is done by one of them.
 */
export class Job {
  readonly settings: JobSettings;
  readonly #folder: Folder;
  readonly #engines: Promise<JobEngines>;
  readonly #jobSlides: Map<string, JobSlide>;
  /** By path: an earlier slide of another folder whose outputs would have the same names. */
  readonly #namesakes: ReadonlyMap<string, string>;
  readonly #states: SlideStates;
  readonly #listeners = new Set<() => void>();
  /** Paths that still wait in this run, in order. */
  #queue: string[] = [];
  #meter = new Meter();
  #holder: EncoderHolder | undefined;
  #isRunning = false;
  /** Pixel sizes were given that the folder does not know yet. */
  #hasNewAnswers = false;
  #progress: JobProgress | undefined;

  /** @throws {JobSettingsError} */
  constructor(folder: Folder, slides: readonly JobSlide[], settings: JobSettings, engines: Partial<JobEngines> = {}) {
    checkJobSettings(settings);
    this.settings = settings;
    this.#folder = folder;
    this.#jobSlides = new Map(withOwnPaths(slides).map((slide) => [slide.path, slide]));
    this.#namesakes = findNamesakes(this.#jobSlides.values());
    this.#states = new SlideStates([...this.#jobSlides.values()].map(createSlideState), () => this.#changed());
    this.#engines = createJobEngines(engines);
    // Heard of when the job runs.
    this.#engines.catch(() => {});
  }

  /** Every slide as it stands now; a new array after each change. */
  get slides(): readonly SlideState[] {
    return this.#states.all;
  }

  /** A new object after each change. */
  get progress(): JobProgress {
    this.#progress ??= estimateProgress(this.#states.all, this.settings.tasks, this.#meter, this.#holder?.encoder);
    return this.#progress;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Calls back after each change of `slides` or `progress`. Returns how to stop. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Says how large a slide's pixels are; it goes on within the run, or in the next one. The folder keeps the answer. */
  giveMpp(path: string, mpp: number): void {
    const slide = this.#jobSlides.get(path);
    if (!slide) throw new RangeError(`no slide ${path} in this job`);
    if (!(mpp > 0 && Number.isFinite(mpp))) throw new RangeError(`${mpp} µm per pixel`);
    this.#jobSlides.set(path, { ...slide, mpp });
    this.#hasNewAnswers = true;
    this.retry(path);
  }

  /** Has a slide's turn come again: in the run under way, after those that wait, or in the next one. */
  retry(path: string): void {
    const state = this.#states.get(path);
    if (state.status === "working" || state.status === "waiting") return;
    this.#states.set(path, createSlideState(this.#jobSlides.get(path)!));
    if (this.#isRunning) this.#queue.push(path);
  }

  /**
   * Does what is still to be done. May be run again: what is done is passed over, what failed is tried again.
   * Resolves in every case; how it ended is in the outcome. One run at a time.
   * @param options.onlyWaiting - slides alone that have not had their turn, or were given another by `retry` or `giveMpp`;
   * the others stand as they are.
   */
  async run(options: { readonly signal?: AbortSignal; readonly onlyWaiting?: boolean } = {}): Promise<JobOutcome> {
    if (this.#isRunning) throw new TypeError("this job is running already");
    this.#isRunning = true;
    this.#meter = new Meter();
    const signal = options.signal ?? new AbortController().signal;
    this.#queue = [...this.#jobSlides.keys()].filter(
      (path) => !options.onlyWaiting || this.#states.get(path).status === "waiting",
    );
    for (const path of this.#queue) this.#states.set(path, createSlideState(this.#jobSlides.get(path)!));
    let journal: JobJournal | undefined;
    let error: unknown;
    try {
      const engines = await this.#engines;
      const { id, slides } = await this.#keepJobFile(engines);
      for (const { path, mpp } of slides) {
        const slide = this.#jobSlides.get(path)!;
        if (slide.mpp === undefined && mpp !== undefined) this.#jobSlides.set(path, { ...slide, mpp });
      }
      journal = new JobJournal({
        folder: this.#folder,
        settings: this.settings,
        version: TOOL_VERSION,
        changer: engines,
        now: engines.now,
      });
      await journal.begin(slides);
      await this.#runSlides(engines, journal, id, signal);
    } catch (thrown) {
      error = thrown;
    }
    await this.#holder?.close();
    this.#holder = undefined;
    const isCancelled = signal.aborted && (error === undefined || error === signal.reason);
    if (isCancelled) error = undefined;
    try {
      // TRIDENT's runs know no other word for one that was stopped.
      if (isCancelled) await journal?.end("error", "cancelled");
      else if (error !== undefined) await journal?.end("error", messageOf(error));
      else await journal?.end("completed", null);
    } catch (thrown) {
      // A folder that cannot be written any more is why it ended, most likely; the first error is the telling one.
      error ??= thrown;
    }
    this.#isRunning = false;
    // Given another turn while the run was ending.
    if (!isCancelled && error === undefined && this.#queue.length > 0) return this.run({ signal, onlyWaiting: true });
    for (const state of this.#states.all) {
      if (state.status === "waiting" || state.status === "working")
        this.#states.change(state.path, { status: "cancelled" });
    }
    this.#changed();
    return this.#outcome(journal?.runId ?? "", isCancelled, error);
  }

  async #runSlides(engines: JobEngines, journal: JobJournal, jobId: string, signal: AbortSignal): Promise<void> {
    const steps = this.#steps(engines);
    const lockOptions = {
      owner: engines.owner,
      scope: jobId,
      originLocks: engines.originLocks,
      staleHours: this.settings.staleLockHours ?? DEFAULT_STALE_HOURS,
    };
    /** Slides that somebody else was at when this run came to them. */
    let elsewhere: string[] = [];
    while (this.#queue.length > 0 || elsewhere.length > 0) {
      signal.throwIfAborted();
      if (this.#queue.length === 0) {
        await pause(REVISIT_MS, signal);
        this.#queue = elsewhere;
        elsewhere = [];
      }
      if (this.#hasNewAnswers) await this.#keepJobFile(engines);
      const path = this.#queue.shift()!;
      const slide = this.#jobSlides.get(path)!;
      const result: SlideRunResult = await runSlide({
        slide,
        namesake: this.#namesakes.get(path),
        steps,
        folder: this.#folder,
        settings: this.settings,
        engines,
        journal,
        jobId,
        lockOptions,
        meter: this.#meter,
        states: this.#states,
        signal,
      });
      if (result.kind === "elsewhere") elsewhere.push(path);
      if (result.kind === "failed" && (isForTheWholeJob(result.error) || this.settings.skipErrors === false)) {
        throw result.error;
      }
    }
  }

  #keepJobFile(engines: JobEngines): Promise<JobFile> {
    this.#hasNewAnswers = false;
    return keepJobFile(this.#folder, { settings: this.settings, slides: [...this.#jobSlides.values()] }, engines);
  }

  #steps(engines: JobEngines): Step[] {
    const steps: Record<JobTask, () => Step> = {
      segmentation: () => segmentTissue,
      coords: () => extractCoords,
      features: () => {
        this.#holder = new EncoderHolder(engines, this.settings.encoder!, this.settings);
        return encodePatches(this.#holder);
      },
    };
    return TASK_ORDER.filter((task) => this.settings.tasks.includes(task)).map((task) => steps[task]());
  }

  #outcome(runId: string, isCancelled: boolean, error: unknown): JobOutcome {
    const paths = (...statuses: SlideState["status"][]) =>
      this.#states.all.filter(({ status }) => statuses.includes(status)).map(({ path }) => path);
    return {
      status: error !== undefined ? "error" : isCancelled ? "cancelled" : "completed",
      error: error === undefined ? undefined : toError(error),
      runId,
      done: paths("done"),
      warned: paths("warning"),
      failed: paths("failed"),
      needMpp: paths("needs_mpp"),
      locked: paths("locked"),
      cancelled: paths("cancelled"),
      progress: this.progress,
    };
  }

  #changed(): void {
    this.#progress = undefined;
    for (const listener of this.#listeners) listener();
  }
}

/** Files dropped one by one have no folder to tell them apart: the second "a.svs" is "a.svs (2)". */
function withOwnPaths(slides: readonly JobSlide[]): JobSlide[] {
  const times = new Map<string, number>();
  return slides.map((slide) => {
    const time = (times.get(slide.path) ?? 0) + 1;
    times.set(slide.path, time);
    return time === 1 ? slide : { ...slide, path: `${slide.path} (${time})` };
  });
}

/** Of slides whose outputs have the same names, the path of the first, by the path of each other. */
function findNamesakes(slides: Iterable<JobSlide>): Map<string, string> {
  const firsts = new Map<string, string>();
  const namesakes = new Map<string, string>();
  for (const { name, path } of slides) {
    const stem = stemOf(name);
    const first = firsts.get(stem);
    if (first === undefined) firsts.set(stem, path);
    else namesakes.set(path, first);
  }
  return namesakes;
}

/** No other slide would fare better. */
function isForTheWholeJob(error: unknown): boolean {
  return (
    error instanceof StorageFullError || error instanceof FolderPermissionError || error instanceof FolderVanishedError
  );
}
