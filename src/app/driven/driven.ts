import { BUILT_IN_ENCODER, type EncoderModel, inspectModel, openModelShelf, readCard, suggestCard } from "#models";
import {
  Job,
  type JobOutcome,
  type JobSettings,
  JobSettingsError,
  type JobSlide,
  type LockMaker,
  type SlideState,
} from "#pipeline";
import {
  type FoundFile,
  findSlides,
  openSlide,
  pathsOf,
  type Slide,
  type SlideCandidate,
  SlidePool,
  UnsupportedFormatError,
} from "#slide";
import { openHttpFolder } from "#storage";
import { explainAnalysis } from "../analysis/explain-analysis.ts";
import { nowAndThen } from "../analysis/now-and-then.ts";
import { analysisWords } from "../analysis-words.ts";
import { SAMPLE_ADDRESS } from "../opening/address.ts";
import { segmentationSettings } from "../stores/choices.ts";
import { slideNumber } from "../stores/job.ts";
import type { Driven, DrivenOutcome, DrivenProgress, DrivenRequest, SlideWord } from "./request.ts";
import { writeSimilarityPicture } from "./similarity-picture.ts";

/** The page as the command line drives it: the same engine as behind the panels, with no panel. */

/** Lines of progress a second. */
const TELL_EVERY_MS = 250;

/** Makes the page drivable. What to read comes through two file inputs, since only they take paths of this machine. */
export function startDriven(): void {
  const slides = addInput("driven-slides");
  const models = addInput("driven-model");
  const cancelling = new AbortController();
  const driven: Driven = {
    async process(request) {
      try {
        return await process(request, [...slides.files!], [...models.files!], cancelling.signal);
      } catch (error) {
        if (cancelling.signal.aborted) return { ...NOTHING, status: "cancelled" };
        return { ...NOTHING, status: "error", stopped: sentence(error, "") };
      }
    },
    cancel: () => cancelling.abort(),
  };
  globalThis.coverslipDriven = driven;
}

const NOTHING = { total: 0, done: [], warned: [], lacking: [], failed: [], locked: [], patches: 0 } as const;

function addInput(id: string): HTMLInputElement {
  const input = document.createElement("input");
  input.type = "file";
  input.id = id;
  input.multiple = true;
  input.hidden = true;
  document.body.append(input);
  return input;
}

async function process(
  request: DrivenRequest,
  slideFiles: readonly File[],
  modelFiles: readonly File[],
  signal: AbortSignal,
): Promise<DrivenOutcome> {
  const folder = openHttpFolder(new URL(request.job, location.href));
  const pool = new SlidePool(request.workers ? { workers: request.workers } : {});
  const slides = await listSlides(request, slideFiles, (input) => openSlide(input, { pool }));
  signal.throwIfAborted();
  if (slides.length === 0) return { ...NOTHING, status: "error", stopped: noSlides(request) };
  const encoder = request.tasks.includes("features") ? await chooseEncoder(request, modelFiles) : undefined;
  const settings: JobSettings = {
    tasks: request.tasks,
    segmentation: segmentationSettings(request),
    patches: request.patches,
    encoder,
    device: request.device,
    batchLimit: request.batchLimit,
    mppKeys: request.mppKeys,
    staleLockHours: request.deadLocksOlderThanHours,
    run: { tool: "coverslip process", args: request.arguments },
  };
  const owner = { ...request.owner, isRunning: (maker: LockMaker) => globalThis.coverslipIsRunning(maker) };
  const job = new Job(folder, slides, settings, { owner });
  const stopTelling = nowAndThen(job, TELL_EVERY_MS, () => globalThis.coverslipProgress?.(describe(job)));
  try {
    const outcome = await job.run({ signal });
    const { patches, similarTo: at } = request;
    if (at && encoder) {
      for (const { name, path, open } of slides) {
        if (outcome.done.includes(path)) {
          await writeSimilarityPicture({ folder, name, open, patches, encoderId: encoder.card.id, at });
        }
      }
    }
    return summary(job.slides, outcome);
  } finally {
    stopTelling();
    pool.terminate();
  }
}

type Open = (input: Parameters<typeof openSlide>[0]) => Promise<Slide>;

async function listSlides({ slides, input }: DrivenRequest, files: readonly File[], open: Open): Promise<JobSlide[]> {
  if (slides.kind === "sample") {
    const address = new URL(SAMPLE_ADDRESS, location.href);
    const name = address.pathname.split("/").at(-1)!;
    return [{ name, path: `sample/${name}`, open: () => open(address) }];
  }
  const found = filesOf(input, files);
  const candidates = (await findSlides(found)).map((candidate) => ({ candidate, names: namesOf(candidate) }));
  const listed = slides.list && new Map(slides.list.map(({ path, mpp }) => [path, mpp]));
  const jobSlides: JobSlide[] = candidates
    .filter(({ candidate, names }) => {
      if (listed) return names.some((name) => listed.has(name));
      if (!slides.nested && names[0]!.includes("/")) return false;
      return slides.extensions?.some((extension) => candidate.name.toLowerCase().endsWith(extension)) ?? true;
    })
    .map(({ candidate, names }) => ({
      name: candidate.name,
      path: candidate.path,
      sizeBytes: candidate.sizeBytes,
      open: () => open(candidate.files),
      mpp: names.map((name) => listed?.get(name)).find((mpp) => mpp !== undefined),
    }));
  // Whatever else was listed is tried all the same, so that it is said why it is no slide.
  const taken = new Set(candidates.flatMap(({ names }) => names));
  for (const [below, mpp] of listed ?? []) {
    if (taken.has(below)) continue;
    const name = below.split("/").at(-1)!;
    const path = `${input?.folder}/${below}`;
    const openAlone = async () => {
      const alone = found.find((one) => one.path === path);
      if (!alone) throw new UnsupportedFormatError(name);
      return open(alone.file);
    };
    jobSlides.push({ name, path, open: openAlone, mpp });
  }
  return jobSlides;
}

function noSlides({ input }: DrivenRequest): string {
  return analysisWords.driven.noSlides(input?.folder ?? "");
}

function filesOf(input: DrivenRequest["input"], files: readonly File[]): FoundFile[] {
  const paths = input?.paths ?? [];
  if (paths.length !== files.length) throw new RangeError(`${files.length} files; expected ${paths.length}`);
  return files.map((file, index) => ({ path: `${input!.folder}/${paths[index]}`, file }));
}

/** Slides of these kinds have companions that are no slides themselves; else all files are one series' equals. */
const HAS_COMPANIONS = /\.(?:mrxs|vms|vmu|tiff?)$/i;

/** What a list may call a slide, below the folder that was given: its path, that of another file of its series, a folder it is in. */
function namesOf(candidate: SlideCandidate): string[] {
  const { path } = candidate;
  const series = HAS_COMPANIONS.test(path) ? [] : pathsOf(candidate);
  const parts = belowFolder(path).split("/");
  const folders = parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
  return [...new Set([path, ...series].map(belowFolder)), ...folders];
}

/** The path without the folder that was given. */
function belowFolder(path: string): string {
  return path.slice(path.indexOf("/") + 1);
}

/** The built-in encoder, or the model in the input, put on the shelf of this browser profile. */
async function chooseEncoder({ encoderName }: DrivenRequest, files: readonly File[]): Promise<EncoderModel> {
  const [model, ...beside] = files;
  if (!model) return BUILT_IN_ENCODER;
  const cardFile = beside.find(({ name }) => name.endsWith(".json"));
  const external = beside.filter((file) => file !== cardFile);
  const card = cardFile
    ? readCard(await cardFile.text())
    : suggestCard(await inspectModel(model, external), encoderName ?? model.name);
  const shelf = await openModelShelf();
  return shelf.add(model, card, { external });
}

function describe({ progress }: Job): DrivenProgress {
  const { current, encoder } = progress;
  return {
    fraction: progress.fraction,
    slide: slideNumber(progress),
    slides: progress.total,
    name: current?.name,
    step: current && (current.isElsewhere ? analysisWords.run.elsewhere : analysisWords.run.steps[current.step]),
    done: current?.done ?? 0,
    total: current?.total ?? 0,
    patchesPerSecond: progress.patchesPerSecond,
    secondsLeft: progress.secondsLeft,
    slowest: progress.slowest && analysisWords.run.slowest[progress.slowest],
    device: encoder && analysisWords.driven.devices[encoder.device],
  };
}

function summary(slides: readonly SlideState[], outcome: JobOutcome): DrivenOutcome {
  const speak = (status: SlideState["status"], what: (slide: SlideState) => string, among = slides): SlideWord[] =>
    among.filter((slide) => slide.status === status).map((slide) => ({ path: slide.path, what: what(slide) }));
  const lacking = slides.filter(lackOf);
  const others = slides.filter((slide) => !lacking.includes(slide));
  return {
    status: outcome.status,
    stopped: outcome.error && sentence(outcome.error, ""),
    total: slides.length,
    done: outcome.done,
    warned: speak("warning", (slide) => warnings(slide).join(" "), others),
    lacking: speak(
      "warning",
      (slide) => [...warnings(slide), analysisWords.driven.lacks[lackOf(slide)!]].join(" "),
      lacking,
    ),
    failed: [
      ...speak("failed", ({ error, name }) => sentence(error, name)),
      ...speak("needs_mpp", () => analysisWords.driven.needsMpp),
    ],
    locked: speak("locked", () => analysisWords.job.locked),
    patches: outcome.progress.patches,
  };
}

function warnings({ steps }: SlideState): string[] {
  const notices = Object.values(steps).flatMap((step) => step.notices);
  // Found by an earlier run, which this one goes by.
  const isEmpty = Object.values(steps).some(({ reason }) => reason === "empty_geodataframe");
  if (isEmpty && !notices.some(({ kind }) => kind === "no_tissue")) notices.push({ kind: "no_tissue" });
  return notices.map(analysisWords.job.notice);
}

/** What the slide's stages need and the folder does not hold; a slide without tissue lacks nothing. */
function lackOf({ status, steps }: SlideState): "geojson_not_found" | "coords_not_found" | undefined {
  const reasons = Object.values(steps).map(({ reason }) => reason);
  if (status !== "warning" || reasons.includes("empty_geodataframe")) return undefined;
  return (["geojson_not_found", "coords_not_found"] as const).find((reason) => reasons.includes(reason));
}

function sentence(error: unknown, name: string): string {
  const { what, why, details } = explainAnalysis(error, { name });
  const option = error instanceof JobSettingsError ? analysisWords.driven.options[error.field] : undefined;
  return `${option ? `${option}: ` : ""}${what} ${why} (${details.name}: ${details.message})`;
}
