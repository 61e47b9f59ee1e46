import { launchChromium } from "../chromium.ts";
import type { HarnessGlobals } from "./main.ts";
import { serveHarness } from "./serve.ts";

/**
 * Prints how fast the viewer moves, drawn by both drawers: `npx tsx test/support/viewer-harness/measure-pan.ts`.
 * Nothing is asserted: it depends on the machine, and on what else that does.
 */
const MOVEMENTS = {
  "pan at 1:1": { start: { downsample: 1 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "pan at 1:3": { start: { downsample: 3 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "pan, turned": { start: { downsample: 1.7, rotation: 0.4 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "zoom in and out": { start: { downsample: 4 }, dx: 0, dy: 0, zoom: 1.02, turn: 0 },
  turn: { start: { downsample: 2 }, dx: 0, dy: 0, zoom: 1, turn: 0.01 },
} as const;
const MOVEMENT_MS = 4000;

const slide = process.argv[2] ?? "sample/coverslip-sample.tiff";
const { server, url } = await serveHarness();
const browser = await launchChromium();
try {
  for (const renderer of ["canvas2d", "webgl2"]) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(`${url}?renderer=${renderer}${slide === "memory" ? "" : `&slide=${slide}`}`);
    await page.waitForFunction(() => (globalThis as Harness).viewer?.slide);
    await page.waitForTimeout(1500);
    for (const [name, movement] of Object.entries(MOVEMENTS)) {
      const { fps, p95Ms, longestMs, busyMs } = await page.evaluate((wish) => (globalThis as Harness).move!(wish), {
        ...movement,
        ms: MOVEMENT_MS,
      });
      const numbers = `${fps.toFixed(1)} fps, frame p95 ${p95Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms`;
      console.log(`${renderer.padEnd(9)} ${name.padEnd(16)} ${numbers}, drawing ${busyMs.toFixed(1)} ms a frame`);
    }
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}

type Harness = typeof globalThis & Partial<HarnessGlobals>;
