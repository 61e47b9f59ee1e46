import { randomHex } from "#base";
import type { Kept, LastSession, OpenSlides } from "./kept.ts";

/** Tells a tab from others, through its reloads. */
const TAB_KEY = "coverslip.tab";

/**
 * What this tab has open, kept for its next load apart from what others have. A tab that is opened anew goes on with what
 * the one had that was closed last.
 * @param storage - lives as long as the tab.
 */
export function createTabRecord(kept: Kept, storage: Storage | undefined) {
  let settling: Promise<string> | undefined;
  let saved: OpenSlides | undefined;

  function ownId(): Promise<string> {
    settling ??= settle();
    return settling;
  }

  async function settle(): Promise<string> {
    const before = storage?.getItem(TAB_KEY) ?? undefined;
    const id = before === undefined ? await takeOver() : (await kept.holdSession(before)) ? before : await copy(before);
    storage?.setItem(TAB_KEY, id);
    return id;
  }

  async function begin(): Promise<string> {
    const id = randomHex(16);
    await kept.holdSession(id);
    return id;
  }

  async function takeOver(): Promise<string> {
    for (const { id } of await kept.leftSessions()) if (await kept.holdSession(id)) return id;
    return begin();
  }

  /** A tab that was duplicated came with the other's id: it begins with the same slides, and goes its own way. */
  async function copy(other: string): Promise<string> {
    const id = await begin();
    const session = await kept.lastSession(other);
    if (session) await kept.saveSession({ ...session, id });
    return id;
  }

  async function save(open: OpenSlides): Promise<void> {
    saved = open;
    await kept.saveSession({ ...open, id: await ownId(), seenAt: Date.now() });
  }

  return {
    /** What was open when the tab was left. */
    last: async (): Promise<LastSession | undefined> => kept.lastSession(await ownId()),
    save,
    async forget(): Promise<void> {
      saved = undefined;
      await kept.forgetSession(await ownId());
    },
    /** The tab has come to the front: closed now, it is the one that was closed last. */
    async seen(): Promise<void> {
      if (saved) await save(saved);
    },
  };
}
