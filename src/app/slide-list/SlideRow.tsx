import { TriangleAlert, X } from "lucide-react";
import type { KeyboardEvent } from "react";
import { IconButton } from "../controls/controls.tsx";
import { PixelsCanvas } from "../controls/PixelsCanvas.tsx";
import { formatBytes, formatPixelSize } from "../format.ts";
import { useGivenMpp, useSession } from "../stores/context.tsx";
import type { SlideEntry } from "../stores/slides.ts";
import { words } from "../words.ts";
import styles from "./SlideList.module.css";

const text = words.slides;

export interface SlideRowProps {
  entry: SlideEntry;
  isActive: boolean;
  isTabStop: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  onClose: () => void;
}

/** One slide of the rail: picture, name, size, pixel size, and how it stands. */
export function SlideRow({ entry, isActive, isTabStop, onKeyDown, onClose }: SlideRowProps) {
  const session = useSession();
  const { id, name, state, thumbnail } = entry;
  const given = useGivenMpp(id);
  const failed = state.kind === "failed";
  return (
    <div className={styles.row} data-active={isActive || undefined} data-failed={failed || undefined}>
      <button
        type="button"
        data-row={id}
        className={styles.open}
        aria-current={isActive || undefined}
        tabIndex={isTabStop ? 0 : -1}
        onClick={() => session.show(id)}
        onKeyDown={onKeyDown}
        title={failed ? state.failure.what : name}
      >
        <span className={styles.picture}>
          {thumbnail ? <PixelsCanvas pixels={thumbnail} aria-hidden /> : failed && <TriangleAlert aria-hidden />}
        </span>
        <span className={styles.words}>
          <span className={styles.name}>{name}</span>
          <span className={styles.facts}>{facts(entry, given)}</span>
        </span>
      </button>
      <IconButton className={styles.close} label={text.close(name)} excludeFromTabOrder={!isTabStop} onPress={onClose}>
        <X aria-hidden />
      </IconButton>
    </div>
  );
}

/** Size, and pixel size where the slide has been looked at; else how it stands. */
function facts({ sizeBytes, mpp, state }: SlideEntry, given: number | undefined): string {
  const size = sizeBytes === undefined ? "" : formatBytes(sizeBytes);
  const inFile = mpp === undefined ? "" : text.pixelSize(formatPixelSize(mpp));
  const pixels = given === undefined ? inFile : text.givenPixelSize(formatPixelSize(given));
  const stands =
    state.kind === "failed" && state.failure.awaitsFolder ? text.states.awaitsFolder : text.states[state.kind];
  return [size, stands || pixels].filter(Boolean).join(" · ");
}
