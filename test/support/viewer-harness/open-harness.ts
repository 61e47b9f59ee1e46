import { launchChromium } from "../chromium.ts";
import type { HarnessGlobals } from "./main.ts";
import type { Movement, Smoothness } from "./movement.ts";
import { serveHarness } from "./serve.ts";

/** The harness page with a slide, ready to be moved. */
export interface HarnessPage {
  move(movement: Movement): Promise<Smoothness>;
  close(): Promise<void>;
}

export const SAMPLE = "/sample/coverslip-sample.tiff";

/** Movements over the sample slide, and over 200,000 patches on it. */
export const MOVEMENTS = {
  "whole slide": { start: { downsample: 15 }, dx: 3, dy: 2, zoom: 1, turn: 0 },
  "squares of 12 px": { start: { downsample: 3 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "squares of 5 px": { start: { downsample: 7 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "zoom in and out": { start: { downsample: 4 }, dx: 0, dy: 0, zoom: 1.02, turn: 0 },
  turned: { start: { downsample: 7, rotation: 0.4 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  turning: { start: { downsample: 7 }, dx: 0, dy: 0, zoom: 1, turn: 0.01 },
  "turned zoom": { start: { downsample: 4, rotation: 0.4 }, dx: 0, dy: 0, zoom: 1.02, turn: 0 },
} as const;

/** Serves the harness and hands out pages of 1440 x 900; `query` as `main.ts` takes it. */
export async function withHarness(
  work: (open: (query: Readonly<Record<string, string>>) => Promise<HarnessPage>) => Promise<void>,
): Promise<void> {
  const { server, url } = await serveHarness();
  const browser = await launchChromium();
  try {
    await work(async (query) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${url}?${new URLSearchParams(query)}`);
      await page.waitForFunction(() => (globalThis as Harness).viewer?.slide);
      await page.waitForTimeout(1500);
      return {
        move: (movement) => page.evaluate((wish) => (globalThis as Harness).move!(wish), movement),
        close: () => page.close(),
      };
    });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** One line for people. */
export function inWords({ fps, p95Ms, longestMs, dropped, busyMs }: Smoothness): string {
  const frames = `${fps.toFixed(1)} fps, ${dropped} dropped, frame p95 ${p95Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms`;
  return `${frames}, drawing ${busyMs.toFixed(1)} ms a frame`;
}

type Harness = typeof globalThis & Partial<HarnessGlobals>;
