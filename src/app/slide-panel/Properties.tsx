import { useVirtualizer } from "@tanstack/react-virtual";
import { Copy } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { Slide } from "#slide";
import { Button, IconButton, SearchField } from "../controls/controls.tsx";
import { copyText } from "../controls/copy.ts";
import { words } from "../words.ts";
import { findProperties } from "./find-properties.ts";
import styles from "./SlidePanel.module.css";

const text = words.slidePanel;
/** Two lines of the panel; a longer value is cut until it is asked for. */
const LONG_VALUE = 120;

/** Every property as OpenSlide has it, searchable. Some files have thousands: only the rows in sight exist. */
export function Properties({ slide }: { slide: Slide }) {
  const [typed, setTyped] = useState("");
  const [said, setSaid] = useState("");
  const rows = useMemo(() => findProperties(slide.properties, typed), [slide, typed]);
  const copy = async (value: string) => setSaid((await copyText(value)) ? text.copied : text.copyFailed);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(setSaid, 2000, "");
    return () => clearTimeout(timer);
  }, [said]);
  const count = Object.keys(slide.properties).length;
  return (
    <section className={styles.section}>
      <div className={styles.heading}>
        <h3>{text.properties}</h3>
        <span className={styles.quiet}>{count}</span>
        <span className={styles.said} role="status">
          {said}
        </span>
        <Button kind="quiet" onPress={() => copy(rows.map(([name, value]) => `${name}\t${value}`).join("\n"))}>
          {text.copyAll}
        </Button>
      </div>
      <SearchField label={text.search} value={typed} onChange={setTyped} />
      {rows.length > 0 ? (
        <Rows rows={rows} onCopy={copy} />
      ) : (
        <p className={styles.quiet}>{count === 0 ? text.noProperties : text.noMatch(typed)}</p>
      )}
    </section>
  );
}

function Rows({ rows, onCopy }: { rows: readonly (readonly [string, string])[]; onCopy: (value: string) => void }) {
  const list = useRef<HTMLUListElement>(null);
  const [place, setPlace] = useState<{ scroller: HTMLElement; margin: number }>();
  // The whole panel scrolls, and the list begins somewhere within it: below pictures that come later.
  useEffect(() => {
    const scroller = list.current?.closest<HTMLElement>("[data-scroller]");
    if (!list.current || !scroller) return;
    const measure = () => {
      const margin =
        list.current!.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
      setPlace((known) => (known?.margin === margin ? known : { scroller, margin }));
    };
    const observer = new ResizeObserver(measure);
    for (const section of scroller.querySelectorAll("section")) observer.observe(section);
    measure();
    return () => observer.disconnect();
  }, []);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place?.scroller ?? null,
    scrollMargin: place?.margin ?? 0,
    estimateSize: () => 44,
    getItemKey: (index) => rows[index]![0],
    overscan: 8,
  });
  return (
    <ul ref={list} className={styles.properties} style={{ height: virtual.getTotalSize() }}>
      {virtual.getVirtualItems().map(({ index, key, start }) => (
        <li
          key={key}
          ref={virtual.measureElement}
          data-index={index}
          style={{ transform: `translateY(${start - virtual.options.scrollMargin}px)` }}
        >
          <Property name={rows[index]![0]} value={rows[index]![1]} onCopy={onCopy} />
        </li>
      ))}
    </ul>
  );
}

function Property({ name, value, onCopy }: { name: string; value: string; onCopy: (value: string) => void }) {
  const [whole, setWhole] = useState(false);
  const isLong = value.length > LONG_VALUE;
  return (
    <div className={styles.property}>
      <div>
        <span className={styles.propertyName}>{name}</span>
        <span className={styles.value} data-cut={(isLong && !whole) || undefined}>
          {value}
        </span>
        {isLong && (
          <Button kind="quiet" className={styles.more} onPress={() => setWhole(!whole)}>
            {whole ? text.less : text.more}
          </Button>
        )}
      </div>
      <IconButton className={styles.copy} label={text.copyValue(name)} onPress={() => onCopy(value)}>
        <Copy aria-hidden />
      </IconButton>
    </div>
  );
}
