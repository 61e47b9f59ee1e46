import { useVirtualizer } from "@tanstack/react-virtual";
import { FilePlus2, FolderOpen, PanelLeftClose, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from "react";
import { Button, IconButton, SearchField } from "../controls/controls.tsx";
import { useSession, useSlides } from "../stores/context.tsx";
import { words } from "../words.ts";
import { type RailRow, railRows } from "./rail-rows.ts";
import styles from "./SlideList.module.css";
import { SlideRow } from "./SlideRow.tsx";

const text = words.slides;
/** From so many on, looking through names is slower than typing one. */
const FILTER_FROM = 8;
const ROW_PX = { folder: 28, slide: 68 };

/** The slides that were opened or found, by folder. Hundreds of them: only the rows in sight exist. */
export function SlideList({ onHide, isTitled = true }: { onHide?: () => void; isTitled?: boolean }) {
  const session = useSession();
  const entries = useSlides((state) => state.entries);
  const activeId = useSlides((state) => state.activeId);
  const [typed, setTyped] = useState("");
  const rows = useMemo(() => railRows(entries, typed), [entries, typed]);
  return (
    <div className={styles.list}>
      <header>
        {isTitled && <h2>{text.title}</h2>}
        {(entries.length > 1 || !isTitled) && (
          <span className={styles.count}>{isTitled ? entries.length : text.count(entries.length)}</span>
        )}
        <span className={styles.space} />
        <IconButton label={words.first.openSlide} shortcut="Ctrl+O" onPress={() => session.openSlide()}>
          <FilePlus2 aria-hidden />
        </IconButton>
        <IconButton label={words.first.openFolder} onPress={() => session.openFolder()}>
          <FolderOpen aria-hidden />
        </IconButton>
        {onHide && (
          <IconButton label={words.layout.hideRail} shortcut="[" onPress={onHide}>
            <PanelLeftClose aria-hidden />
          </IconButton>
        )}
      </header>
      {entries.length >= FILTER_FROM && (
        <div className={styles.filter}>
          <SearchField label={text.filter} value={typed} onChange={setTyped} />
        </div>
      )}
      <Gathering />
      {entries.length === 0 ? (
        <p className={styles.note}>{text.none}</p>
      ) : rows.length === 0 ? (
        <p className={styles.note}>{text.noMatch(typed)}</p>
      ) : (
        <Rows rows={rows} activeId={activeId} />
      )}
    </div>
  );
}

function Rows({ rows, activeId }: { rows: readonly RailRow[]; activeId: string | undefined }) {
  const session = useSession();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ROW_PX[rows[index]!.kind],
    getItemKey: (index) => rows[index]!.key,
    overscan: 6,
  });
  const activeIndex = rows.findIndex((row) => row.kind === "slide" && row.entry.id === activeId);
  useEffect(() => {
    if (activeIndex >= 0) virtual.scrollToIndex(activeIndex);
  }, [activeIndex, virtual]);

  /** Where the next slide stands, past folders. */
  const neighbour = (from: number, by: 1 | -1) => {
    let index = from + by;
    while (rows[index]?.kind === "folder") index += by;
    return rows[index] && index;
  };
  const focusSlide = (index: number) => {
    const { key } = rows[index]!;
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(key)}"]`)?.focus(),
    );
  };
  const focusRow = (from: number, by: 1 | -1) => {
    const index = neighbour(from, by);
    if (index === undefined) return;
    virtual.scrollToIndex(index);
    focusSlide(index);
  };
  /** Closes a slide; the focus, which was on its row, goes to the next one. */
  const close = (index: number, id: string) => {
    const next = neighbour(index, 1) ?? neighbour(index, -1);
    session.close(id);
    if (next !== undefined) focusSlide(next);
  };
  const onKeyDown = (event: KeyboardEvent, index: number, id: string) => {
    if (event.key === "ArrowDown") focusRow(index, 1);
    else if (event.key === "ArrowUp") focusRow(index, -1);
    else if (event.key === "Delete") close(index, id);
    else return;
    event.preventDefault();
  };
  // One row answers to Tab, the arrow keys lead to the others.
  const tabStop = activeIndex >= 0 ? activeIndex : rows.findIndex((row) => row.kind === "slide");

  return (
    <div ref={scroller} className={styles.scroller}>
      <ul aria-label={text.title} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, key, start, size }) => {
          const row = rows[index]!;
          return (
            <li
              key={key}
              data-index={index}
              style={{ height: size, transform: `translateY(${start}px)` }}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
            >
              {row.kind === "folder" ? (
                <h3 className={styles.folder} title={row.folder}>
                  {row.folder}
                </h3>
              ) : (
                <SlideRow
                  entry={row.entry}
                  isActive={index === activeIndex}
                  isTabStop={index === tabStop}
                  onKeyDown={(event) => onKeyDown(event, index, row.entry.id)}
                  onClose={() => close(index, row.entry.id)}
                />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Gathering() {
  const gathering = useSlides((state) => state.gathering);
  const session = useSession();
  if (!gathering) return null;
  return (
    <div className={styles.gathering} role="status">
      <span>{text.gathering(gathering.folder, gathering.files)}</span>
      <Button kind="quiet" onPress={session.stopGathering}>
        <X aria-hidden />
        {text.stop}
      </Button>
    </div>
  );
}
