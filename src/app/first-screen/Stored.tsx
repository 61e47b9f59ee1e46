import { Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../controls/buttons.tsx";
import { formatBytes } from "../format.ts";
import { eraseEverything, type StoredThings, storedThings } from "../offline/stored.ts";
import { useJob, useSession } from "../stores/context.tsx";
import { isRunning } from "../stores/job.ts";
import { words } from "../words.ts";
import styles from "./FirstScreen.module.css";

const text = words.stored;

/** What of this app lies on the device, and the button that takes it away. */
export function Stored() {
  const session = useSession();
  const isBusy = useJob(isRunning);
  const [things, setThings] = useState<StoredThings>();
  const [outcome, setOutcome] = useState<"erased" | "failed">();
  useEffect(() => {
    let isMounted = true;
    Promise.all([storedThings(), session.recent()]).then(
      ([found, recent]) => isMounted && setThings({ ...found, recentNames: recent.length }),
    );
    return () => {
      isMounted = false;
    };
  }, [session]);
  if (!things) return null;
  const { app, sample, settings, kept, recentNames, totalBytes } = things;
  const items = [
    ...(app ? [text.items.app] : []),
    ...(sample ? [text.items.sample] : []),
    ...(recentNames > 0 ? [text.items.recent(recentNames)] : []),
    ...(settings ? [text.items.settings] : []),
    ...(kept ? [text.items.kept] : []),
  ];
  return (
    <section className={styles.stored}>
      <h3>{text.title}</h3>
      {outcome ? (
        <p role="status">{text[outcome]}</p>
      ) : items.length === 0 ? (
        <p>{text.nothing}</p>
      ) : (
        <>
          <p>
            {items.join(" · ")}. {text.total(formatBytes(totalBytes))}
          </p>
          {isBusy && <p>{text.busy}</p>}
          <Button
            kind="quiet"
            isDisabled={isBusy}
            onPress={async () => {
              await session.forgetAll();
              setOutcome((await eraseEverything()) ? "erased" : "failed");
            }}
          >
            <Trash2 aria-hidden />
            {text.erase}
          </Button>
        </>
      )}
    </section>
  );
}
