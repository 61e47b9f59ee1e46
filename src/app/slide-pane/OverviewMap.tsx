import { useEffect, useRef } from "react";
import { Overview } from "#viewer";
import { PHONE, useMedia } from "../layout/use-media.ts";
import { useChrome } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./SlidePane.module.css";

const ON_DESKTOP = { maxWidth: 208, maxHeight: 156 };
const ON_PHONE = { maxWidth: 112, maxHeight: 112 };

/** The whole slide in small, with the part in view. The keyboard has the arrow keys for what the pointer does here. */
export function OverviewMap() {
  const container = useRef<HTMLDivElement>(null);
  const viewer = useChrome((state) => state.viewer);
  const isPhone = useMedia(PHONE);
  useEffect(() => {
    if (!viewer) return;
    const overview = new Overview(container.current!, viewer, isPhone ? ON_PHONE : ON_DESKTOP);
    return () => overview.destroy();
  }, [viewer, isPhone]);
  return <div ref={container} className={styles.overview} role="img" aria-label={words.pane.overview} />;
}
