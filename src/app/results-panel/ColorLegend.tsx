import { useMemo } from "react";
import type { Pixels } from "#slide";
import { type ColorMapName, colorMap, type ScoreScale, scoreAtPlace } from "#viewer";
import { analysisWords } from "../analysis-words.ts";
import { PixelsCanvas } from "../controls/PixelsCanvas.tsx";
import { formatScore } from "../format.ts";
import styles from "./ResultsPanel.module.css";

/** Where the legend says its numbers. */
const PLACES = [0, 0.25, 0.5, 0.75, 1];

/** Scores so close together need one decimal more to be told apart. */
const CLOSE = 0.02;

/** What the colours over the slide mean. */
export function ColorLegend({ colors, scale }: { colors: ColorMapName; scale: ScoreScale }) {
  const pixels = useMemo<Pixels>(() => {
    const map = Uint32Array.from(colorMap(colors));
    return { data: new Uint8ClampedArray(map.buffer), width: map.length, height: 1 };
  }, [colors]);
  const decimals = scale.high - scale.low < CLOSE ? 4 : 3;
  const ticks = PLACES.map((place) => formatScore(scoreAtPlace(scale, place), decimals));
  return (
    <div className={styles.legend} role="img" aria-label={analysisWords.results.legend(ticks[0]!, ticks.at(-1)!)}>
      <PixelsCanvas pixels={pixels} />
      {ticks.map((tick, index) => (
        <span key={PLACES[index]}>{tick}</span>
      ))}
    </div>
  );
}
