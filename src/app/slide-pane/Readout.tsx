import { useLayoutEffect, useRef } from "react";
import type { Slide } from "#slide";
import type { Viewer } from "#viewer";
import { formatCount, formatMicrometres, formatPixelSize } from "../format.ts";
import type { KnownPixelSize } from "../stores/pixel-size.ts";
import { usePixelSize } from "../stores/use-pixel-size.ts";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";

/** Where the pointer is, in µm and pixels; without a pointer, the centre of the view. And what a pixel measures. */
export function Readout({ slide, viewer }: { slide: Slide; viewer: Viewer }) {
  const place = useRef<HTMLParagraphElement>(null);
  const mpp = usePixelSize(slide);
  useLayoutEffect(() => {
    let pointer: { x: number; y: number } | undefined;
    const write = () => {
      if (!place.current) return;
      const { centerX, centerY } = viewer.view;
      const { x, y } = pointer ?? { x: centerX, y: centerY };
      const pixels = `${formatCount(Math.floor(x))}, ${formatCount(Math.floor(y))} px`;
      const where = mpp ? `${formatMicrometres(x * mpp.x)}, ${formatMicrometres(y * mpp.y)} · ${pixels}` : pixels;
      place.current.textContent = pointer ? where : `${words.pane.centre} ${where}`;
    };
    const stop = [
      viewer.on("pointer", (at) => {
        pointer = at;
        write();
      }),
      viewer.on("view", () => pointer || write()),
    ];
    write();
    return () => {
      for (const off of stop) off();
    };
  }, [viewer, mpp]);
  return (
    <div className={styles.readout}>
      <p ref={place} />
      <p>{sentence(mpp)}</p>
    </div>
  );
}

function sentence(mpp: KnownPixelSize | undefined): string {
  if (!mpp) return words.pane.noPixelSize;
  const um = formatPixelSize(mpp.x);
  return mpp.isGiven ? words.pane.givenPixelSize(um) : words.pane.pixelSize(um, mpp.source);
}
