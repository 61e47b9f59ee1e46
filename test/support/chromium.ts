import { type Browser, chromium, type LaunchOptions } from "playwright";
import { CHROMIUM_ARGS, findChromium } from "../../.scripts/chromium.mjs";

/** Starts the machine's own Chromium without a window; no browser is ever downloaded. */
export async function launchChromium(options: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ ...chromiumOptions(options), ...options });
}

/** The launch options alone, for a persistent context. */
export function chromiumOptions({ args = [] }: LaunchOptions = {}): LaunchOptions {
  const executablePath = findChromium();
  if (!executablePath) throw new Error("No Chromium found: set CHROME_PATH or run: apt-get install chromium");
  return { executablePath, args: [...CHROMIUM_ARGS, ...args] };
}
