import { useRef } from "react";
import { scaleBar } from "#viewer";
import { useChrome, useSlides } from "../stores/context.tsx";
import { usePixelSize } from "../stores/use-pixel-size.ts";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";
import { useEveryView } from "./use-view.ts";

const MAX_WIDTH_PX = 160;
/** Of a narrow view: the rest of the line is the magnification's. */
const MAX_WIDTH_SHARE = 0.3;

/** How long a length of tissue is on screen. Nothing where nobody has said how large a pixel is. */
export function ScaleBar() {
  const bar = useRef<HTMLDivElement>(null);
  const label = useRef<HTMLSpanElement>(null);
  const mpp = usePixelSize(useSlides((state) => state.slide));
  const viewer = useChrome((state) => state.viewer);
  useEveryView(mpp && viewer, ({ view, size }) => {
    if (!mpp || !bar.current || !label.current) return;
    const { widthCss, label: length } = scaleBar(
      mpp.x * view.downsample,
      Math.min(MAX_WIDTH_PX, size.width * MAX_WIDTH_SHARE),
    );
    bar.current.style.width = `${widthCss}px`;
    const said = mpp.isGiven ? words.pane.scaleBarAsGiven(length) : words.pane.scaleBar(length);
    const image = bar.current.parentElement!;
    if (image.ariaLabel === said) return;
    image.ariaLabel = said;
    label.current.textContent = length;
  });
  if (!mpp) return null;
  return (
    <div className={styles.scaleBar} role="img">
      <span ref={label} />
      <div ref={bar} />
    </div>
  );
}
