import { useId, useState } from "react";
import type { Slide } from "#slide";
import { analysisWords } from "../analysis-words.ts";
import { Button, TextField } from "../controls/controls.tsx";
import { formatLength, formatPixelSize, parseNumber } from "../format.ts";
import { useAnalysis } from "../stores/context.tsx";
import { useStore } from "../stores/store.ts";
import { tissueOf } from "../stores/tissue.ts";
import styles from "./AnalysePanel.module.css";
import { isPlausible } from "./plausible.ts";

const text = analysisWords.pixelSize;
/** Asks once for what the file does not say. */
export function PixelSizeSection({ id, slide }: { id: string; slide: Slide }) {
  const analysis = useAnalysis();
  const given = useStore(analysis.tissue, (state) => tissueOf(state, id).mpp);
  const [typed, setTyped] = useState("");
  const check = useId();
  if (slide.mpp) return null;
  if (given !== undefined) {
    return (
      <section className={styles.section}>
        <div className={styles.line}>
          <span className={styles.quiet}>{text.given(formatPixelSize(given))}</span>
          <Button kind="quiet" onPress={() => analysis.giveMpp(id, undefined)}>
            {text.change}
          </Button>
        </div>
      </section>
    );
  }
  const um = parseNumber(typed);
  const isNumber = um !== undefined && um > 0;
  const use = () => isNumber && analysis.giveMpp(id, um);
  return (
    <section className={styles.section}>
      <h2>{text.title}</h2>
      <p className={styles.quiet}>{text.why}</p>
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

function whatItMeans({ width, height }: Slide, um: number): string {
  const size = text.wouldBe(formatLength(width * um), formatLength(height * um));
  return isPlausible({ width, height }, um) ? size : `${size} ${text.notPlausible}`;
}
