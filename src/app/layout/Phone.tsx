import type { ReactNode } from "react";
import { useChrome, useSlides } from "../stores/context.tsx";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { Sheet } from "./lazy-sides.tsx";
import { useFirstAnswer } from "./use-first-answer.ts";

/** The slide fills the screen; one sheet below holds everything else. */
export function Phone({ pane, foot }: { pane: ReactNode; foot: ReactNode }) {
  const hasEntries = useSlides((state) => state.entries.length > 0);
  const hasAnswer = useFirstAnswer();
  const sheet = useChrome((state) => state.sheet);
  return (
    <div className={styles.phone} data-sheet={hasEntries ? sheet : "none"}>
      {pane}
      {hasEntries && hasAnswer && (
        <Loaded>
          <Sheet foot={foot} />
        </Loaded>
      )}
    </div>
  );
}
