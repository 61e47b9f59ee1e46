import { randomHex } from "#base";
import type { Folder } from "#storage";
import { parseObject } from "./json-text.ts";
import { CHANGE_LOCK_SUFFIX } from "./layout.ts";
import { type LockOwner, type OriginLocks, readLock } from "./output-lock.ts";

/** Changes take milliseconds: a lock that stays the same for so long was left by somebody who died. */
const LEFT_BEHIND_MS = 15_000;
const RETRY_MS = 40;

/** Who changes files, and how its tabs keep apart. */
export interface FileChanger {
  readonly owner: LockOwner;
  readonly originLocks: OriginLocks | undefined;
}

/**
 * Changes a file that several tabs and processes write to, one at a time: `<file>.lock.txt` is made, and removed again.
 * It waits for others. One who died in the middle holds up other programs for some seconds, and tabs of its browser not at all.
 */
export async function withFileMutex<Result>(
  folder: Folder,
  path: string,
  { owner, originLocks }: FileChanger,
  work: () => Promise<Result>,
): Promise<Result> {
  const lockPath = path + CHANGE_LOCK_SUFFIX;
  const { hostname, pid } = owner;
  const exclusive = async () => {
    let seen: string | undefined;
    let seenSinceMs = 0;
    while (!(await folder.createNew(lockPath, JSON.stringify({ hostname, pid, session: randomHex(16) })))) {
      const found = (await readLock(folder, lockPath))?.text;
      if (found === undefined) continue;
      if (found !== seen) {
        seen = found;
        seenSinceMs = Date.now();
      }
      // All tabs of this browser wait for the origin's lock, which is held here: its maker is gone.
      const isOurOwn = originLocks !== undefined && !owner.isRunning && parseObject(found)?.hostname === hostname;
      if (isOurOwn || Date.now() - seenSinceMs > LEFT_BEHIND_MS) await folder.remove(lockPath);
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    try {
      return await work();
    } finally {
      await folder.remove(lockPath);
    }
  };
  if (!originLocks) return exclusive();
  // Tabs of this browser wait here, without knocking at the disk.
  return (await originLocks.request(`coverslip:${folder.name}:${lockPath}`, exclusive)) as Result;
}
