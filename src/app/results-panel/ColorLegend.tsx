import { useMemo } from "react";
import type { Pixels } from "#slide";
import { type ColorMapName, colorMap } from "#viewer";
import { analysisWords } from "../analysis-words.ts";
import { PixelsCanvas } from "../controls/PixelsCanvas.tsx";
import { formatScore } from "../format.ts";
import styles from "./ResultsPanel.module.css";

/** What the colours over the slide mean. */
export function ColorLegend({ colors, low, high }: { colors: ColorMapName; low: number; high: number }) {
  const pixels = useMemo<Pixels>(() => {
    const map = Uint32Array.from(colorMap(colors));
    return { data: new Uint8ClampedArray(map.buffer), width: map.length, height: 1 };
  }, [colors]);
  const [from, to] = [formatScore(low), formatScore(high)];
  return (
    <div className={styles.legend} role="img" aria-label={analysisWords.results.legend(from, to)}>
      <PixelsCanvas pixels={pixels} />
      <span>{from}</span>
      <span>{formatScore((low + high) / 2)}</span>
      <span>{to}</span>
    </div>
  );
}
