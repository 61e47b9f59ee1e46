import { useEffect, useState } from "react";
import type { Pixels, Slide } from "#slide";
import { readPatch } from "../analysis/patch-squares.ts";
import { analysisWords } from "../analysis-words.ts";
import { PixelsCanvas } from "../controls/PixelsCanvas.tsx";
import { formatScore } from "../format.ts";
import { useSlides } from "../stores/context.tsx";
import type { ChosenPatch, Embedded } from "../stores/results.ts";
import styles from "./ResultsPanel.module.css";

const text = analysisWords.results;
/** Sharp enough on a dense screen at the size the pictures are shown. */
const PICTURE_PX = 160;
/** The best lie close together. */
const SCORE_DECIMALS = 4;
/** Behind the tiles of the view. */
const PRIORITY = -1;

export interface PatchPicturesProps {
  features: Embedded;
  chosen: ChosenPatch;
  onShow: (index: number) => void;
}

/** The patches most alike, best first; each leads to its place. */
export function PatchPictures({ features, chosen, onShow }: PatchPicturesProps) {
  const slide = useSlides((state) => state.slide);
  if (!slide) return null;
  return (
    <ol className={styles.pictures}>
      {Array.from(chosen.nearest, (index, rank) => {
        const score = formatScore(chosen.scores[index]!, SCORE_DECIMALS);
        return (
          <li key={index}>
            <button type="button" aria-label={text.choose(rank + 1, score)} onClick={() => onShow(index)}>
              <PatchPicture slide={slide} features={features} index={index} />
              <span>{score}</span>
            </button>
          </li>
        );
      })}
    </ol>
  );
}

/** A patch as it is on the slide. */
export function PatchPicture({ slide, features, index }: { slide: Slide; features: Embedded; index: number }) {
  const [pixels, setPixels] = useState<Pixels | "failed">();
  useEffect(() => {
    const abort = new AbortController();
    setPixels(undefined);
    readPatch(slide, features, index, PICTURE_PX, { signal: abort.signal, priority: PRIORITY }).then(
      (read) => !abort.signal.aborted && setPixels(read),
      () => !abort.signal.aborted && setPixels("failed"),
    );
    return () => abort.abort();
  }, [slide, features, index]);
  if (pixels === "failed") return <span className={styles.noPicture}>{text.noPicture}</span>;
  return pixels ? <PixelsCanvas pixels={pixels} aria-hidden /> : <span className={styles.noPicture} />;
}
