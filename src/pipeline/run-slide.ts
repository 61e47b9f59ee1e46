import { messageOf, toError } from "#base";
import type { Folder } from "#storage";
import { RowLogBusyError } from "#storage";
import type { JobEngines } from "./engines.ts";
import { LockLostError, MissingMppError, NamesakeError, OtherSlideError, PixelSizeError } from "./errors.ts";
import type { JobJournal, JournalEvent } from "./job-journal.ts";
import { coordsFolderName, stemOf, taskName } from "./layout.ts";
import type { Meter } from "./meter.ts";
import { clearDeadLock, isLocked, type LockHolder, type LockOptions, OutputLock } from "./output-lock.ts";
import type { JobSettings, JobSlide } from "./settings.ts";
import { changeSlideRecord, identityOf, isSameSlide, readSlideRecord, type SlideIdentity } from "./slide-record.ts";
import { getSlideScale } from "./slide-scale.ts";
import type { SlideState, StepNotice, StepReason } from "./slide-state.ts";
import type { SlideStates } from "./slide-states.ts";
import type { OpenedSlide, Step, StepContext, StepOutputs } from "./step.ts";

/** Reasons and notices that a person has to be told of, though nothing failed. */
const WARNING_REASONS: readonly (StepReason | null)[] = ["empty_geodataframe", "geojson_not_found", "coords_not_found"];
const WARNING_NOTICES: readonly StepNotice["kind"][] = ["no_tissue", "no_patches", "other_settings", "edited_contours"];

export interface SlideRun {
  readonly slide: JobSlide;
  /** Another slide of the job that has the same outputs. */
  readonly namesake: string | undefined;
  readonly steps: readonly Step[];
  readonly folder: Folder;
  readonly settings: JobSettings;
  readonly engines: JobEngines;
  readonly journal: JobJournal;
  readonly jobId: string;
  readonly lockOptions: LockOptions;
  readonly meter: Meter;
  readonly states: SlideStates;
  readonly signal: AbortSignal;
}

export type SlideRunResult =
  | { readonly kind: "ended" }
  /** Somebody else is at it: look again later. */
  | { readonly kind: "elsewhere" }
  | { readonly kind: "failed"; readonly error: unknown };

/** Does a slide's stages, one after the other. Only an abort is thrown. */
export async function runSlide(run: SlideRun): Promise<SlideRunResult> {
  const { slide, steps, states, signal } = run;
  const { path } = slide;
  const begin = performance.now();
  const opening = new SlideOpening(run);
  states.change(path, { status: "working" });
  let failure: { readonly error: unknown } | undefined;
  try {
    if (run.namesake) throw new NamesakeError(path, run.namesake);
    await opening.expect((await readSlideRecord(run.folder, stemOf(slide.name), path)).slide);
    for (const step of steps) {
      signal.throwIfAborted();
      states.change(path, { step: step.task });
      try {
        const holder = await runStep(run, step, opening);
        if (holder === "live") {
          states.change(path, { status: "waiting" });
          return { kind: "elsewhere" };
        }
        if (holder === "unknown") {
          states.change(path, { status: "locked" });
          return { kind: "ended" };
        }
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        // Stages after it find nothing to work with, and say so in their logs, as TRIDENT's do.
        failure ??= { error };
        if (!(error instanceof MissingMppError || error instanceof PixelSizeError)) continue;
        states.change(path, { status: "needs_mpp", error });
        return { kind: "ended" };
      }
    }
  } catch (error) {
    if (signal.aborted) {
      states.change(path, { status: "cancelled" });
      throw signal.reason;
    }
    failure ??= { error };
  } finally {
    await opening.close();
    states.change(path, { seconds: states.get(path).seconds + (performance.now() - begin) / 1000 });
  }
  if (failure) {
    const { error } = failure;
    states.change(path, { status: "failed", error: toError(error) });
    return { kind: "failed", error };
  }
  states.change(path, { status: isWarning(states.get(path), steps) ? "warning" : "done", error: undefined });
  return { kind: "ended" };
}

/** Looks what is to be done, locks the output, does it, and writes down how it went. */
async function runStep(run: SlideRun, step: Step, opening: SlideOpening): Promise<LockHolder | undefined> {
  const { slide, folder, settings, engines, journal, states, meter } = run;
  const { path } = slide;
  const { task } = step;
  const encoderId = settings.encoder?.card.id ?? "";
  const name = taskName(task, encoderId);
  const stem = stemOf(slide.name);
  /** Ends the step: the job is cancelled, or the lock is lost. */
  const stop = new AbortController();
  const onCancel = () => stop.abort(run.signal.reason);
  run.signal.addEventListener("abort", onCancel, { once: true });
  let lock: OutputLock | undefined;
  const notices: StepNotice[] = [];
  const note = (notice: StepNotice) => {
    // Of the same kind only the last is told.
    const same = notices.findIndex(({ kind }) => kind === notice.kind);
    if (same < 0) notices.push(notice);
    else notices[same] = notice;
    states.changeStep(path, task, { notices: [...notices] });
  };
  const context: StepContext = {
    folder,
    settings,
    engines,
    meter,
    stem,
    path,
    givenMpp: slide.mpp,
    coordsFolder: coordsFolderName(settings.patches),
    encoderId,
    jobId: run.jobId,
    record: await readSlideRecord(folder, stem, path),
    changeRecord: (change) =>
      changeSlideRecord(folder, { stem, path }, engines, (record) => {
        if (opening.identity) record.slide = opening.identity;
        change(record);
      }),
    open: () => opening.open(),
    signal: stop.signal,
    checkLock: async () => {
      stop.signal.throwIfAborted();
      await lock?.check();
    },
    report: (done, total) => states.changeStep(path, task, { done, total }),
    notice: note,
    count: (counts) => states.change(path, counts),
  };

  /** Writes down how the stage ended. */
  const finish = (event: JournalEvent) => journal.finish(slide, task, name, event, opening.meta);

  /** Looks what is there; true where nothing is left to do. */
  const isSettled = async (isLocked: boolean): Promise<boolean> => {
    const verdict = await step.inspect(context, isLocked);
    if (verdict.kind === "todo") {
      if (verdict.changed) note({ kind: "made_again", changed: verdict.changed });
      return false;
    }
    const { reason, message } = verdict;
    const outputs = verdict.kind === "done" ? step.outputs(context) : verdict.outputs;
    await finish({ status: "skipped", reason, message, outputs });
    for (const notice of verdict.kind === "done" ? verdict.notices : []) note(notice);
    states.changeStep(path, task, { status: "skipped", reason });
    return true;
  };

  const begin = performance.now();
  try {
    const output = step.lockedOutput(context);
    const wasLocked = await isLocked(folder, output);
    if (await isSettled(wasLocked)) {
      // Who died after the file was in its place left a lock that would have other programs pass it over.
      if (wasLocked) await clearDeadLock(folder, output, run.lockOptions);
      return undefined;
    }
    const taken = await OutputLock.take(folder, output, run.lockOptions);
    if (typeof taken === "string") {
      states.changeStep(path, task, { status: "skipped", reason: "locked" });
      if (taken === "live") return taken;
      const message = "Locked by another program; skipping.";
      const outputs = step.outputs(context);
      await finish({ status: "skipped", reason: "locked", message, outputs });
      return taken;
    }
    lock = taken;
    taken.lost.addEventListener("abort", () => stop.abort(taken.lost.reason));
    // Somebody may have finished it between the look and the lock.
    if (await isSettled(taken.tookOver)) return undefined;
    states.changeStep(path, task, { status: "running", reason: null });
    await journal.start(slide, name, RUNNING_MESSAGES[task], lockedOnly(step, context));
    const { reason = null, message } = await step.run(context);
    const outputs = step.outputs(context);
    await finish({ status: "completed", reason, message, outputs });
    states.changeStep(path, task, { status: "completed", reason });
    return undefined;
  } catch (error) {
    if (lock?.lost.aborted || error instanceof LockLostError || error instanceof RowLogBusyError) {
      states.changeStep(path, task, { status: "not_started", reason: "locked", done: 0, total: 0 });
      return "live";
    }
    await noteFailure(run, step, context, error, finish);
    throw error;
  } finally {
    run.signal.removeEventListener("abort", onCancel);
    const ms = performance.now() - begin;
    meter.add(task, ms);
    states.changeStep(path, task, { seconds: states.get(path).steps[task].seconds + ms / 1000 });
    await lock?.release();
  }
}

const RUNNING_MESSAGES = {
  segmentation: "Segmenting tissue...",
  coords: "Generating patch coords...",
  features: "Extracting patch features...",
} as const;

/** Writes a failed or cancelled stage down. What cannot be written any more must not hide why it failed. */
async function noteFailure(
  { slide, states, signal }: SlideRun,
  step: Step,
  context: StepContext,
  error: unknown,
  finish: (event: JournalEvent) => Promise<void>,
): Promise<void> {
  const text = messageOf(error);
  const outputs = lockedOnly(step, context);
  states.changeStep(slide.path, step.task, { status: signal.aborted ? "not_started" : "error", reason: null });
  try {
    if (signal.aborted) await finish({ status: "not_started", message: "Cancelled.", outputs });
    else await finish({ status: "error", message: `ERROR: ${text}`, outputs, error: text });
  } catch (second) {
    if (!(second instanceof Error)) throw second;
  }
}

/** What states record of a stage that has made nothing yet, as TRIDENT's do. */
function lockedOnly(step: Step, context: StepContext): StepOutputs {
  const locked = step.lockedOutput(context);
  return Object.fromEntries(Object.entries(step.outputs(context)).filter(([, path]) => path === locked));
}

function isWarning(state: SlideState, steps: readonly Step[]): boolean {
  return steps.some(({ task }) => {
    const { reason, notices } = state.steps[task];
    return WARNING_REASONS.includes(reason) || notices.some(({ kind }) => WARNING_NOTICES.includes(kind));
  });
}

/** A slide that is opened when a step first asks for it, once for all of them. */
class SlideOpening {
  readonly #run: SlideRun;
  #opened: Promise<OpenedSlide> | undefined;
  #expected: SlideIdentity | undefined;
  /** Once it has been opened. */
  identity: SlideIdentity | undefined;
  /** What states say of the slide, once it has been opened. */
  meta: Readonly<Record<string, unknown>> = {};

  constructor(run: SlideRun) {
    this.#run = run;
  }

  /**
   * The folder has results of this slide. Without opening it, as long as nothing speaks against it.
   * @throws {OtherSlideError}
   */
  async expect(identity: SlideIdentity | undefined): Promise<void> {
    this.#expected = identity;
    const { sizeBytes = identity?.sizeBytes } = this.#run.slide;
    if (sizeBytes === identity?.sizeBytes) return;
    await this.open().catch((error) => {
      // Whatever else is wrong with it is told where it is needed.
      if (error instanceof OtherSlideError) throw error;
    });
  }

  open(): Promise<OpenedSlide> {
    // One that failed fails again for the next step, without another try.
    this.#opened ??= this.#run.meter.time("opening", () => this.#open());
    return this.#opened;
  }

  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await opened?.slide.close();
  }

  async #open(): Promise<OpenedSlide> {
    const { slide: jobSlide, settings } = this.#run;
    const slide = await jobSlide.open();
    this.identity = identityOf(slide);
    if (this.#expected && !isSameSlide(this.#expected, this.identity)) {
      await slide.close();
      throw new OtherSlideError(jobSlide.path);
    }
    const { width, height, levels } = slide;
    const scale = getSlideScale(slide.properties, { given: jobSlide.mpp, furtherProperties: settings.mppKeys });
    this.meta = {
      dimensions: [width, height],
      mpp: scale?.mpp,
      mag: scale?.magnification,
      level_count: levels.length,
    };
    if (scale) return { slide, scale };
    await slide.close();
    throw new MissingMppError(jobSlide.name);
  }
}
