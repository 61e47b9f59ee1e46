import { inWords, MOVEMENTS, SAMPLE, withHarness } from "./open-harness.ts";

/**
 * Prints how fast the viewer moves with 200,000 patches, and with a contour of 20,000 points, over the sample slide:
 * `npx tsx test/support/viewer-harness/measure-layers.ts`, with the names of drawers and layers where not all are wanted.
 * Twice each: the first time the slide's tiles are decoded beside. Nothing is asserted: it depends on the machine.
 */
const MOVEMENT_MS = 3000;
const PASSES = [1, 2];

await withHarness(async (open) => {
  for (const renderer of chosen("canvas2d", "webgl2")) {
    for (const layer of chosen("none", "grid", "scores", "contours")) {
      const page = await open({ slide: SAMPLE, renderer, layer });
      for (const pass of PASSES) {
        for (const [name, movement] of Object.entries(MOVEMENTS)) {
          const where = `${renderer.padEnd(9)} ${layer.padEnd(9)} ${pass} ${name.padEnd(17)}`;
          console.log(`${where} ${inWords(await page.move({ ...movement, ms: MOVEMENT_MS }))}`);
        }
      }
      await page.close();
    }
  }
});

/** Those named on the command line; all where none is. */
function chosen(...names: string[]): string[] {
  const named = names.filter((name) => process.argv.includes(name));
  return named.length > 0 ? named : names;
}
