import { useEffect, useRef } from "react";
import { Button } from "../controls/buttons.tsx";
import { words } from "../words.ts";
import type { Failure } from "./failure.ts";
import styles from "./SmallFailure.module.css";

export interface SmallFailureProps {
  failure: Failure;
  onAgain?: () => void;
  onDismiss?: () => void;
}

/** A failure within a panel: what, why, what to do next, and the details for whoever mends it. */
export function SmallFailure({ failure: { what, why, next, details }, onAgain, onDismiss }: SmallFailureProps) {
  const box = useRef<HTMLDivElement>(null);
  // It stands below what was pressed, which may be the last thing in sight.
  useEffect(() => {
    box.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={box} className={styles.failure} role="alert">
      <strong>{what}</strong>
      <p>
        {why} {next}
      </p>
      <details>
        <summary className={styles.summary}>{words.failures.details}</summary>
        <pre>
          {details.name}: {details.message}
        </pre>
      </details>
      {(onAgain || onDismiss) && (
        <div className={styles.actions}>
          {onAgain && <Button onPress={onAgain}>{words.failures.actions.again}</Button>}
          {onDismiss && (
            <Button kind="quiet" onPress={onDismiss}>
              {words.failures.dismiss}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
