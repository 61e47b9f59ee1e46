/** x and y in level-0 pixels, then level, width and height: the order of `openslide_read_region`. */
export type ReadRequest = readonly [x: number, y: number, level: number, width: number, height: number];

/** What a list of requests needs to know of a slide. */
export interface BenchLevel {
  readonly width: number;
  readonly height: number;
  readonly downsample: number;
}

export const KINDS = ["sequential-256", "random-256", "random-512", "viewport"] as const;
export type Kind = (typeof KINDS)[number];

/** Requests a batch; chosen so that a batch of each kind takes native OpenSlide about a second. */
export const BATCH_SIZE: Record<Kind, number> = {
  "sequential-256": 800,
  "random-256": 500,
  "random-512": 200,
  viewport: 40,
};

/** How many requests wait in our queue at a time: what a viewer has, which asks for a screen of tiles at once. */
export const AHEAD: Record<Kind, number> = { "sequential-256": 32, "random-256": 32, "random-512": 32, viewport: 4 };

const VIEWPORT = { width: 1440, height: 900 };

/** The same list for the same seed. Tiles lie on the slide's own grid, as a viewer asks for them; viewports anywhere. */
export function listRequests(kind: Kind, levels: readonly BenchLevel[], count: number, seed: number): ReadRequest[] {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  const base = levels[0]!;
  if (kind === "viewport") {
    return Array.from({ length: count }, () => {
      const level = below(levels.length);
      const { width, height, downsample } = levels[level]!;
      const x = below(Math.max(1, width - VIEWPORT.width));
      const y = below(Math.max(1, height - VIEWPORT.height));
      return [Math.floor(x * downsample), Math.floor(y * downsample), level, VIEWPORT.width, VIEWPORT.height];
    });
  }
  const size = kind === "random-512" ? 512 : 256;
  const columns = Math.floor(base.width / size);
  const rows = Math.floor(base.height / size);
  const first = below(columns * rows);
  return Array.from({ length: count }, (_, index) => {
    const tile = kind === "sequential-256" ? (first + index) % (columns * rows) : below(columns * rows);
    return [(tile % columns) * size, Math.floor(tile / columns) * size, 0, size, size];
  });
}

/** A small seeded generator (Tommy Ettinger's mulberry32); quality matters little here, repeatability does. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
