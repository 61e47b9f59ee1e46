import { expect, test, vi } from "vitest";
import type { LayerHost } from "../../../src/viewer/layers/layer.ts";
import { ScoreLayer } from "../../../src/viewer/layers/score-layer.ts";

test("colours, opacity and the framed patch ask for a frame only when they change", () => {
  const layer = new ScoreLayer(Int32Array.of(0, 0, 256, 0), 256);
  const invalidate = vi.fn();
  layer.attach({ invalidate } as unknown as LayerHost);
  layer.style = { opacity: 0.5 };
  layer.chosen = 1;
  expect(invalidate).toHaveBeenCalledTimes(2);
  layer.style = { opacity: 0.5, colors: "viridis" };
  layer.chosen = 1;
  expect(invalidate).toHaveBeenCalledTimes(2);
  layer.style = { colors: "coolwarm" };
  layer.chosen = undefined;
  expect(invalidate).toHaveBeenCalledTimes(4);
});
