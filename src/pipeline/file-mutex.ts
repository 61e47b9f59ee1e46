import type { Folder } from "#storage";
import { LOCK_SUFFIX } from "./layout.ts";
import type { OriginLocks } from "./output-lock.ts";

/** Changes take milliseconds: a lock of this age was left by somebody who died. */
const LEFT_BEHIND_MS = 15_000;
const RETRY_MS = 40;

/**
 * Changes a file that several tabs and processes append to, one at a time: `<file>.lock` is made, and removed again.
 * It waits for others; one who died in the middle holds it up for some seconds.
 */
export async function withFileMutex(
  folder: Folder,
  path: string,
  originLocks: OriginLocks | undefined,
  work: () => Promise<void>,
): Promise<void> {
  const lockPath = path + LOCK_SUFFIX;
  const exclusive = async () => {
    const giveUpMs = Date.now() + LEFT_BEHIND_MS;
    while (!(await folder.createNew(lockPath, ""))) {
      if (Date.now() > giveUpMs) break;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    try {
      await work();
    } finally {
      await folder.remove(lockPath);
    }
  };
  if (!originLocks) return exclusive();
  // Tabs of this browser wait here, without knocking at the disk.
  await originLocks.request(`coverslip:${folder.name}:${lockPath}`, exclusive);
}
