// @ts-check
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { UsageError } from "./arguments.mjs";

/**
 * TRIDENT's list of slides: a CSV with the column `wsi` (paths below the slides' folder, or absolute ones of files in it) and, if you like, `mpp`.
 * @param {string} file @param {string} slidesDir
 * @returns {{ path: string, mpp?: number }[]}
 */
export function readSlideList(file, slidesDir) {
  if (!existsSync(file)) throw new UsageError(`--custom_list_of_wsis ${file}: there is no such file.`);
  const [head = [], ...rows] = parseCsv(readFileSync(file, "utf8").replace(/^\ufeff/, ""));
  const columns = head.map((name) => name.trim());
  const wsi = columns.indexOf("wsi");
  const mpp = columns.indexOf("mpp");
  if (wsi < 0) throw new UsageError(`--custom_list_of_wsis ${file}: it has no column wsi.`);
  /** @type {Map<string, { path: string, mpp?: number }>} */
  const list = new Map();
  for (const row of rows) {
    const given = row[wsi]?.trim();
    if (!given) continue;
    const path = pathBelow(slidesDir, given);
    if (path === undefined) throw new UsageError(`${file}: ${given} is not in ${slidesDir}.`);
    if (!existsSync(join(slidesDir, path))) throw new UsageError(`${file}: there is no ${given} in ${slidesDir}.`);
    const text = mpp < 0 ? "" : (row[mpp]?.trim() ?? "");
    const value = text === "" ? undefined : Number(text);
    if (value !== undefined && !(value > 0 && Number.isFinite(value))) {
      throw new UsageError(`${file}: mpp ${text} of ${given} is no number above 0.`);
    }
    const before = list.get(path)?.mpp;
    if (before !== undefined && value !== undefined && before !== value) {
      throw new UsageError(`${file}: ${path} is listed twice, with mpp ${before} and ${value}.`);
    }
    const known = value ?? before;
    list.set(path, known === undefined ? { path } : { path, mpp: known });
  }
  if (list.size === 0) throw new UsageError(`${file}: it lists no slides.`);
  return [...list.values()];
}

/**
 * A slide's path below the folder, with forward slashes and no detours; undefined for what lies elsewhere.
 * @param {string} folder @param {string} given relative to it, or absolute
 */
function pathBelow(folder, given) {
  const place = resolve(folder, given);
  // The folder may be a link, and the path one that leads through it or not.
  for (const root of [resolve(folder), realpathSync(folder)]) {
    const path = relative(root, place);
    if (path !== "" && path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path)) {
      return path.split(sep).join("/");
    }
  }
  return undefined;
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
  for (const [, quoted, plain = "", end = ""] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n?|\n|$)/g)) {
    const field = quoted === undefined ? plain : quoted.replaceAll('""', '"');
    if (end === "" && field === "" && row.length === 0) break;
    row.push(field);
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
