import { randomHex } from "#base";
import type { Folder } from "#storage";
import { CHANGE_LOCK_SUFFIX } from "./layout.ts";
import {
  isMakerAlive,
  type LockOwner,
  makerFields,
  type OriginLocks,
  readLock,
  removeDeadLock,
} from "./output-lock.ts";

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
 * It waits for others. One who died in the middle holds up those who cannot tell for some seconds, and tabs of its browser not at all.
 */
export async function withFileMutex<Result>(
  folder: Folder,
  path: string,
  changer: FileChanger,
  work: () => Promise<Result>,
): Promise<Result> {
  const lockPath = path + CHANGE_LOCK_SUFFIX;
  const { owner, originLocks } = changer;
  const exclusive = async () => {
    let seen: string | undefined;
    let seenSinceMs = 0;
    while (!(await folder.createNew(lockPath, JSON.stringify({ ...makerFields(owner), session: randomHex(16) })))) {
      const found = (await readLock(folder, lockPath))?.text;
      if (found === undefined) continue;
      if (found !== seen) {
        seen = found;
        seenSinceMs = Date.now();
      }
      // All tabs of this browser wait for the origin's lock, which is held here: where one of them made it, it is gone.
      const isLeft = (await isMakerAlive(found, changer)) === false || Date.now() - seenSinceMs > LEFT_BEHIND_MS;
      if (isLeft && (await removeDeadLock(folder, lockPath, async ({ text }) => text === found))) continue;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
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
