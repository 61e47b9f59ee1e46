import { describe, expect, it } from "vitest";
import { createMask, type Mask, pasteTile } from "#kernels";
import { flipSmallGroups } from "../../../src/kernels/mask.ts";

function draw(...rows: string[]): Mask {
  const data = Uint8Array.from(rows.join(""), (char) => (char === "#" ? 1 : 0));
  return { data, width: rows[0]!.length, height: rows.length };
}

function show({ data, width, height }: Mask): string[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value ? "#" : ".")).join(""),
  );
}

describe("small groups of a mask", () => {
  it("are removed up to the limit, the limit included, and diagonal neighbours do not join", () => {
    const mask = draw("##..#", "#..#.", "....#", "##.##");
    expect(show(flipSmallGroups(mask, 1, 2))).toEqual(["##...", "#....", "....#", "...##"]);
  });

  it("are filled as holes, at the edge too", () => {
    const mask = draw(".####", "##.##", "#...#", "####.");
    expect(show(flipSmallGroups(mask, 0, 1))).toEqual(["#####", "##.##", "#...#", "#####"]);
    expect(show(flipSmallGroups(mask, 0, 4))).toEqual(["#####", "#####", "#####", "#####"]);
  });

  it("are one group where arms meet rows later, from either side", () => {
    const mask = draw("#.#.#", "#.#.#", "###.#", "....#", "#####");
    expect(show(flipSmallGroups(mask, 1, 6))).toEqual(["#.#.#", "#.#.#", "###.#", "....#", "#####"]);
    expect(show(flipSmallGroups(mask, 1, 7))).toEqual(["....#", "....#", "....#", "....#", "#####"]);
  });

  it("leave the mask given as it was", () => {
    const mask = draw("#.");
    flipSmallGroups(mask, 1, 1);
    expect(show(mask)).toEqual(["#."]);
  });
});

describe("tiles on a slide's mask", () => {
  const tile = draw("##", "#.");

  it("fall on the nearest pixel, halves on the even one", () => {
    const canvas = createMask(6, 3);
    pasteTile(canvas, tile, 0.5, 0);
    pasteTile(canvas, tile, 3.5, 1.4);
    expect(show(canvas)).toEqual(["##....", "#...##", "....#."]);
  });

  it("are cut off at the edge, and one beyond it counts on the last pixel", () => {
    const canvas = createMask(3, 3);
    pasteTile(canvas, tile, 2, 2);
    expect(show(canvas)).toEqual(["...", "...", "..#"]);
    pasteTile(canvas, tile, 7.2, -3);
    expect(show(canvas)).toEqual(["..#", "..#", "..#"]);
  });

  it("add to what is there", () => {
    const canvas = createMask(3, 2);
    pasteTile(canvas, tile, 0, 0);
    pasteTile(canvas, draw("..", "##"), 0, 0);
    expect(show(canvas)).toEqual(["##.", "##."]);
  });
});
