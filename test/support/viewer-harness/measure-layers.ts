import { stolenMs } from "../stolen-time.ts";
import { inWords, MOVEMENTS, SAMPLE, withHarness } from "./open-harness.ts";

/**
 * Prints how fast the viewer moves with 200,000 patches, and with a contour of 20,000 points, over the sample slide:
 * `npx tsx test/support/viewer-harness/measure-layers.ts`, with the names of drawers and layers where not all are wanted.
 * Twice each: the first time the slide's tiles are decoded beside. Nothing is asserted: it depends on the machine, and on a
 * virtual one (Linux) each line ends with the time that its host gave to others meanwhile, of all processors together.
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
          const before = stolenMs();
          const moved = inWords(await page.move({ ...movement, ms: MOVEMENT_MS }));
          console.log(`${where} ${moved}${before === undefined ? "" : `, ${stolenMs()! - before} ms stolen`}`);
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
