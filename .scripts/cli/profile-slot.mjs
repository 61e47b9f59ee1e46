// @ts-check
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CACHE } from "../setup.mjs";
import { isRunning, OWNER } from "./lock-owner.mjs";

/**
 * A browser profile of its own for each run on a job folder, and the same one again for the next run there: what an
 * interrupted run has kept in the browser's private file system is found when the command is given once more.
 * `discard`: nothing was left half done, so that the folder's profiles (some 50 MB each) need not be kept.
 *
 * @typedef {{ profile: string, release(options?: { discard: boolean }): void }} ProfileSlot
 */

/** Where profiles are kept: for each job folder a folder of slots, and a file that says whose they are. */
const PROFILES = join(CACHE, "process");
const JOB_FILE = "job-folder";
/** More runs than this on one folder at once is a mistake. */
const MAX_SLOTS = 64;

const DAY_MS = 24 * 3600 * 1000;
/** Nobody goes on with what a run has kept after this long. */
const ABANDONED_MS = 30 * DAY_MS;
/** Nor after this long where its job folder is gone, which may have been on a disk that comes back soon. */
const FOLDER_GONE_MS = DAY_MS;
/** Who clears a lock that was left marks it first; a mark of this age was left by somebody who died doing so. */
const CLEARING_MS = 60_000;

/** Locks of this very process: a lock that has its number and is none of these is of one that had it before. */
const held = new Set();

/**
 * @param {string} jobDir must exist
 * @param {string} [profiles] where profiles are kept
 * @returns {ProfileSlot}
 */
export function takeProfileSlot(jobDir, profiles = PROFILES) {
  const real = realpathSync(jobDir);
  const folder = join(profiles, createHash("sha256").update(real).digest("hex").slice(0, 16));
  const noteUse = () => writeFileSync(join(folder, JOB_FILE), real);
  mkdirSync(folder, { recursive: true });
  for (let slot = 0; slot < MAX_SLOTS; slot++) {
    const profile = join(folder, String(slot));
    const lock = lockOf(profile);
    if (!takeLock(lock)) continue;
    noteUse();
    return {
      profile,
      release({ discard } = { discard: false }) {
        try {
          noteUse();
          if (discard) {
            rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
            for (const other of freeSlots(folder)) {
              rmSync(other, { recursive: true, force: true });
              dropLock(lockOf(other));
            }
          }
        } catch {
          // Chromium's last processes still write as they end: then it is kept for now, which harms nobody.
        }
        dropLock(lock);
      },
    };
  }
  throw new Error(`${MAX_SLOTS} runs on ${jobDir} at once: wait for one to end.`);
}

/**
 * Removes profiles that nobody will go on with. Those of runs that are at work stay, whoever's they are.
 * @param {string} [profiles] where profiles are kept
 */
export async function pruneProfiles(profiles = PROFILES) {
  for (const name of existsSync(profiles) ? readdirSync(profiles) : []) {
    const folder = join(profiles, name);
    try {
      if (!isAbandoned(folder)) continue;
      for (const profile of freeSlots(folder)) {
        await rm(profile, { recursive: true, force: true });
        dropLock(lockOf(profile));
      }
      if (readdirSync(folder).some((entry) => entry !== JOB_FILE)) continue;
      rmSync(join(folder, JOB_FILE), { force: true });
      rmdirSync(folder);
    } catch {
      // Somebody has begun a run there, or prunes as well.
    }
  }
}

/** @param {string} folder */
function isAbandoned(folder) {
  const jobFile = join(folder, JOB_FILE);
  const isKnown = existsSync(jobFile);
  const limitMs = isKnown && !existsSync(readFileSync(jobFile, "utf8")) ? FOLDER_GONE_MS : ABANDONED_MS;
  return ageMs(isKnown ? jobFile : folder) > limitMs;
}

/**
 * Profiles that no run has, each locked when it is handed out.
 * @param {string} folder
 */
function* freeSlots(folder) {
  const slots = new Set(readdirSync(folder).flatMap((name) => /^(\d+)(\.pid)?$/.exec(name)?.[1] ?? []));
  for (const slot of slots) {
    const profile = join(folder, slot);
    if (takeLock(lockOf(profile))) yield profile;
  }
}

/** @param {string} profile */
function lockOf(profile) {
  return `${profile}.pid`;
}

/**
 * Takes a lock, be it one that was left by a run that is gone.
 * @param {string} lock
 */
function takeLock(lock) {
  if (!create(lock)) {
    if (!isLeft(lock)) return false;
    // Of several that find it left one removes it, so that nobody removes the lock made in its place.
    const mark = `${lock}.clearing`;
    if (!create(mark)) {
      if (ageMs(mark) > CLEARING_MS) rmSync(mark, { force: true });
      return false;
    }
    try {
      if (isLeft(lock)) rmSync(lock, { force: true });
      if (!create(lock)) return false;
    } finally {
      rmSync(mark, { force: true });
    }
  }
  held.add(lock);
  return true;
}

/** @param {string} lock */
function dropLock(lock) {
  held.delete(lock);
  rmSync(lock, { force: true });
}

/** @param {string} path */
function create(path) {
  try {
    const file = openSync(path, "wx");
    writeSync(file, JSON.stringify(OWNER));
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} lock */
function isLeft(lock) {
  try {
    const text = readFileSync(lock, "utf8");
    // Written right after it was made: an empty one is somebody's who is just starting.
    const runs = text === "" ? undefined : isRunning(JSON.parse(text));
    if (runs === undefined) return ageMs(lock) > ABANDONED_MS;
    return !runs || (text === JSON.stringify(OWNER) && !held.has(lock));
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "ENOENT") return true;
    if (error instanceof SyntaxError) return ageMs(lock) > ABANDONED_MS;
    throw error;
  }
}

/** Since it was last written; 0 for what is gone. @param {string} path */
function ageMs(path) {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
}
