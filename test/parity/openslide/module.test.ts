import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkSlides } from "../../../wasm/check.mjs";
import { checkDamaged } from "../../../wasm/check-damaged.mjs";

const path = (relative: string) => new URL(relative, import.meta.url).pathname;
const dist = path("../../../wasm/dist");
const slides = process.env.COVERSLIP_SLIDES ?? path("../../../../shared/slides");
const missing = [dist, `${slides}/expected/blocks.json`].find((file) => !existsSync(file));
if (missing) console.log(`skipped: ${missing} is not there`);

describe.skipIf(missing !== undefined)("the built module equals native OpenSlide", () => {
  it("on every shared slide and every 512 px block of it", async () => {
    const tally = await checkSlides(dist, slides);
    expect(tally.differences).toEqual([]);
    expect(tally.comparisons).toBeGreaterThan(3000);
  }, 180_000);

  it("on damaged slides, pixels and error texts", async () => {
    const tally = await checkDamaged(dist, slides, path("damaged.json"));
    expect(tally.differences).toEqual([]);
    expect(tally.answers).toBeGreaterThan(800);
  }, 180_000);
});
