import { useRef } from "react";
import { scaleBar } from "#viewer";
import { useChrome, useSlides } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";
import { useEveryView } from "./use-view.ts";

const MAX_WIDTH_PX = 160;

/** How long a length of tissue is on screen. Nothing where the file does not say its pixel size. */
export function ScaleBar() {
  const bar = useRef<HTMLDivElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const mpp = useSlides((state) => state.slide?.mpp);
  const viewer = useChrome((state) => state.viewer);
  useEveryView(mpp && viewer, ({ view }) => {
    if (!mpp || !bar.current || !label.current) return;
    const { widthCss, label: length } = scaleBar(mpp.x * view.downsample, MAX_WIDTH_PX);
    bar.current.style.width = `${widthCss}px`;
    if (label.current.textContent !== length) {
      label.current.textContent = length;
      bar.current.parentElement!.setAttribute("aria-label", words.pane.scaleBar(length));
    }
  });
  if (!mpp) return null;
  return (
    <div className={styles.scaleBar} role="img">
      <span ref={label} />
      <div ref={bar} />
    </div>
  );
}
