import { Cpu, Download, Keyboard, MemoryStick, ShieldAlert, ShieldCheck } from "lucide-react";
import { Button } from "../controls/buttons.tsx";
import { Loaded } from "../layout/Loaded.tsx";
import { JobLine } from "../layout/lazy-panels.tsx";
import type { Library } from "../library.ts";
import type { Offline } from "../offline/register.ts";
import { useChrome, useChromeStore, useJob, useRequests, useSlides } from "../stores/context.tsx";
import { isRunning } from "../stores/job.ts";
import { activeEntry } from "../stores/slides.ts";
import { useStore } from "../stores/store.ts";
import { words } from "../words.ts";
import styles from "./Foot.module.css";
import { useMemory, useTilesPending } from "./use-status.ts";

const text = words.foot;

/** One line: what works, what it takes, how it is read and drawn, and that nothing left the device. */
export function Foot({ library, offline }: { library: Library; offline: Offline }) {
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: outside a section, as here, a footer is the contentinfo landmark
    <footer className={styles.foot} aria-label={text.label}>
      <Work />
      <span className={styles.space} />
      <Update offline={offline} />
      <Memory library={library} />
      <ReadingPath library={library} />
      <Drawing />
      <Requests />
      <KeysButton />
    </footer>
  );
}

function Work() {
  const opening = useSlides((state) => {
    const entry = activeEntry(state);
    return entry?.state.kind === "opening" ? entry.name : undefined;
  });
  const waiting = useSlides((state) => state.entries.filter((entry) => entry.state.kind === "waiting").length);
  const viewer = useChrome((state) => state.viewer);
  const tiles = useTilesPending(viewer);
  const now = opening
    ? text.opening(opening)
    : tiles > 0
      ? text.reading(tiles)
      : waiting > 0
        ? text.looking(waiting)
        : text.idle;
  const hasJob = useJob(isRunning);
  return (
    <span className={styles.work}>
      {hasJob ? (
        <Loaded>
          <JobLine />
        </Loaded>
      ) : (
        now
      )}
    </span>
  );
}

function Memory({ library }: { library: Library }) {
  const viewer = useChrome((state) => state.viewer);
  const memory = useMemory(library, viewer);
  return (
    <span className={styles.item} title={text.memoryParts(memory.parts)}>
      {text.memory(memory.total)}
    </span>
  );
}

function ReadingPath({ library }: { library: Library }) {
  const isolated = library.pool().isSharingMemory;
  return (
    <span className={styles.item} title={isolated ? text.isolatedWhy : text.notIsolatedWhy}>
      <MemoryStick aria-hidden />
      {isolated ? text.isolated : text.notIsolated}
    </span>
  );
}

function Drawing() {
  const viewer = useChrome((state) => state.viewer);
  if (!viewer) return null;
  return (
    <span className={styles.item} title={viewer.rendererReason}>
      <Cpu aria-hidden />
      {viewer.renderer === "webgl2" ? text.gpu : text.cpu}
      {viewer.rendererReason && <span className={styles.reason}>· {viewer.rendererReason}</span>}
    </span>
  );
}

function Requests() {
  const chrome = useChromeStore();
  const open = useChrome((state) => state.floating === "requests");
  const blocked = useRequests((state) => state.blocked);
  return (
    <Button
      kind="quiet"
      className={styles.button}
      onPress={() => chrome.setState({ floating: open ? undefined : "requests" })}
    >
      {blocked > 0 ? <ShieldAlert aria-hidden /> : <ShieldCheck aria-hidden />}
      {blocked > 0 ? text.somethingBlocked(blocked) : text.nothingLeft}
    </Button>
  );
}

function KeysButton() {
  const chrome = useChromeStore();
  const open = useChrome((state) => state.floating === "keys");
  return (
    <Button
      kind="quiet"
      className={styles.button}
      onPress={() => chrome.setState({ floating: open ? undefined : "keys" })}
    >
      <Keyboard aria-hidden />
      {text.keys}
    </Button>
  );
}

/** A new version, or the faster way to read, comes with a reload: when the user says so. */
function Update({ offline }: { offline: Offline }) {
  const { updateReady, reloadIsolates } = useStore(offline.store, (state) => state);
  if (!updateReady && !reloadIsolates) return null;
  return (
    <Button kind="quiet" className={styles.button} onPress={offline.reload}>
      <Download aria-hidden />
      {updateReady ? text.update : text.isolate}
    </Button>
  );
}
