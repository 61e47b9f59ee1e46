import type { EncoderModel } from "#models";
import type { PatchSettings } from "#pipeline";
import type { Folder } from "#storage";
import { fitScoreScale } from "#viewer";
import { patchSettings } from "../stores/choices.ts";
import type { Place } from "../stores/job.ts";
import { chosenModel } from "../stores/models.ts";
import { type FeaturesName, NO_RESULTS, type ResultsState } from "../stores/results.ts";
import { activeEntry, paintedSlide, pathOf } from "../stores/slides.ts";
import { NOTHING, WORKING } from "../stores/step.ts";
import type { Comparer, Engine, RunnableJob } from "./engine-contract.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";

/** How many like patches are shown as pictures. */
const NEAREST = 12;

/** A file of features as it was when it was read. */
interface FeaturesFile extends FeaturesName {
  readonly place: Place;
  readonly size: number;
  readonly lastModified: number;
}

/** The features of the shown slide, and what is like a patch of it. */
export function createResults(parts: AnalysisParts, place: () => Promise<Folder | undefined>) {
  const { slides, results } = parts;
  let reads = 0;
  let choosing = 0;
  let comparer: Comparer | undefined;
  /** The file whose features the comparer holds. */
  let shown: FeaturesFile | undefined;

  /** What is being compared is about another slide, or about other features. */
  function drop(): void {
    choosing++;
    comparer?.close();
    comparer = undefined;
    shown = undefined;
  }

  /** What is still being read is, too. */
  function leave(): void {
    reads++;
    drop();
  }

  /** Nothing is shown but the names of what there is. */
  function showNone(change: Partial<ResultsState> = {}): void {
    drop();
    results.setState({ ...NO_RESULTS, ...change });
  }

  /** Looks into the folder for features of the shown slide, and reads them. `wanted` first, else what was shown before. */
  function load(wanted?: FeaturesName): Promise<void> {
    return look(() => wanted);
  }

  /** The same after a job: what it made of the shown slide comes first. */
  function loadMade({ settings, slides: made }: Pick<RunnableJob, "settings" | "slides">): Promise<void> {
    const entry = activeEntry(slides.getState());
    const isOfIt = entry && made.some(({ path }) => path === pathOf(entry));
    return look((engine) => (isOfIt ? nameOf(engine, settings.patches, settings.encoder) : undefined));
  }

  async function look(want: (engine: Engine) => Partial<FeaturesName> | undefined): Promise<void> {
    const read = ++reads;
    const isStale = () => read !== reads;
    const entry = activeEntry(slides.getState());
    const slide = paintedSlide(slides.getState());
    if (!entry || !slide) return showNone();
    try {
      const { place: where } = parts.job.getState();
      const folder = await place();
      if (isStale()) return;
      if (!folder) return showNone();
      const engine = await parts.engine();
      const areItsOwn = await engine.hasResultsOf(folder, slide);
      if (isStale()) return;
      if (!areItsOwn) return showNone();
      const coordsFolders = await engine.readCoordsFolders(folder);
      const stem = engine.stemOf(entry.name);
      const names = coordsFolders.flatMap((coords) =>
        coords.encoders
          .filter(({ slides: stems }) => stems.includes(stem))
          .map(({ id }) => ({ coordsFolder: coords.name, encoder: id })),
      );
      if (isStale()) return;
      const name = firstOf(names, [want(engine), results.getState().name, nameOfChoices(engine)]);
      if (!name) return showNone({ names });
      const found = await engine.findFeatures(folder, name.coordsFolder, name.encoder, stem);
      if (isStale()) return;
      const file = found && { place: where, ...name, size: found.file.size, lastModified: found.file.lastModified };
      // Read already: what is being looked at stays.
      if (file && shown && isSameFile(file, shown) && results.getState().features.kind === "done") {
        return results.setState({ names, name });
      }
      drop();
      results.setState({ names, name, features: WORKING, chosen: undefined });
      const features = await engine.readFeatures(folder, name.coordsFolder, name.encoder, stem);
      if (isStale()) return;
      if (!features) return results.setState({ features: NOTHING });
      const { coords, sideLevel0 = smallestStep(coords), dimension, encoder } = features;
      comparer = engine.openSimilarity(features.features, dimension);
      shown = file;
      results.setState({ features: { kind: "done", value: { coords, sideLevel0, dimension, encoder } } });
    } catch (error) {
      const failure = await failureOf(parts, error, entry.name);
      if (!isStale()) showNone({ features: { kind: "failed", failure } });
    }
  }

  /** What a run would make as things are chosen now. */
  function nameOfChoices(engine: Engine): Partial<FeaturesName> {
    const now = parts.choices.getState();
    // Before the models are listed only the one that comes with the app is known.
    const model = now.encoder === "" ? engine.builtIn : chosenModel(parts.models.getState(), now.encoder);
    return nameOf(engine, patchSettings(now), model);
  }

  /** Compares a patch with all others. */
  async function choose(index: number): Promise<void> {
    const compare = comparer;
    if (!compare || results.getState().features.kind !== "done") return;
    const choice = ++choosing;
    const isStale = () => choice !== choosing;
    try {
      const engine = await parts.engine();
      const scores = await compare.scoresOf(index);
      if (isStale()) return;
      const nearest = engine.nearest(scores, NEAREST, { except: index });
      results.setState({ chosen: { index, scores, nearest, fitted: fitScoreScale(scores, index) } });
    } catch (error) {
      const failure = await failureOf(parts, error, activeEntry(slides.getState())?.name ?? "");
      if (!isStale()) results.setState({ features: { kind: "failed", failure }, chosen: undefined });
    }
  }

  const stop = slides.subscribe((state, before) => {
    if (state.slide !== before.slide) {
      leave();
      // The features of the slide before are not those of this one, not even for a moment.
      results.setState(NO_RESULTS);
    }
    // The slide's own pixels come first.
    const painted = paintedSlide(state);
    if (painted && painted !== paintedSlide(before)) void load();
  });

  return {
    load,
    loadMade,
    choose,
    clear() {
      choosing++;
      results.setState({ chosen: undefined });
    },
    stop() {
      leave();
      stop();
    },
  };
}

/** Old files do not say how large a patch is: then they are shown side by side. */
function smallestStep(coords: Int32Array): number {
  const xs = coords.filter((_, at) => at % 2 === 0).sort();
  let step = Number.POSITIVE_INFINITY;
  for (let at = 1; at < xs.length; at++) if (xs[at]! > xs[at - 1]!) step = Math.min(step, xs[at]! - xs[at - 1]!);
  return Number.isFinite(step) ? step : 1;
}

/** What features of these settings are called; without the encoder, where that is not known. */
function nameOf(engine: Engine, patches: PatchSettings, encoder: EncoderModel | undefined): Partial<FeaturesName> {
  return { coordsFolder: engine.coordsFolderName(patches), ...(encoder ? { encoder: encoder.card.id } : {}) };
}

/** Of what there is, what is wanted most; patches of one choice by another encoder come before other patches. */
function firstOf(
  names: readonly FeaturesName[],
  wanted: readonly (Partial<FeaturesName> | undefined)[],
): FeaturesName | undefined {
  for (const one of wanted) {
    const found = one && names.find((name) => isSame(name, one));
    if (found) return found;
  }
  const likely = wanted.at(-1);
  return names.findLast(({ coordsFolder }) => coordsFolder === likely?.coordsFolder) ?? names.at(-1);
}

function isSame(a: FeaturesName, b: Partial<FeaturesName>): boolean {
  return a.coordsFolder === b.coordsFolder && a.encoder === b.encoder;
}

function isSameFile(a: FeaturesFile, b: FeaturesFile): boolean {
  return a.place === b.place && isSame(a, b) && a.size === b.size && a.lastModified === b.lastModified;
}
