// biome-ignore-all lint/a11y/useSemanticElements: rows are placed one by one, which the elements of a table do not allow
// biome-ignore-all lint/a11y/useFocusableInteractive: a table that is read, not a grid that is walked
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CirclePause,
  LoaderCircle,
  RotateCcw,
  TriangleAlert,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SlideState, SlideStatus } from "#pipeline";
import { analysisWords } from "../analysis-words.ts";
import { IconButton } from "../controls/controls.tsx";
import type { Failure } from "../failures/failure.ts";
import { formatCount, formatDuration } from "../format.ts";
import { useAnalysis, useSession, useSlides } from "../stores/context.tsx";
import { canRetry } from "../stores/job.ts";
import { findByPath } from "../stores/slides.ts";
import { useStore } from "../stores/store.ts";
import styles from "./JobPanel.module.css";

const text = analysisWords.job;
const ROW_PX = 64;

const ICONS = {
  waiting: CircleDashed,
  working: LoaderCircle,
  done: CircleCheck,
  warning: TriangleAlert,
  failed: CircleAlert,
  needs_mpp: TriangleAlert,
  locked: CirclePause,
  cancelled: CirclePause,
} satisfies Record<SlideStatus, unknown>;

/** Each slide of the job, with how it stands. Hundreds of them: only the rows in sight exist. */
export function JobTable({ slides }: { slides: readonly SlideState[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: slides.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => slides[index]!.path,
    overscan: 6,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keyboard
    <div ref={scroller} className={styles.scroller} tabIndex={0} role="region" aria-label={text.title}>
      <div role="table" aria-label={text.title} aria-rowcount={slides.length + 1}>
        <div role="row" className={styles.head} aria-rowindex={1}>
          {Object.entries(text.columns).map(([key, name]) => (
            <span key={key} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div role="rowgroup" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => (
            <div
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              role="row"
              aria-rowindex={index + 2}
              className={styles.row}
              data-status={slides[index]!.status}
              style={{ transform: `translateY(${start}px)` }}
            >
              <Row slide={slides[index]!} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Row({ slide }: { slide: SlideState }) {
  const analysis = useAnalysis();
  const session = useSession();
  const id = useSlides((state) => findByPath(state.entries, slide.path)?.id);
  const isCancelling = useStore(analysis.job, ({ phase }) => phase === "cancelling");
  const Icon = ICONS[slide.status];
  const { step, status, patches, seconds } = slide;
  const progress = step && slide.steps[step];
  return (
    <>
      <span role="cell" className={styles.slide}>
        <button type="button" disabled={id === undefined} title={slide.path} onClick={() => id && session.show(id)}>
          {slide.name}
        </button>
      </span>
      <span role="cell" className={styles.state}>
        <Icon aria-hidden />
        {status === "working" && step
          ? `${analysisWords.run.steps[step]}${progress && progress.total > 0 ? ` ${analysisWords.run.doneOf(progress.done, progress.total)}` : ""}`
          : text.states[status]}
        {(canRetry(slide) || status === "cancelled") && (
          <IconButton
            label={text.retry(slide.name)}
            isDisabled={isCancelling}
            onPress={() => void analysis.retry(slide.path)}
          >
            <RotateCcw aria-hidden />
          </IconButton>
        )}
      </span>
      <span role="cell">{patches === undefined ? "" : formatCount(patches)}</span>
      <span role="cell">{seconds > 0 ? formatDuration(seconds) : ""}</span>
      <Reason slide={slide} />
    </>
  );
}

/** Why a slide did not end as one would wish, in its own line. */
function Reason({ slide }: { slide: SlideState }) {
  const failure = useFailure(slide);
  const notices = Object.values(slide.steps).flatMap(({ notices: said }) => said);
  const lines = [
    ...(slide.status === "locked" ? [text.locked] : []),
    ...notices.map((notice) => text.notice(notice)),
    ...(failure ? [`${failure.what} ${failure.next}`] : []),
  ];
  if (lines.length === 0) return null;
  return (
    <span
      role="cell"
      className={styles.reason}
      title={failure && `${failure.details.name}: ${failure.details.message}`}
    >
      {lines.join(" ")}
    </span>
  );
}

function useFailure({ error, name, path }: SlideState): Failure | undefined {
  const analysis = useAnalysis();
  const sizeBytes = useSlides((state) => findByPath(state.entries, path)?.sizeBytes);
  const [failure, setFailure] = useState<Failure>();
  useEffect(() => {
    let isMounted = true;
    if (!error) setFailure(undefined);
    else void analysis.explain(error, name, sizeBytes).then((said) => isMounted && setFailure(said));
    return () => {
      isMounted = false;
    };
  }, [analysis, error, name, sizeBytes]);
  return failure;
}
