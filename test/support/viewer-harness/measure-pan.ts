import { inWords, withHarness } from "./open-harness.ts";

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
await withHarness(async (open) => {
  for (const renderer of ["canvas2d", "webgl2"]) {
    const page = await open({ renderer, ...(slide === "memory" ? {} : { slide }) });
    for (const [name, movement] of Object.entries(MOVEMENTS)) {
      const how = inWords(await page.move({ ...movement, ms: MOVEMENT_MS }));
      console.log(`${renderer.padEnd(9)} ${name.padEnd(16)} ${how}`);
    }
    await page.close();
  }
});
