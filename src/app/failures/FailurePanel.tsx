import { ChevronRight, Copy, TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../controls/buttons.tsx";
import { copyText } from "../controls/copy.ts";
import { words } from "../words.ts";
import styles from "./FailurePanel.module.css";
import type { Failure, FailureAction } from "./failure.ts";

const text = words.failures;

export interface FailurePanelProps {
  failure: Failure;
  onAction: (action: FailureAction) => void;
  /** Only what lies over a slide can be put away. */
  onDismiss?: () => void;
}

/** What happened, why, what to do next, with one button for it, and the details to copy. */
export function FailurePanel({ failure, onAction, onDismiss }: FailurePanelProps) {
  const { what, why, next, action, details } = failure;
  const [copied, setCopied] = useState<string>();
  const copy = async () => setCopied((await copyText(`${details.name}: ${details.message}`)) ? "copied" : "copyFailed");
  return (
    <section className={styles.panel} role="alert">
      <TriangleAlert className={styles.sign!} aria-hidden />
      <div className={styles.body}>
        <h2>{what}</h2>
        <p>{why}</p>
        <p>{next}</p>
        {action && (
          <div className={styles.actions}>
            <Button kind={onDismiss ? "plain" : "primary"} onPress={() => onAction(action)}>
              {text.actions[action]}
            </Button>
          </div>
        )}
        <details className={styles.details}>
          <summary>
            <ChevronRight aria-hidden />
            {text.details}
          </summary>
          <pre>
            {details.name}: {details.message}
          </pre>
          <Button kind="quiet" onPress={copy}>
            <Copy aria-hidden />
            {copied === "copied" ? words.slidePanel.copied : copied ? words.slidePanel.copyFailed : text.copyDetails}
          </Button>
        </details>
      </div>
      {onDismiss && (
        <IconButton label={text.dismiss} onPress={onDismiss}>
          <X aria-hidden />
        </IconButton>
      )}
    </section>
  );
}
