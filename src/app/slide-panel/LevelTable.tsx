import type { Slide } from "#slide";
import { formatNumber, formatSize } from "../format.ts";
import { usePixelSize } from "../stores/use-pixel-size.ts";
import { words } from "../words.ts";
import styles from "./SlidePanel.module.css";

const text = words.slidePanel;

/** The resolutions that the file stores. */
export function LevelTable({ slide }: { slide: Slide }) {
  const mpp = usePixelSize(slide);
  return (
    <section className={styles.section}>
      <h3>{text.levels}</h3>
      <table className={styles.levels}>
        <thead>
          <tr>
            {[text.level, text.dimensions, text.downsample, text.tile, text.umPerPixel].map((heading) => (
              <th key={heading} scope="col">
                <span>{heading}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {slide.levels.map(({ width, height, downsample, tileWidth, tileHeight }, level) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a level is its index
            <tr key={level}>
              <th scope="row">{level}</th>
              <td>{formatSize({ width, height })}</td>
              <td>{formatNumber(downsample)}</td>
              <td>{tileWidth && tileHeight ? `${tileWidth} × ${tileHeight}` : text.noTiles}</td>
              <td>{mpp ? Number((mpp.x * downsample).toPrecision(4)) : "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {mpp?.isGiven && <p className={styles.levelsNote}>{text.levelsAsGiven}</p>}
    </section>
  );
}
