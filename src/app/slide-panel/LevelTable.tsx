import type { Slide } from "#slide";
import { formatNumber, formatSize } from "../format.ts";
import { words } from "../words.ts";
import styles from "./SlidePanel.module.css";

const text = words.slidePanel;

/** The resolutions that the file stores. */
export function LevelTable({ slide }: { slide: Slide }) {
  const { mpp } = slide;
  return (
    <section className={styles.section}>
      <h3>{text.levels}</h3>
      <table className={styles.levels}>
        <thead>
          <tr>
            <th scope="col">{text.level}</th>
            <th scope="col">{text.dimensions}</th>
            <th scope="col">{text.downsample}</th>
            <th scope="col">{text.tile}</th>
            <th scope="col">{text.umPerPixel}</th>
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
    </section>
  );
}
