import { randomHex } from "#base";
import type { JobOutcome, JobSettings, JobSlide } from "#pipeline";
import type { Folder } from "#storage";
import { analysisWords } from "../analysis-words.ts";
import type { LastJob } from "../opening/kept.ts";
import { choicesOf, patchSettings, segmentationSettings } from "../stores/choices.ts";
import { canRetry, hasRest, isRunning } from "../stores/job.ts";
import { betterSpeed, chosenModel, speedKey } from "../stores/models.ts";
import { showJob } from "../stores/show-tab.ts";
import { findByPath, pathOf, type SlideEntry } from "../stores/slides.ts";
import { tissueOf } from "../stores/tissue.ts";
import type { RunnableJob } from "./engine-contract.ts";
import { nowAndThen } from "./now-and-then.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";
import type { PlaceKeeping } from "./place.ts";

/** Often enough to watch, seldom enough to cost the job nothing. */
const TELL_EVERY_MS = 200;

/**
 * Runs the chain over slides of the rail, one job at a time, and goes on with one that was left.
 * @param onDone - the place of results may hold something new: of a job that ended, or since another was chosen.
 */
export function createJobs(parts: AnalysisParts, place: PlaceKeeping, onDone: (job?: RunnableJob) => void) {
  const { library, session, kept, slides, chrome, settings, choices, tissue, models, job: store } = parts;
  let running: { readonly job: RunnableJob; readonly abort: AbortController } | undefined;
  let latest: RunnableJob | undefined;
  /** Under which a job is kept: the one that was offered, else this page's own. */
  let keptId = randomHex(16);
  /** Until its last words are kept. */
  let theRun: Promise<void> = Promise.resolve();
  /** Another try at what failed before there was a job to go on with. */
  let beginAgain: (() => Promise<void>) | undefined;

  const entries = () => slides.getState().entries;

  function toJobSlide({ id, folder, name, input, sizeBytes }: SlideEntry): JobSlide {
    const { mpp } = tissueOf(tissue.getState(), id);
    return {
      name,
      path: pathOf({ folder, name }),
      open: () => library.openSlide(input),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(mpp === undefined ? {} : { mpp }),
    };
  }

  function settingsNow(): JobSettings {
    const now = choices.getState();
    const encoder = chosenModel(models.getState(), now.encoder);
    return {
      tasks: ["segmentation", "coords", "features"],
      segmentation: segmentationSettings(now),
      patches: patchSettings(now),
      device: now.device,
      ...(encoder ? { encoder } : {}),
    };
  }

  /** While a job is held, no other tab offers it. One that another tab has gone on with meanwhile stays that tab's. */
  async function holdKept(): Promise<() => void> {
    const letGo = await kept.holdJob(keptId);
    if (letGo) return letGo;
    keptId = randomHex(16);
    return holdKept();
  }

  /** @param ids - slides of the rail, in this order. */
  async function start(ids: readonly string[]): Promise<void> {
    const chosen = entries().filter(({ id }) => ids.includes(id));
    await run(chosen, settingsNow());
  }

  async function run(chosen: readonly SlideEntry[], settings: JobSettings): Promise<void> {
    if (isRunning(store.getState()) || chosen.length === 0) return;
    if (chosen.length > 1) showJob(parts);
    store.setState({ unfinished: undefined, awaited: [], slides: [], progress: undefined });
    await asTheRun(async (folder) => {
      await kept.saveJob({
        id: keptId,
        begunAt: Date.now(),
        folder: place.handle,
        settings,
        slides: chosen.map(({ id, name, folder: inFolder, origin }) => ({
          name,
          folder: inFolder,
          origin,
          mpp: tissueOf(tissue.getState(), id).mpp,
        })),
      });
      const engine = await parts.engine();
      latest = engine.createJob(folder, chosen.map(toJobSlide), settings);
      await work(latest);
    });
  }

  /** Begins a run, one at a time. Must follow a press: the browser may ask whether it may write to the folder. */
  async function asTheRun(begin: (folder: Folder) => Promise<void>): Promise<void> {
    if (isRunning(store.getState())) return;
    theRun = beginAndHold(begin);
    await theRun;
  }

  async function beginAndHold(begin: (folder: Folder) => Promise<void>): Promise<void> {
    beginAgain = () => asTheRun(begin);
    store.setState({ phase: "starting", outcome: undefined, failure: undefined });
    let letGo: (() => void) | undefined;
    try {
      const folder = await place.write();
      letGo = await holdKept();
      beginAgain = undefined;
      await begin(folder);
    } catch (error) {
      store.setState({ phase: "ended", failure: await failureOf(parts, error, store.getState().place.name) });
    } finally {
      letGo?.();
    }
  }

  async function work(job: RunnableJob, { onlyWaiting = false } = {}): Promise<void> {
    const abort = new AbortController();
    running = { job, abort };
    const tell = () => {
      store.setState({ slides: job.slides, progress: job.progress });
      noteSpeed(job);
    };
    const stopTelling = nowAndThen(job, TELL_EVERY_MS, tell);
    store.setState({ phase: "working" });
    tell();
    try {
      const outcome = await job.run({ signal: abort.signal, onlyWaiting });
      const failure = await whyStopped(job, outcome);
      // Cancelled or stopped, it is offered again at the next visit.
      if (outcome.status === "completed" && !hasRest(outcome)) await kept.forgetJob(keptId);
      store.setState({ phase: "ended", outcome, failure });
    } finally {
      stopTelling();
      tell();
      running = undefined;
      onDone(job);
    }
  }

  /** Why the whole job stopped; of a single slide, why that failed: nobody looks for it in a table of one. */
  async function whyStopped({ slides: [first, second] }: RunnableJob, outcome: JobOutcome) {
    if (outcome.status === "error") return failureOf(parts, outcome.error, store.getState().place.name);
    if (!first?.error || second) return undefined;
    const entry = findByPath(entries(), first.path);
    return failureOf(parts, first.error, first.name, entry?.sizeBytes);
  }

  /** For the estimate of the next run: over the whole of this one, since a moment may be far off. */
  function noteSpeed({ settings: { encoder: model }, progress: { encoder, patches, seconds } }: RunnableJob): void {
    if (!encoder || !model) return;
    const key = speedKey(model, encoder.device);
    const { speeds } = models.getState();
    const speed = betterSpeed(speeds[key], patches, seconds.waitingForPatches + seconds.waitingForModel);
    if (speed && speed !== speeds[key]) models.setState({ speeds: { ...speeds, [key]: speed } });
  }

  /** Has slides of this page's job done again, and no others; what of them is done is passed over. */
  async function again(paths: readonly string[]): Promise<void> {
    const job = latest;
    if (!job) return;
    for (const path of paths) job.retry(path);
    // While the job is at work they have their turn in this run, and after that in another.
    if (!job.isRunning) await theRun;
    if (job.slides.some(({ status }) => status === "waiting")) await asTheRun(() => work(job, { onlyWaiting: true }));
  }

  /** A job that was under way when the page was left is offered, not started. */
  async function lookForUnfinished(): Promise<void> {
    const [left] = await kept.unfinishedJobs();
    if (!left || isRunning(store.getState())) return;
    keptId = left.id;
    place.use(left.folder);
    // In sight once, whatever was looked at before.
    const { panelOpen, panelTab } = settings.getState();
    if (!panelOpen || panelTab !== "analyse") showJob(parts);
    chrome.setState({ sheet: "half", sheetTab: "analyse" });
    store.setState({ unfinished: { names: left.slides.map(({ name }) => name) } });
  }

  /** Must follow a press: the browser may ask for files and folder again. */
  async function goOn(): Promise<void> {
    const left = (await kept.unfinishedJobs()).find(({ id }) => id === keptId);
    if (!left) {
      // Another tab has gone on with what was offered, or has forgotten it.
      store.setState({ unfinished: undefined, awaited: [] });
      if (isRunning(store.getState())) return;
      return again(store.getState().slides.map(({ path }) => path));
    }
    await reopen(left.slides);
    const found = left.slides.map((slide) => findByPath(entries(), pathOf(slide)));
    const missing = left.slides.filter((_, index) => !found[index]).map(({ name }) => name);
    if (missing.length > 0) {
      // Where the offer still stands once they are open.
      showJob(parts);
      return store.setState({ awaited: missing });
    }
    choices.getState().set(choicesOf(left.settings.patches, left.settings.segmentation));
    const chosen = found.filter((entry) => entry !== undefined);
    for (const [index, { id }] of chosen.entries()) {
      const { mpp } = left.slides[index]!;
      // What was said since counts more.
      if (mpp !== undefined && tissueOf(tissue.getState(), id).mpp === undefined) tissue.getState().giveMpp(id, mpp);
    }
    await run(chosen, left.settings);
  }

  async function reopen(wanted: LastJob["slides"]): Promise<void> {
    const missing = () => wanted.filter((slide) => !findByPath(entries(), pathOf(slide)));
    if (missing().length === 0) return;
    const last = await session.lastSession();
    if (last) await session.resume(last.session);
    for (const slide of missing()) if (slide.origin.kind !== "none") await session.openRecent(slide);
  }

  /** Results go elsewhere from now on. What ran here before is of the old place, and cannot be retried into this one. */
  function changePlace(handle: FileSystemDirectoryHandle | undefined): void {
    place.use(handle);
    latest = undefined;
    beginAgain = undefined;
    store.setState({ phase: "nothing", slides: [], progress: undefined, outcome: undefined, failure: undefined });
  }

  /**
   * Takes a folder for results, and looks into it for a job of ours or of Python TRIDENT.
   * @param isNew - it may be empty; else that is a mistake to be told.
   */
  async function openFolder(handle: FileSystemDirectoryHandle, { isNew }: { isNew: boolean }): Promise<void> {
    // A job may have begun while the browser's dialogue was open.
    if (isRunning(store.getState())) return;
    changePlace(handle);
    try {
      const folder = await place.read();
      if (!folder) return;
      const held = await (await parts.engine()).readJobFolder(folder);
      const features = new Set(held.coordsFolders.flatMap(({ encoders }) => encoders.flatMap((one) => one.slides)));
      const coords = held.coordsFolders.flatMap((one) => one.slides);
      if (held.slides.length === 0 && coords.length === 0) {
        if (!isNew) {
          beginAgain = () => openFolder(handle, { isNew });
          store.setState({ failure: noJob(folder) });
        }
        return onDone();
      }
      const contours = held.slides.filter((slide) => slide.hasContours).length;
      store.setState({ held: { slides: held.slides.length, contours, features: features.size } });
      if (held.settings) choices.getState().set(choicesOf(held.settings.patches, held.settings.segmentation));
    } catch (error) {
      beginAgain = () => openFolder(handle, { isNew });
      store.setState({ failure: await failureOf(parts, error, handle.name) });
    }
    onDone();
  }

  const leaving = (event: BeforeUnloadEvent) => {
    if (isRunning(store.getState())) event.preventDefault();
  };
  addEventListener("beforeunload", leaving);

  return {
    start,
    cancel() {
      if (!running) return;
      store.setState({ phase: "cancelling" });
      running.abort.abort();
    },
    retry: (path: string) => again([path]),
    retryFailed: () =>
      again(
        store
          .getState()
          .slides.filter(canRetry)
          .map(({ path }) => path),
      ),
    lookForUnfinished,
    goOn,
    async forgetUnfinished() {
      const letGo = await kept.holdJob(keptId);
      if (letGo) await kept.forgetJob(keptId);
      letGo?.();
      store.setState({ unfinished: undefined, awaited: [] });
    },
    /** A pixel size that was given while the job runs reaches it, where the slide is one of its. */
    giveMpp(entry: Pick<SlideEntry, "folder" | "name">, mpp: number) {
      const path = pathOf(entry);
      if (latest?.slides.some((slide) => slide.path === path)) latest.giveMpp(path, mpp);
    },
    openFolder,
    /** Results go into the browser's own storage again. */
    useBrowserStorage() {
      if (!isRunning(store.getState())) changePlace(undefined);
    },
    /** What failed is done again: a look into the folder, or the run. */
    tryAgain: () => (beginAgain ?? goOn)(),
    stop() {
      removeEventListener("beforeunload", leaving);
      running?.abort.abort();
    },
  };
}

function noJob({ name }: Folder) {
  return {
    ...analysisWords.failures.noJob(name),
    details: { name: "NoJob", message: `no contours, patches or features in ${name}` },
  };
}
