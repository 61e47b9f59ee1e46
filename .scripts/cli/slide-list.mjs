// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "./arguments.mjs";

/**
 * TRIDENT's list of slides: a CSV with the column `wsi` (paths below the slides' folder) and, if you like, `mpp`.
 * @param {string} file @param {string} slidesDir
 * @returns {{ path: string, mpp?: number }[]}
 */
export function readSlideList(file, slidesDir) {
  if (!existsSync(file)) throw new UsageError(`--custom_list_of_wsis ${file}: there is no such file.`);
  const [head = [], ...rows] = parseCsv(readFileSync(file, "utf8").replace(/^\ufeff/, ""));
  const wsi = head.indexOf("wsi");
  const mpp = head.indexOf("mpp");
  if (wsi < 0) throw new UsageError(`--custom_list_of_wsis ${file}: it has no column wsi.`);
  const list = rows
    .filter((row) => row[wsi]?.trim())
    .map((row) => {
      const path = row[wsi]?.trim() ?? "";
      const text = mpp < 0 ? "" : (row[mpp]?.trim() ?? "");
      if (text === "") return { path };
      const value = Number(text);
      if (!(value > 0)) throw new UsageError(`${file}: mpp ${text} of ${path} is no number above 0.`);
      return { path, mpp: value };
    });
  const missing = list.find(({ path }) => !existsSync(join(slidesDir, path)));
  if (missing) throw new UsageError(`${file}: there is no ${missing.path} in ${slidesDir}.`);
  if (list.length === 0) throw new UsageError(`${file}: it lists no slides.`);
  return list;
}

/**
 * Rows of fields; quotes, doubled quotes and line breaks within quotes as in RFC 4180.
 * @param {string} text
 * @returns {string[][]}
 */
function parseCsv(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  for (const [, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    const field = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    if (end === "" && field === "" && row.length === 0) break;
    row.push(field);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
