import { type ReactNode, Suspense } from "react";
import { useChrome, useSlides } from "../stores/context.tsx";
import styles from "./Layout.module.css";
import { Sheet } from "./lazy-sides.tsx";

/** The slide fills the screen; one sheet below holds everything else. */
export function Phone({ pane, foot }: { pane: ReactNode; foot: ReactNode }) {
  const hasEntries = useSlides((state) => state.entries.length > 0);
  const sheet = useChrome((state) => state.sheet);
  return (
    <div className={styles.phone} data-sheet={hasEntries ? sheet : "none"}>
      {pane}
      {hasEntries && (
        <Suspense>
          <Sheet foot={foot} />
        </Suspense>
      )}
    </div>
  );
}
