import { useId, useState } from "react";
import type { Slide } from "#slide";
import { analysisWords } from "../analysis-words.ts";
import { Button, TextField } from "../controls/controls.tsx";
import { formatLength, formatPixelSize, parseNumber } from "../format.ts";
import { useAnalysis, useSlides } from "../stores/context.tsx";
import { pathOf } from "../stores/slides.ts";
import { useStore } from "../stores/store.ts";
import { tissueOf } from "../stores/tissue.ts";
import styles from "./AnalysePanel.module.css";
import { isPlausible } from "./plausible.ts";

const text = analysisWords.pixelSize;

/** Asks once for what the file does not say, or says so that it cannot be analysed. */
export function PixelSizeSection({ id, slide }: { id: string; slide: Slide }) {
  const analysis = useAnalysis();
  const given = useStore(analysis.tissue, (state) => tissueOf(state, id).mpp);
  const [typed, setTyped] = useState("");
  const [isChanging, setChanging] = useState(false);
  const check = useId();
  const isRefused = useIsRefused(id);
  if (given !== undefined) {
    return (
      <section className={styles.section}>
        <div className={styles.line}>
          <span className={styles.quiet}>{text.given(formatPixelSize(given))}</span>
          <Button
            kind="quiet"
            onPress={() => {
              setChanging(true);
              analysis.giveMpp(id, undefined);
            }}
          >
            {text.change}
          </Button>
        </div>
      </section>
    );
  }
  if (slide.mpp && !isRefused && !isChanging) return null;
  const um = parseNumber(typed);
  const isNumber = um !== undefined && um > 0;
  const use = () => isNumber && analysis.giveMpp(id, um);
  return (
    <section className={styles.section}>
      <h2>{text.title}</h2>
      <p className={styles.quiet}>{slide.mpp ? text.refused(formatPixelSize(slide.mpp.x)) : text.why}</p>
      <div className={styles.typedLine}>
        <TextField
          label={text.field}
          inputMode="decimal"
          autoComplete="off"
          value={typed}
          aria-describedby={check}
          onChange={setTyped}
          onKeyDown={({ key }) => key === "Enter" && use()}
        />
        <Button kind="primary" isDisabled={!isNumber} onPress={use}>
          {text.use}
        </Button>
      </div>
      <p id={check} role="status" className={isNumber && !isPlausible(slide, um) ? styles.warning : styles.quiet}>
        {typed === "" ? text.usual : isNumber ? whatItMeans(slide, um) : text.notANumber}
      </p>
    </section>
  );
}

/** Whether tissue cannot be looked for by the pixel size as it is, here or in a job. */
function useIsRefused(id: string): boolean {
  const analysis = useAnalysis();
  const path = useSlides(({ entries }) => entries.filter((entry) => entry.id === id).map(pathOf)[0]);
  const isRefusedHere = useStore(analysis.tissue, (state) => {
    const { tissue } = tissueOf(state, id);
    return tissue.kind === "failed" && tissue.failure.details.name === "PixelSizeError";
  });
  const isRefusedInJob = useStore(analysis.job, ({ slides }) =>
    slides.some((slide) => slide.path === path && slide.status === "needs_mpp"),
  );
  return isRefusedHere || isRefusedInJob;
}

function whatItMeans({ width, height }: Slide, um: number): string {
  const size = text.wouldBe(formatLength(width * um), formatLength(height * um));
  return isPlausible({ width, height }, um) ? size : `${size} ${text.notPlausible}`;
}
