// @ts-check
import { createHash } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../setup.mjs";

/**
 * A browser profile of its own for each run on a job folder, and the same one again for the next run there: what an
 * interrupted run has kept in the browser's private file system is found when the command is given once more.
 * `discard`: nothing was left half done, so that the profile (some 50 MB) need not be kept.
 *
 * @typedef {{ profile: string, release(options?: { discard: boolean }): void }} ProfileSlot
 */

/** More runs than this on one folder at once is a mistake. */
const MAX_SLOTS = 64;

/**
 * @param {string} jobDir must exist
 * @param {string} [profiles] where profiles are kept
 * @returns {ProfileSlot}
 */
export function takeProfileSlot(jobDir, profiles = join(CACHE, "process")) {
  const key = createHash("sha256").update(realpathSync(jobDir)).digest("hex").slice(0, 16);
  const folder = join(profiles, key);
  mkdirSync(folder, { recursive: true });
  for (let slot = 0; slot < MAX_SLOTS; slot++) {
    const lock = join(folder, `${slot}.pid`);
    if (!takeLock(lock) && !(isDead(lock) && takeLock(lock))) continue;
    const profile = join(folder, String(slot));
    return {
      profile,
      release({ discard } = { discard: false }) {
        try {
          if (discard) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
        } catch {
          // Chromium's last processes still write as they end: then it is kept, which harms nobody.
        }
        rmSync(lock, { force: true });
      },
    };
  }
  throw new Error(`${MAX_SLOTS} runs on ${jobDir} at once: wait for one to end.`);
}

/** @param {string} lock */
function takeLock(lock) {
  try {
    const file = openSync(lock, "wx");
    writeSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Whether the run that holds a lock is gone; its lock is then removed.
 * @param {string} lock
 */
function isDead(lock) {
  try {
    const pid = Number(readFileSync(lock, "utf8"));
    // Written right after it was made: an empty one is somebody's who is just starting.
    if (!pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== "ESRCH") return code === "ENOENT";
    rmSync(lock, { force: true });
    return true;
  }
}
