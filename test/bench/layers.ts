import { MOVEMENTS, SAMPLE, withHarness } from "../support/viewer-harness/open-harness.ts";
import { type Row, row } from "./measure.ts";

const MOVEMENT_MS = 2000;
/** What lies over the slide; nothing is the reference of both. */
const LAYERS = ["none", "grid", "scores"] as const;

interface Sum {
  frames: number;
  dropped: number;
  ms: number;
}

/**
 * Frames of the viewer, panned, zoomed and turned, with 200,000 patches over the sample slide against the slide alone; drawn as the
 * app would draw on this machine. The slide's tiles are read first: decoding them takes the same processor.
 */
export async function measureLayers(rounds: number): Promise<Row[]> {
  const sums = new Map(LAYERS.map((layer) => [layer, { frames: 0, dropped: 0, ms: 0 } satisfies Sum]));
  await withHarness(async (open) => {
    for (let round = 0; round < rounds; round++) {
      for (const layer of LAYERS) {
        const page = await open({ slide: SAMPLE, layer });
        for (const isCounted of [false, false, true]) {
          for (const movement of Object.values(MOVEMENTS)) {
            const { frames, dropped, fps } = await page.move({ ...movement, ms: MOVEMENT_MS });
            const sum = sums.get(layer)!;
            if (!isCounted) continue;
            sum.frames += frames;
            sum.dropped += dropped;
            sum.ms += (frames * 1000) / fps;
          }
        }
        await page.close();
      }
    }
  });
  const alone = sums.get("none")!;
  return (["grid", "scores"] as const).flatMap((layer) => {
    const sum = sums.get(layer)!;
    return [
      row(`view-200k-${layer}`, "ms", sum.ms / sum.frames, alone.ms / alone.frames),
      row(`view-200k-${layer}-dropped`, "%", percentDropped(sum), percentDropped(alone)),
    ];
  });
}

function percentDropped({ frames, dropped }: Sum): number {
  return (100 * dropped) / (frames + dropped);
}
