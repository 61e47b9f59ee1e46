import { FilePlus2, FolderOpen, History, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Button, IconButton } from "../controls/buttons.tsx";
import { Loaded } from "../layout/Loaded.tsx";
import { UnfinishedOffer } from "../layout/lazy-panels.tsx";
import type { LastSession, RecentSlide } from "../opening/kept.ts";
import { useJob, useSession } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./FirstScreen.module.css";
import { Logo } from "./Logo.tsx";
import { Stored } from "./Stored.tsx";

const text = words.first;

/** What the page is, and every way to begin. */
export function FirstScreen() {
  const session = useSession();
  const hasUnfinished = useJob((job) => job.unfinished !== undefined);
  return (
    <div className={styles.screen}>
      <div className={styles.column}>
        <header className={styles.header}>
          <Logo className={styles.logo} />
          <h2>{words.appName}</h2>
        </header>
        <p className={styles.headline}>{text.headline}</p>
        <p>{text.sentence}</p>
        <div className={styles.actions}>
          <Button kind="primary" onPress={() => session.openSlide()}>
            <FilePlus2 aria-hidden />
            {text.openSlide}
          </Button>
          <Button onPress={() => session.openFolder()}>
            <FolderOpen aria-hidden />
            {text.openFolder}
          </Button>
          <Button onPress={session.openSample}>{text.trySample}</Button>
        </div>
        <p className={`${styles.quiet} ${styles.drop}`}>{text.drop}</p>
        {hasUnfinished && (
          <Loaded>
            <UnfinishedOffer />
          </Loaded>
        )}
        <Recent />
        <p className={styles.formats}>
          <span>{text.formatsLabel}</span> {text.formats}
        </p>
        <p className={styles.research}>{text.research}</p>
        <Stored />
      </div>
    </div>
  );
}

/** Slides that were open before: going on where one left off, and single ones by name. */
function Recent() {
  const session = useSession();
  const [recent, setRecent] = useState<readonly RecentSlide[]>([]);
  const [last, setLast] = useState<LastSession>();
  useEffect(() => {
    let isMounted = true;
    session.recent().then((slides) => isMounted && setRecent(slides));
    session.lastSession().then((found) => isMounted && setLast(found?.session));
    return () => {
      isMounted = false;
    };
  }, [session]);
  if (recent.length === 0 && !last) return null;
  return (
    <section className={styles.recent}>
      {last && (
        <div className={styles.resume}>
          <Button onPress={() => session.resume(last)}>
            <History aria-hidden />
            {last.names.length > 1
              ? text.resumeMany(last.names[0]!, last.names.length - 1)
              : text.resumeOne(last.names[0]!)}
          </Button>
          <span className={styles.quiet}>{text.resumeNote}</span>
        </div>
      )}
      {recent.length > 0 && (
        <>
          <div className={styles.heading}>
            <h3>{text.recent}</h3>
            <Button
              kind="quiet"
              onPress={async () => {
                await session.forgetAll();
                setRecent([]);
                setLast(undefined);
              }}
            >
              {text.forgetRecent}
            </Button>
          </div>
          <ul>
            {recent.map((slide) => (
              <li key={slide.id}>
                <button type="button" className={styles.name} onClick={() => session.openRecent(slide)}>
                  <span>{slide.name}</span>
                  {slide.origin.kind === "none" && <small>{text.asksAgain}</small>}
                </button>
                <IconButton
                  label={text.forgetOne(slide.name)}
                  onPress={async () => {
                    await session.forget(slide.id);
                    setRecent(recent.filter(({ id }) => id !== slide.id));
                  }}
                >
                  <X aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
          <p className={styles.quiet}>{text.recentNote}</p>
        </>
      )}
    </section>
  );
}
