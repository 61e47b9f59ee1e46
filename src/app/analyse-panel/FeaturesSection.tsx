import { FolderOpen, Play, Plus, Trash2 } from "lucide-react";
import { type ChangeEvent, useEffect, useRef } from "react";
import type { EncoderModel } from "#models";
import { analysisWords } from "../analysis-words.ts";
import { Button, IconButton, Segments, Select } from "../controls/controls.tsx";
import { useKeptFocus } from "../controls/use-kept-focus.ts";
import { SmallFailure } from "../failures/SmallFailure.tsx";
import { formatBytes, formatDuration, formatMagnification } from "../format.ts";
import { RunStatus } from "../job-panel/RunStatus.tsx";
import { DEVICES } from "../stores/choices.ts";
import { useAnalysis, useSlides } from "../stores/context.tsx";
import { isRunning } from "../stores/job.ts";
import { chosenModel, keyOf, speedKey } from "../stores/models.ts";
import { useStore } from "../stores/store.ts";
import { tissueOf } from "../stores/tissue.ts";
import styles from "./AnalysePanel.module.css";
import { deviceSentence } from "./device-sentence.ts";
import { ModelCardForm } from "./ModelCardForm.tsx";
import { useHasScale } from "./TissueSection.tsx";

const text = analysisWords.features;
/** A feature is a float32. */
const BYTES_PER_NUMBER = 4;

/** What describes a patch, where it runs and where the result goes; and the button that starts it. */
export function FeaturesSection({ id }: { id: string }) {
  const analysis = useAnalysis();
  const encoder = useStore(analysis.choices, (state) => state.encoder);
  const model = useStore(analysis.models, (state) => chosenModel(state, encoder));
  const running = useStore(analysis.job, isRunning);
  const hasFailed = useStore(analysis.job, (state) => state.failure !== undefined);
  const isAsking = useStore(analysis.models, (state) => state.adding.kind === "asking");
  const place = useKeptFocus<HTMLElement>();
  return (
    <>
      <section className={styles.section}>
        <h2>
          <span className={styles.number}>3</span> {text.title}
        </h2>
        <Encoder model={model} />
        <Adding />
        {model && <Device />}
        <Place />
      </section>
      <section ref={place} className={styles.run} data-long={hasFailed || isAsking || undefined} aria-label={text.run}>
        {!running && model && <Estimate id={id} model={model} />}
        {!running && <RunButtons id={id} isReady={model !== undefined} />}
        <RunStatus />
      </section>
    </>
  );
}

function Encoder({ model }: { model: EncoderModel | undefined }) {
  const analysis = useAnalysis();
  const models = useStore(analysis.models, (state) => state.models);
  const set = useStore(analysis.choices, (state) => state.set);
  const input = useRef<HTMLInputElement>(null);
  const picked = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.currentTarget.files ?? [])];
    // The same file may be chosen again.
    event.currentTarget.value = "";
    void analysis.addModel(files);
  };
  return (
    <div className={styles.stack}>
      <div className={styles.withButtons}>
        <Select
          label={text.encoder}
          value={model ? keyOf(model) : ""}
          choices={models.map((one) => ({ value: keyOf(one), label: one.card.name }))}
          onChange={(encoder) => set({ encoder })}
        />
        <IconButton label={text.add} onPress={() => input.current?.click()}>
          <Plus aria-hidden />
        </IconButton>
        {model?.kind === "stored" && (
          <IconButton label={text.remove(model.card.name)} onPress={() => void analysis.removeModel(model.sha256)}>
            <Trash2 aria-hidden />
          </IconButton>
        )}
        <input ref={input} type="file" multiple hidden aria-label={text.add} onChange={picked} />
      </div>
      {model && <About model={model} />}
    </div>
  );
}

function About({ model: { card, kind } }: { model: EncoderModel }) {
  const made = text.madeFor(card.patchSizePx, formatMagnification(card.magnification));
  const facts = [text.dimension(card.dimension), kind === "built-in" ? text.builtIn : ""].filter(Boolean);
  return (
    <details className={styles.about}>
      <summary className={styles.summary}>{facts.join(" · ")}</summary>
      {card.summary && <p>{card.summary}</p>}
      {card.goodFor && (
        <p>
          {text.goodFor}: {card.goodFor}
        </p>
      )}
      {card.notGoodFor && (
        <p>
          {text.notGoodFor}: {card.notGoodFor}
        </p>
      )}
      <p>
        {made} {card.licence && text.licence(card.licence)}
      </p>
      {card.sources.map((source) => (
        <p key={source}>{source}</p>
      ))}
      <p>{text.addHint}</p>
    </details>
  );
}

/** A model on its way in; it may have come by a drop while something else was in sight. */
function Adding() {
  const analysis = useAnalysis();
  const kind = useStore(analysis.models, (state) => state.adding.kind);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (kind === "asking" || kind === "failed") place.current?.scrollIntoView({ block: "start" });
  }, [kind]);
  return (
    <div ref={place} className={styles.adding}>
      <AddingState />
    </div>
  );
}

function AddingState() {
  const analysis = useAnalysis();
  const adding = useStore(analysis.models, (state) => state.adding);
  switch (adding.kind) {
    case "nothing":
      return null;
    case "reading":
      return <p role="status">{analysisWords.card.reading(adding.fileName)}</p>;
    case "asking":
      return <ModelCardForm key={adding.fileName} {...adding} />;
    case "storing":
      return (
        <div className={styles.line}>
          <p role="status">
            {analysisWords.card.storing(adding.fileName, formatBytes(adding.doneBytes), formatBytes(adding.totalBytes))}
          </p>
          <Button onPress={analysis.cancelAdding}>{analysisWords.card.cancel}</Button>
        </div>
      );
    case "failed":
      return <SmallFailure failure={adding.failure} onDismiss={analysis.cancelAdding} />;
  }
}

function Device() {
  const analysis = useAnalysis();
  const device = useStore(analysis.models, (state) => state.device);
  const { device: asked, set } = useStore(analysis.choices, (state) => state);
  return (
    <div className={styles.stack}>
      <Segments
        label={text.device}
        value={asked}
        choices={DEVICES.map((value) => ({ value, label: text.devices[value] }))}
        onChange={(next) => set({ device: next })}
      />
      {device.kind === "working" && <p className={styles.quiet}>{text.checkingDevice}</p>}
      {device.kind === "done" && <p className={styles.quiet}>{deviceSentence(device.value)}</p>}
      {device.kind === "failed" && <SmallFailure failure={device.failure} />}
    </div>
  );
}

function Place() {
  const analysis = useAnalysis();
  const place = useStore(analysis.job, (state) => state.place);
  const running = useStore(analysis.job, isRunning);
  return (
    <div className={styles.stack}>
      <span className={styles.label}>{text.saveTo}</span>
      <div className={styles.line}>
        <span className={styles.place}>{place.kind === "folder" ? text.inFolder(place.name) : text.inBrowser}</span>
        {place.kind === "folder" && (
          <Button kind="quiet" isDisabled={running} onPress={analysis.useBrowserStorage}>
            {text.useBrowser}
          </Button>
        )}
        {analysis.isFolderPossible && (
          <Button isDisabled={running} onPress={() => void analysis.pickFolder()}>
            <FolderOpen aria-hidden />
            {text.chooseFolder}
          </Button>
        )}
      </div>
      {!analysis.isFolderPossible && <p className={styles.quiet}>{text.noPicker}</p>}
    </div>
  );
}

/** What it will cost, before it is begun. */
function Estimate({ id, model }: { id: string; model: EncoderModel }) {
  const analysis = useAnalysis();
  const count = useStore(analysis.tissue, (state) => {
    const { preview } = tissueOf(state, id);
    return preview.kind === "done" ? preview.value.count : undefined;
  });
  const { device, speeds } = useStore(analysis.models, (state) => state);
  const free = useStore(analysis.job, (state) => (state.place.kind === "browser" ? state.freeBytes : undefined));
  if (count === undefined) return <p className={styles.quiet}>{text.needsTissue}</p>;
  if (count === 0) return null;
  const speed = device.kind === "done" ? speeds[speedKey(model, device.value.device)]?.patchesPerSecond : undefined;
  const bytes = count * model.card.dimension * BYTES_PER_NUMBER;
  const isTight = free !== undefined && bytes * 2 > free;
  return (
    <p className={isTight ? styles.warning : styles.quiet}>
      {text.estimate(count, speed ? formatDuration(count / speed) : undefined, formatBytes(bytes))}
      {isTight && ` ${text.tooLittleSpace(formatBytes(free))}`}
    </p>
  );
}

function RunButtons({ id, isReady }: { id: string; isReady: boolean }) {
  const analysis = useAnalysis();
  const hasScale = useHasScale(id);
  const entries = useSlides((state) => state.entries);
  // Those that could not be read too: the table says why, and offers to try again.
  const all = entries.map((entry) => entry.id);
  // What comes first, or goes on, has the colour.
  const isFirst = useStore(analysis.tissue, (state) => tissueOf(state, id).tissue.kind !== "done");
  const hasNext = useStore(
    analysis.job,
    ({ outcome, unfinished }) => outcome !== undefined || unfinished !== undefined,
  );
  return (
    <div className={styles.buttons}>
      <Button
        kind={isFirst || hasNext ? "plain" : "primary"}
        isDisabled={!isReady || !hasScale}
        onPress={() => void analysis.start([id])}
      >
        <Play aria-hidden />
        {all.length > 1 ? text.runThis : text.run}
      </Button>
      {all.length > 1 && (
        <Button isDisabled={!isReady} onPress={() => void analysis.start(all)}>
          {text.runAll(all.length)}
        </Button>
      )}
    </div>
  );
}
