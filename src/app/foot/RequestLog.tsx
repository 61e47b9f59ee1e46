import { formatBytes, formatCount } from "../format.ts";
import { Floating } from "../layout/Floating.tsx";
import { useRequests } from "../stores/context.tsx";
import { words } from "../words.ts";
import styles from "./RequestLog.module.css";

const text = words.requests;

/** Every address this page has asked for, for whoever wants to see for themselves. */
export function RequestLog() {
  const rows = useRequests((state) => state.rows);
  return (
    <Floating title={text.title} place="foot">
      <p>{text.sentence}</p>
      {navigator.serviceWorker?.controller ? null : <p className={styles.quiet}>{text.workersNote}</p>}
      {rows.length === 0 ? (
        <p className={styles.quiet}>{text.none}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keyboard
        <section className={styles.scroller} tabIndex={0} aria-label={text.title}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{text.address}</th>
                <th scope="col">{text.times}</th>
                <th scope="col">{text.received}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ url, count, bytes, sameOrigin, blocked }) => (
                <tr key={url}>
                  <td>{sameOrigin ? new URL(url).pathname : url}</td>
                  <td>{blocked ? text.stopped : formatCount(count)}</td>
                  <td>{bytes > 0 ? formatBytes(bytes) : "–"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </Floating>
  );
}
