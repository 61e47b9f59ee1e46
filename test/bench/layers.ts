import { MOVEMENTS, SAMPLE, withHarness } from "../support/viewer-harness/open-harness.ts";
import { type Row, row } from "./measure.ts";

const MOVEMENT_MS = 2000;
/** What lies over the slide; nothing is the reference of both. */
const LAYERS = ["none", "grid", "scores"] as const;

/** In the first round of movements the slide's tiles are decoded beside, on the same processors; in the third all are there. */
const COUNTED = { "-decoding": 0, "": 2 } as const;
const PASSES = 3;

interface Sum {
  frames: number;
  dropped: number;
  ms: number;
}

/**
 * Frames of the viewer, panned, zoomed and turned, with 200,000 patches over the sample slide against the slide alone; drawn as the
 * app would draw on this machine.
 */
export async function measureLayers(rounds: number): Promise<Row[]> {
  const sums = new Map(LAYERS.map((layer) => [layer, Array.from({ length: PASSES }, emptySum)]));
  await withHarness(async (open) => {
    for (let round = 0; round < rounds; round++) {
      for (const layer of LAYERS) {
        const page = await open({ slide: SAMPLE, layer });
        for (const sum of sums.get(layer)!) {
          for (const movement of Object.values(MOVEMENTS)) {
            const { frames, dropped, fps } = await page.move({ ...movement, ms: MOVEMENT_MS });
            sum.frames += frames;
            sum.dropped += dropped;
            sum.ms += (frames * 1000) / fps;
          }
        }
        await page.close();
      }
    }
  });
  return Object.entries(COUNTED).flatMap(([suffix, pass]) => {
    const alone = sums.get("none")![pass]!;
    return (["grid", "scores"] as const).flatMap((layer) => {
      const sum = sums.get(layer)![pass]!;
      const name = `view-200k-${layer}${suffix}`;
      return [
        row(name, "ms", sum.ms / sum.frames, alone.ms / alone.frames),
        row(`${name}-dropped`, "%", percentDropped(sum), percentDropped(alone)),
      ];
    });
  });
}

function emptySum(): Sum {
  return { frames: 0, dropped: 0, ms: 0 };
}

function percentDropped({ frames, dropped }: Sum): number {
  return (100 * dropped) / (frames + dropped);
}
