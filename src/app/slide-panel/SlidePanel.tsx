import { Fragment } from "react";
import type { PixelSize, Slide } from "#slide";
import { magnificationOf } from "#viewer";
import { formatBytes, formatMagnification, formatPixelSize, formatSize } from "../format.ts";
import { useSlides } from "../stores/context.tsx";
import { activeEntry } from "../stores/slides.ts";
import { usePaintedSlide } from "../stores/use-painted-slide.ts";
import { usePixelSize } from "../stores/use-pixel-size.ts";
import { words } from "../words.ts";
import { AssociatedImages } from "./AssociatedImages.tsx";
import { LevelTable } from "./LevelTable.tsx";
import { Properties } from "./Properties.tsx";
import styles from "./SlidePanel.module.css";

const text = words.slidePanel;

/** What the slide's file says of itself, and how large a pixel is where a person said it. */
export function SlidePanel() {
  const entry = useSlides(activeEntry);
  const slide = usePaintedSlide();
  if (!entry) return <p className={styles.note}>{text.nothing}</p>;
  if (entry.state.kind === "failed") return <p className={styles.note}>{text.failed(entry.name)}</p>;
  if (!slide) return <p className={styles.note}>{text.working(entry.name)}</p>;
  return (
    // What was typed or asked for about one slide is not carried over to the next.
    <Fragment key={entry.id}>
      <Summary slide={slide} />
      <AssociatedImages slide={slide} />
      <LevelTable slide={slide} />
      <Properties slide={slide} />
    </Fragment>
  );
}

function Summary({ slide }: { slide: Slide }) {
  const { mpp: inFile, objectivePower, iccSizeBytes } = slide;
  const mpp = usePixelSize(slide);
  const magnification = magnificationOf({ mpp, objectivePower }, 1);
  return (
    <section className={styles.section}>
      <h2 className={styles.name}>{slide.name}</h2>
      <dl className={styles.facts}>
        <dt>{text.size}</dt>
        <dd>{formatSize(slide)} px</dd>
        <dt>{text.fileSize}</dt>
        <dd>{formatBytes(slide.sizeBytes)}</dd>
        <dt>{text.pixelSize}</dt>
        <dd>
          {mpp ? sizeInWords(mpp) : text.unknown}
          {mpp && <small>{mpp.isGiven ? text.asGiven(inFile && sizeInWords(inFile)) : text.from(mpp.source)}</small>}
        </dd>
        <dt>{text.objective}</dt>
        <dd>
          {magnification === undefined ? text.unknown : formatMagnification(magnification)}
          {magnification !== undefined && objectivePower === undefined && (
            <small>{mpp?.isGiven ? text.fromGivenPixelSize : text.fromPixelSize}</small>
          )}
        </dd>
        <dt>{text.vendor}</dt>
        <dd>
          {slide.vendor}
          <small>{text.readBy(slide.reader)}</small>
        </dd>
        <dt>{text.colourProfile}</dt>
        <dd>{iccSizeBytes > 0 ? text.profileSize(formatBytes(iccSizeBytes)) : text.noProfile}</dd>
      </dl>
    </section>
  );
}

function sizeInWords({ x, y }: PixelSize): string {
  const [across, down] = [formatPixelSize(x), formatPixelSize(y)];
  return across === down ? across : text.differs(across, down);
}
