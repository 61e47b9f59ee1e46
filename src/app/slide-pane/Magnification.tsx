import { type KeyboardEvent, useRef, useState } from "react";
import type { Slide } from "#slide";
import { downsampleFor, MAGNIFICATION_STEPS, magnificationOf, type ScaleFacts, type Viewer } from "#viewer";
import { Button } from "../controls/buttons.tsx";
import { formatMagnification, formatNumber, parseMagnification } from "../format.ts";
import { usePixelSize } from "../stores/use-pixel-size.ts";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";
import { useEveryView } from "./use-view.ts";

/** How much the slide is magnified: to read, to type, and the usual steps to press. */
export function Magnification({ slide, viewer }: { slide: Slide; viewer: Viewer }) {
  const mpp = usePixelSize(slide);
  const { objectivePower } = slide;
  const scale = { mpp, objectivePower };
  const scanned = magnificationOf(scale, 1);
  if (scanned === undefined) return <PixelZoom viewer={viewer} />;
  const isAsGiven = !objectivePower && mpp?.isGiven === true;
  return <Known key={scanned} {...{ scale, viewer, scanned, isAsGiven }} />;
}

interface KnownProps {
  readonly scale: ScaleFacts;
  readonly viewer: Viewer;
  /** Of the slide's own pixels. */
  readonly scanned: number;
  /** By a pixel size that a person gave. */
  readonly isAsGiven: boolean;
}

function Known({ scale, viewer, scanned, isAsGiven }: KnownProps) {
  const input = useRef<HTMLInputElement>(null);
  const mark = useRef<HTMLSpanElement>(null);
  const presets = useRef<HTMLDivElement>(null);
  const [refused, setRefused] = useState<string>();

  const current = () => magnificationOf(scale, viewer.view.downsample) ?? scanned;
  const write = () => {
    if (input.current) input.current.value = formatMagnification(current());
  };
  useEveryView(viewer, () => {
    const now = current();
    if (document.activeElement !== input.current) write();
    // A hundredth more than scanned is rounding, not enlargement.
    if (mark.current) mark.current.hidden = now <= scanned * 1.01;
    for (const button of presets.current?.children ?? []) {
      const value = Number((button as HTMLElement).dataset.magnification);
      button.toggleAttribute("data-current", Math.abs(value / now - 1) < 0.01);
    }
  });

  const magnify = (magnification: number) => {
    const downsample = downsampleFor(scale, magnification);
    if (downsample !== undefined) viewer.setView({ downsample }, { animate: true });
  };
  const take = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === "Escape") input.current?.blur();
    if (event.key !== "Enter") return;
    const typed = event.currentTarget.value;
    const magnification = parseMagnification(typed);
    setRefused(magnification === undefined ? typed : undefined);
    if (magnification === undefined) return;
    magnify(magnification);
    input.current?.blur();
  };

  return (
    <div className={styles.magnification}>
      {refused !== undefined && (
        <p role="alert" className={styles.refused}>
          {words.pane.notAMagnification(refused)}
        </p>
      )}
      <span
        ref={mark}
        hidden
        className={styles.interpolated}
        title={words.pane.interpolatedWhy(formatMagnification(scanned))}
      >
        {words.pane.interpolated}
      </span>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame and needs a legend in sight */}
      <div ref={presets} role="group" aria-label={words.pane.presets} className={styles.presets}>
        {MAGNIFICATION_STEPS.filter((value) => value <= scanned * 1.01).map((value) => (
          <Preset key={value} value={value} onPress={() => magnify(value)} />
        ))}
      </div>
      <input
        ref={input}
        className={styles.typed}
        aria-label={words.pane.magnification}
        title={
          isAsGiven
            ? `${words.pane.magnificationAsGiven} ${words.pane.magnificationHint}`
            : words.pane.magnificationHint
        }
        inputMode="decimal"
        autoComplete="off"
        spellCheck={false}
        enterKeyHint="go"
        onFocus={(event) => event.currentTarget.select()}
        onBlur={() => {
          setRefused(undefined);
          write();
        }}
        onKeyDown={take}
      />
    </div>
  );
}

function Preset({ value, onPress }: { value: number; onPress: () => void }) {
  return (
    <span data-magnification={value}>
      <Button kind="quiet" className={styles.preset} onPress={onPress}>
        {formatMagnification(value)}
      </Button>
    </span>
  );
}

/** Without pixel size and objective nobody knows the magnification: how large a slide pixel is drawn is all there is. */
function PixelZoom({ viewer }: { viewer: Viewer }) {
  const text = useRef<HTMLSpanElement>(null);
  useEveryView(viewer, ({ view }) => {
    if (text.current) text.current.textContent = `${formatNumber(100 / view.downsample)} %`;
  });
  return (
    <div className={styles.magnification} title={words.pane.zoomRatio}>
      <span>{words.pane.unknownMagnification}</span>
      <span ref={text} className={styles.percent} />
    </div>
  );
}
