import type { ReactNode } from "react";
import { useChrome } from "../stores/context.tsx";
import styles from "./Layout.module.css";
import { Loaded } from "./Loaded.tsx";
import { Sheet } from "./lazy-sides.tsx";
import { useFirstAnswer } from "./use-first-answer.ts";
import { useHasSides } from "./use-has-sides.ts";

/** The slide fills the screen; one sheet below holds everything else. */
export function Phone({ pane, foot }: { pane: ReactNode; foot: ReactNode }) {
  const hasSides = useHasSides();
  const hasAnswer = useFirstAnswer();
  const sheet = useChrome((state) => state.sheet);
  return (
    <div className={styles.phone} data-sheet={hasSides ? sheet : "none"}>
      {pane}
      {hasSides && hasAnswer && (
        <Loaded>
          <Sheet foot={foot} />
        </Loaded>
      )}
    </div>
  );
}
