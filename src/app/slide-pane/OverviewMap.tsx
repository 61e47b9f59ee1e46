import { useEffect, useRef } from "react";
import { Overview } from "#viewer";
import { useChrome } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";

/** From this on the slide has room for a large map; the same line as in the style sheet. */
const ROOMY = { width: 640, height: 360 };
const LARGE = { maxWidth: 208, maxHeight: 156 };
const SMALL = { maxWidth: 112, maxHeight: 112 };

/** The whole slide in small, with the part in view. The keyboard has the arrow keys for what the pointer does here. */
export function OverviewMap() {
  const container = useRef<HTMLDivElement>(null);
  const viewer = useChrome((state) => state.viewer);
  useEffect(() => {
    if (!viewer) return;
    const overview = new Overview(container.current!, viewer);
    let wasRoomy: boolean | undefined;
    const adapt = () => {
      const { width, height } = viewer.size;
      const isRoomy = width > ROOMY.width && height > ROOMY.height;
      if (isRoomy === wasRoomy) return;
      wasRoomy = isRoomy;
      const { maxWidth, maxHeight } = isRoomy ? LARGE : SMALL;
      overview.limit(maxWidth, maxHeight);
    };
    adapt();
    const stop = viewer.on("size", adapt);
    return () => {
      stop();
      overview.destroy();
    };
  }, [viewer]);
  return <div ref={container} className={styles.overview} role="img" aria-label={words.pane.overview} />;
}
