import { launchChromium } from "../chromium.ts";
import type { HarnessGlobals } from "./main.ts";
import { serveHarness } from "./serve.ts";

/**
 * Prints how fast the viewer moves with 200,000 patches, and with a contour of 20,000 points, over the sample slide:
 * `npx tsx test/support/viewer-harness/measure-layers.ts`, with the names of drawers and layers where not all are wanted.
 * Nothing is asserted: it depends on the machine.
 */
const MOVEMENTS = {
  "whole slide": { start: { downsample: 15 }, dx: 3, dy: 2, zoom: 1, turn: 0 },
  "squares of 12 px": { start: { downsample: 3 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "squares of 5 px": { start: { downsample: 7 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
  "zoom in and out": { start: { downsample: 4 }, dx: 0, dy: 0, zoom: 1.02, turn: 0 },
  turned: { start: { downsample: 7, rotation: 0.4 }, dx: 9, dy: 4, zoom: 1, turn: 0 },
} as const;
const SLIDE = "/sample/coverslip-sample.tiff";
const MOVEMENT_MS = 3000;

const { server, url } = await serveHarness();
const browser = await launchChromium();
try {
  for (const renderer of chosen("canvas2d", "webgl2")) {
    for (const layer of chosen("none", "grid", "scores", "contours")) {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(`${url}?slide=${SLIDE}&renderer=${renderer}&layer=${layer}`);
      await page.waitForFunction(() => (globalThis as Harness).viewer?.slide);
      await page.waitForTimeout(1500);
      for (const [name, movement] of Object.entries(MOVEMENTS)) {
        const { fps, p95Ms, longestMs, busyMs } = await page.evaluate((wish) => (globalThis as Harness).move!(wish), {
          ...movement,
          ms: MOVEMENT_MS,
        });
        const numbers = `${fps.toFixed(1)} fps, frame p95 ${p95Ms.toFixed(1)} ms, longest ${longestMs.toFixed(0)} ms`;
        const where = `${renderer.padEnd(9)} ${layer.padEnd(9)} ${name.padEnd(17)}`;
        console.log(`${where} ${numbers}, drawing ${busyMs.toFixed(1)} ms a frame`);
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
}

/** Those named on the command line; all where none is. */
function chosen(...names: string[]): string[] {
  const named = names.filter((name) => process.argv.includes(name));
  return named.length > 0 ? named : names;
}

type Harness = typeof globalThis & Partial<HarnessGlobals>;
