import { expect, it } from "vitest";
import { BUILT_IN_ENCODER, openEncoder } from "#models";
import { openSlide, SlidePool } from "#slide";
import { classPatches, precisionAtFive, readClassMap, readPatches } from "../../support/class-patches.ts";

/** 256 px at 20x on a slide of 0.25 µm per pixel. */
const SIDE = 512;
const STRIDE = 256;
const PER_CLASS = 80;
/** What the issue asks. Measured: 0.98 (src/models/README.md); far less means that something is broken. */
const LEAST = 0.9;

it("the built-in encoder finds like by like on the sample slide", { timeout: 180_000 }, async ({ annotate }) => {
  const map = await readClassMap("/sample");
  const patches = classPatches(map, SIDE, STRIDE, PER_CLASS);
  const names = new Set(patches.map((patch) => map.names[patch.class]));
  expect([...names].sort()).toEqual(["background", "fat", "gland", "lymphoid", "muscle", "stroma"]);

  const file = new File([await (await fetch("/sample/coverslip-sample.tiff")).blob()], "coverslip-sample.tiff");
  const pool = new SlidePool({ workers: 2 });
  const encoder = await openEncoder(BUILT_IN_ENCODER, { device: "wasm" });
  try {
    await using slide = await openSlide(file, { pool });
    const pixels = await readPatches(slide, patches, SIDE, encoder.card);
    const features = await encoder.encode(pixels, patches.length);
    const { overall, classes } = precisionAtFive(features, encoder.card.dimension, patches, SIDE);
    for (const [id, precision] of classes) expect(precision, map.names[id]).toBeGreaterThanOrEqual(0.8);
    expect(overall).toBeGreaterThanOrEqual(LEAST);
    const shown = Array.from(classes, ([id, value]) => `${map.names[id]} ${value.toFixed(3)}`).join(", ");
    await annotate(`precision at 5: ${overall.toFixed(3)} (${shown})`);
  } finally {
    await encoder.close();
    pool.terminate();
  }
});
