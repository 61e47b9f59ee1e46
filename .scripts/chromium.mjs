// @ts-check
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * Path of the Chromium to test with: `CHROME_PATH`, else the first of the usual names on the PATH.
 * @returns {string | undefined}
 */
export function findChromium() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  for (const name of NAMES) {
    const found = findOnPath(name);
    if (found) return found;
  }
  return undefined;
}

/**
 * Full path of an executable on the PATH.
 * @param {string} name
 * @returns {string | undefined}
 */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/** No sandbox, since containers run as root; the rest keeps the browser from talking to anyone on its own. */
export const CHROMIUM_ARGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
