import type { Folder } from "#storage";
import { analysisWords } from "../analysis-words.ts";
import type { Failure } from "../failures/failure.ts";
import { createChoicesStore } from "../stores/choices.ts";
import { createJobStore } from "../stores/job.ts";
import { createModelsStore } from "../stores/models.ts";
import { createResultsStore } from "../stores/results.ts";
import { paintedSlide } from "../stores/slides.ts";
import { createTissueStore, tissueOf } from "../stores/tissue.ts";
import { createTissueFinding } from "./find-tissue.ts";
import { createJobs } from "./jobs.ts";
import { createModelKeeping } from "./models.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";
import { createPlace } from "./place.ts";
import { createResults } from "./results.ts";
import { saveZip } from "./save-zip.ts";
import { showLayers } from "./show-layers.ts";

/** What `createAnalysis` is given; the stores of the analysis are its own. */
export type AnalysisNeeds = Omit<AnalysisParts, "choices" | "tissue" | "models" | "job" | "results"> & {
  readonly storage: Storage | undefined;
};

/** Everything the panels of the analysis read and ask for. */
export type Analysis = ReturnType<typeof createAnalysis>;

/** The use-cases of the analysis over stores of their own. Nothing here throws: what goes wrong stands in the stores. */
export function createAnalysis({ storage, ...needs }: AnalysisNeeds) {
  const stores = {
    choices: createChoicesStore(storage),
    tissue: createTissueStore(),
    models: createModelsStore(),
    job: createJobStore(),
    results: createResultsStore(),
  };
  const parts: AnalysisParts = { ...needs, ...stores };
  const place = createPlace(parts);
  const tissue = createTissueFinding(parts);
  const models = createModelKeeping(parts);
  const results = createResults(parts, place.read);
  const jobs = createJobs(parts, place, (job) => {
    void (job ? results.loadMade(job) : results.load());
    void showKeptTissue({ isNews: true });
  });

  let layers: (() => void) | undefined;
  const followViewer = () => {
    layers?.();
    const { viewer } = needs.chrome.getState();
    layers = viewer && showLayers(viewer, parts, (index) => void results.choose(index));
  };
  const stopTissue = needs.slides.subscribe((state, before) => {
    const painted = paintedSlide(state);
    if (painted && painted !== paintedSlide(before)) void showKeptTissue({ isNews: false });
  });
  const stopFollowing = needs.chrome.subscribe((state, before) => state.viewer !== before.viewer && followViewer());
  followViewer();
  void results.load();
  void showKeptTissue({ isNews: false });

  /**
   * Contours of the shown slide that the folder holds, made by a job, by TRIDENT, or edited by hand.
   * @param isNews - they have just come about; else what is already known of the slide stands.
   */
  async function showKeptTissue({ isNews }: { isNews: boolean }): Promise<void> {
    const { activeId } = needs.slides.getState();
    const slide = paintedSlide(needs.slides.getState());
    const isWanted = () => isNews || tissueOf(stores.tissue.getState(), activeId).tissue.kind === "nothing";
    if (!slide || activeId === undefined || !isWanted()) return;
    try {
      const engine = await needs.engine();
      const folder = await place.read();
      if (!folder || !(await engine.hasResultsOf(folder, slide))) return;
      const polygons = await engine.readTissue(folder, engine.stemOf(slide.name));
      const isShown = needs.slides.getState().slide === slide;
      if (polygons && isShown && isWanted()) tissue.show(activeId, slide, polygons, engine);
    } catch {
      // The job table says what is wrong with it; without contours the slide is as before.
    }
  }

  async function look(): Promise<void> {
    const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
    stores.job.setState({ freeBytes: estimate && (estimate.quota ?? 0) - (estimate.usage ?? 0) });
  }

  return {
    ...stores,
    isFolderPossible: needs.folderPicker.isPossible,
    /** The panel was opened: what it shows is looked up. */
    async opened() {
      await Promise.all([models.list().then(models.lookAtDevice), look()]).catch(() => {});
    },
    findTissue: tissue.find,
    cancelTissue: tissue.cancel,
    /** The size of a pixel, where the file does not say it, or errs. */
    giveMpp(id: string, mpp: number | undefined) {
      stores.tissue.getState().giveMpp(id, mpp);
      const entry = needs.slides.getState().entries.find((candidate) => candidate.id === id);
      if (entry && mpp !== undefined) jobs.giveMpp(entry, mpp);
    },
    addModel: models.add,
    storeModel: models.store,
    removeModel: models.remove,
    cancelAdding: models.cancelAdding,
    /** Where results shall go; what the folder holds of an earlier job is gone on from. */
    async pickFolder() {
      const handle = await needs.folderPicker.pick();
      if (handle) await jobs.openFolder(handle, { isNew: true });
    },
    /** A folder in which a job was begun. */
    async openJobFolder() {
      const handle = await needs.folderPicker.pick();
      if (handle) await jobs.openFolder(handle, { isNew: false });
    },
    useBrowserStorage() {
      jobs.useBrowserStorage();
      void results.load();
    },
    start: jobs.start,
    cancel: jobs.cancel,
    retry: jobs.retry,
    retryFailed: jobs.retryFailed,
    goOn: jobs.goOn,
    tryAgain: jobs.tryAgain,
    forgetUnfinished: jobs.forgetUnfinished,
    lookForUnfinished: jobs.lookForUnfinished,
    async downloadZip() {
      stores.job.setState({ packing: true });
      try {
        const folder = await place.read();
        if (!folder) return;
        if ((await folder.list("")).length === 0) return needs.slides.getState().notify(nothingToPack(folder));
        saveZip(await (await needs.engine()).zipFolder(folder), `${folder.name}.zip`);
      } catch (error) {
        needs.slides.getState().notify(await failureOf(parts, error, stores.job.getState().place.name));
      } finally {
        stores.job.setState({ packing: false });
      }
    },
    /** An error of a slide as sentences. */
    explain: (error: unknown, name: string, sizeBytes?: number) => failureOf(parts, error, name, sizeBytes),
    choose: results.choose,
    clearChoice: results.clear,
    loadResults: results.load,
    stop() {
      layers?.();
      stopFollowing();
      stopTissue();
      tissue.stop();
      models.stop();
      results.stop();
      jobs.stop();
    },
  };
}

function nothingToPack({ name }: Folder): Failure {
  return {
    ...analysisWords.failures.nothingToPack,
    details: { name: "NothingToPack", message: `no files in ${name}` },
  };
}
