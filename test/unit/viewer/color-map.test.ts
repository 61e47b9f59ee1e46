import { describe, expect, test } from "vitest";
import { COLOR_MAP_NAMES, colorMap } from "../../../src/viewer/layers/color-map.ts";

const rgb = (color: number) => [color & 0xff, (color >> 8) & 0xff, (color >> 16) & 0xff];

describe.each(COLOR_MAP_NAMES)("%s", (name) => {
  test("has 256 opaque colours without a jump", () => {
    const colors = [...colorMap(name)];
    expect(colors).toHaveLength(256);
    expect(colors.every((color) => color >>> 24 === 255)).toBe(true);
    const jumps = colors.slice(1).map((color, at) => {
      const before = rgb(colors[at]!);
      return Math.max(...rgb(color).map((value, channel) => Math.abs(value - before[channel]!)));
    });
    expect(Math.max(...jumps)).toBeLessThan(8);
  });
});

test("viridis ends in yellow, coolwarm goes from blue over grey to red", () => {
  expect(rgb(colorMap("viridis")[0]!)).toEqual([68, 1, 84]);
  expect(rgb(colorMap("viridis")[255]!)).toEqual([253, 231, 37]);
  expect(rgb(colorMap("coolwarm")[0]!)).toEqual([59, 76, 192]);
  expect(rgb(colorMap("coolwarm")[255]!)).toEqual([180, 4, 38]);
  const [red, , blue] = rgb(colorMap("coolwarm")[128]!);
  expect(Math.abs(red! - blue!)).toBeLessThan(8);
});
