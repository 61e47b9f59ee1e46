import { randomHex } from "#base";
import { openEncoder } from "#models";
import { dropRowLog, openHdf5, openOpfsFolder, openRowLog } from "#storage";
import type { JobEngines } from "./engines.ts";
import type { LockOwner } from "./output-lock.ts";
import { createTissueEngine, type TissueEngine } from "./tissue-engine.ts";

/** Names this browser profile in lock files; in the private file system, so that all its tabs share it. */
const BROWSER_ID_FOLDER = "coverslip";
const BROWSER_ID_FILE = "browser-id";

let ownTissue: TissueEngine | undefined;

/** One worker for all jobs of the page. */
export function getTissueEngine(): TissueEngine {
  ownTissue ??= createTissueEngine();
  return ownTissue;
}

/** The app's own workers, with what is given in their place. */
export async function createJobEngines(given: Partial<JobEngines>): Promise<JobEngines> {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  return {
    tissue: given.tissue ?? getTissueEngine(),
    openEncoder,
    openRowLog,
    dropRowLog,
    openHdf5,
    originLocks: navigator?.locks,
    now: () => new Date(),
    ...given,
    owner: given.owner ?? (await browserOwner()),
  };
}

let owner: Promise<LockOwner> | undefined;

/** The same for all tabs of a profile; where nothing can be kept, for this page alone. */
function browserOwner(): Promise<LockOwner> {
  owner ??= readBrowserId().then((id) => ({ hostname: `browser:${id}`, pid: 0 }));
  return owner;
}

async function readBrowserId(): Promise<string> {
  const fresh = randomHex(12);
  try {
    const folder = await openOpfsFolder(BROWSER_ID_FOLDER);
    if (await folder.createNew(BROWSER_ID_FILE, fresh)) return fresh;
    const kept = await (await folder.read(BROWSER_ID_FILE))?.text();
    return kept && /^[0-9a-f]{12}$/.test(kept) ? kept : fresh;
  } catch {
    // No private file system (Node, private windows of some browsers): locks are judged by age.
    return fresh;
  }
}
