import { readFileSync } from "node:fs";
import type { Browser, CDPSession } from "playwright";

/** What Chromium's processes use, for one tab alone in it. */
export class TabUsage {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async of(browser: Browser): Promise<TabUsage> {
    return new TabUsage(await browser.newBrowserCDPSession());
  }

  /** Bytes of the tab: its renderer processes, memory shared between them and with others counted in proportion. */
  async bytes(): Promise<number> {
    const { processInfo } = await this.#session.send("SystemInfo.getProcessInfo");
    const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
    return pids.reduce((sum, pid) => {
      const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"));
      return sum + Number(pss?.[1] ?? 0) * 1024;
    }, 0);
  }

  /** Seconds of processor time that all of Chromium has used so far. */
  async cpuSeconds(): Promise<number> {
    const { processInfo } = await this.#session.send("SystemInfo.getProcessInfo");
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  }
}
