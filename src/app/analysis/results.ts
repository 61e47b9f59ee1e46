import type { Folder } from "#storage";
import { fitScoreScale } from "#viewer";
import { type FeaturesName, NO_RESULTS } from "../stores/results.ts";
import { activeEntry, paintedSlide } from "../stores/slides.ts";
import { NOTHING, WORKING } from "../stores/step.ts";
import type { Comparer } from "./engine-contract.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";

/** How many like patches are shown as pictures. */
const NEAREST = 12;

/** The features of the shown slide, and what is like a patch of it. */
export function createResults(parts: AnalysisParts, place: () => Promise<Folder | undefined>) {
  const { slides, results } = parts;
  let reads = 0;
  let choosing = 0;
  let comparer: Comparer | undefined;

  /** What is still being read or compared is about another slide, or about other features. */
  function leave(): void {
    reads++;
    choosing++;
    comparer?.close();
    comparer = undefined;
  }

  /** Looks into the folder for features of the shown slide, and reads them. `wanted` first, else what was shown before. */
  async function load(wanted?: FeaturesName): Promise<void> {
    leave();
    const read = reads;
    const isStale = () => read !== reads;
    const entry = activeEntry(slides.getState());
    const keep = wanted ?? results.getState().name;
    const slide = paintedSlide(slides.getState());
    if (!entry || !slide) return results.setState(NO_RESULTS);
    try {
      const folder = await place();
      if (isStale()) return;
      if (!folder) return results.setState(NO_RESULTS);
      const engine = await parts.engine();
      const areItsOwn = await engine.hasResultsOf(folder, slide);
      if (isStale()) return;
      if (!areItsOwn) return results.setState(NO_RESULTS);
      const coordsFolders = await engine.readCoordsFolders(folder);
      const stem = engine.stemOf(entry.name);
      const names = coordsFolders.flatMap((coords) =>
        coords.encoders
          .filter(({ slides: stems }) => stems.includes(stem))
          .map(({ id }) => ({ coordsFolder: coords.name, encoder: id })),
      );
      const name = names.find((one) => keep && isSame(one, keep)) ?? names.at(-1);
      if (isStale()) return;
      if (!name) return results.setState({ ...NO_RESULTS, names });
      results.setState({ names, name, features: WORKING, chosen: undefined });
      const features = await engine.readFeatures(folder, name.coordsFolder, name.encoder, stem);
      if (isStale()) return;
      if (!features) return results.setState({ features: NOTHING });
      const { coords, sideLevel0 = smallestStep(coords), dimension, encoder } = features;
      comparer = engine.openSimilarity(features.features, dimension);
      results.setState({ features: { kind: "done", value: { coords, sideLevel0, dimension, encoder } } });
    } catch (error) {
      const failure = await failureOf(parts, error, entry.name);
      if (!isStale()) results.setState({ ...NO_RESULTS, features: { kind: "failed", failure } });
    }
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

function isSame(a: FeaturesName, b: FeaturesName): boolean {
  return a.coordsFolder === b.coordsFolder && a.encoder === b.encoder;
}
