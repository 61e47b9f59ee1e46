// @ts-check
import { readFileSync, readlinkSync, rmSync } from "node:fs";
import { hostname } from "node:os";

/** @typedef {import("../../src/pipeline/output-lock.ts").LockMaker} LockMaker */

/** In whose name this process locks files. */
export const OWNER = { hostname: hostname(), pid: process.pid, pidSpace: readPidSpace() };

/**
 * Whether the process that a lock names runs; undefined where that cannot be told from here.
 * @param {LockMaker} maker
 * @param {{ byHostname?: boolean }} [options] `byHostname`: a lock that does not say where its process is numbered, as
 *   TRIDENT's, means this machine where it has its name
 * @returns {boolean | undefined}
 */
export function isRunning(maker, { byHostname = false } = {}) {
  const { pid, pidSpace } = maker;
  if (maker.hostname !== OWNER.hostname || !(Number.isInteger(pid) && pid > 0 && pid < 2 ** 31)) return undefined;
  if (pidSpace === undefined ? !byHostname : pidSpace !== OWNER.pidSpace) return undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and somebody else's.
    return /** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH";
  }
}

/**
 * Removes those of the files that are locks of this process, when nobody is left to give them back.
 * @param {Iterable<string>} files
 */
export function removeOwnLocks(files) {
  for (const file of files) {
    try {
      const { hostname, pid, pid_space: pidSpace } = JSON.parse(readFileSync(file, "utf8"));
      const isOwn = hostname === OWNER.hostname && pid === OWNER.pid && pidSpace === OWNER.pidSpace;
      if (isOwn) rmSync(file, { force: true });
    } catch {
      // Gone, or no lock.
    }
  }
}

/** Linux numbers the processes of each container anew; elsewhere a machine has one space. */
function readPidSpace() {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return process.platform;
  }
}
