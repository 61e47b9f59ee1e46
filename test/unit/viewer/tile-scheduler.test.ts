import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Region } from "#slide";
import { Pyramid, type TileAddress } from "../../../src/viewer/pyramid.ts";
import { PRIORITY, planTiles, type WantedTile } from "../../../src/viewer/tile-plan.ts";
import { TileScheduler } from "../../../src/viewer/tile-scheduler.ts";
import { PositionSlide, type PositionSlideOptions } from "../../support/position-slide.ts";

const SIZE = { width: 1200, height: 800 };
const VIEW = { centerX: 20_000, centerY: 15_000, downsample: 1, rotation: 0 };
const TILE = { width: 512, height: 512 };

function setUp(options: Partial<PositionSlideOptions> = {}, maxReads?: number) {
  const slide = new PositionSlide({ width: 40_000, height: 30_000, downsamples: [1, 2, 4, 8, 16, 32, 64], ...options });
  const pyramid = new Pyramid(slide.levels);
  const cache = new Set<number>();
  const errors: unknown[] = [];
  const scheduler = new TileScheduler(slide, pyramid, {
    has: (address) => cache.has(pyramid.key(address)),
    onChange: () => {},
    onError: (error) => errors.push(error),
    ...(maxReads !== undefined && { maxReads }),
  });
  const takeAll = () => {
    const taken: TileAddress[] = [];
    for (let arrival = scheduler.take(); arrival; arrival = scheduler.take()) {
      cache.add(pyramid.key(arrival.address));
      taken.push(arrival.address);
    }
    return taken;
  };
  const plan = (view: Partial<typeof VIEW> = {}) => planTiles(pyramid, { ...VIEW, ...view }, SIZE, 1, 1e9);
  return { slide, pyramid, cache, errors, scheduler, takeAll, plan };
}

function tiles(count: number, priority: number = PRIORITY.visible, from = 0): WantedTile[] {
  return Array.from({ length: count }, (_, i) => ({
    address: { level: 0, column: from + i, row: 0 },
    priority: priority - i / 1000,
  }));
}

const regionOf = ({ column, row }: TileAddress): Region => ({ x: column * 512, y: row * 512, level: 0, ...TILE });

describe("reading", () => {
  it("asks in the order of the plan, which is nearest first", () => {
    const { slide, pyramid, scheduler, plan } = setUp({}, 12);
    const { wanted } = plan();
    scheduler.want(wanted);
    expect(slide.requested).toEqual(wanted.slice(0, 12).map(({ address }) => pyramid.region(address)));
    expect(slide.priorities).toEqual(wanted.slice(0, 12).map(({ priority }) => priority));
  });

  it("keeps so many reads under way and no more, until all is there", async () => {
    const { slide, scheduler, takeAll } = setUp({}, 5);
    scheduler.want(tiles(23));
    expect(scheduler.pending).toBe(23);
    const taken: TileAddress[] = [];
    while (slide.outstanding > 0) {
      expect(slide.outstanding).toBeLessThanOrEqual(5);
      await slide.release(2);
      taken.push(...takeAll());
    }
    expect(slide.maxOutstanding).toBe(5);
    expect(taken).toHaveLength(23);
    expect(scheduler.pending).toBe(0);
  });

  it("does not go on reading while nobody takes what has come", async () => {
    const { slide, scheduler } = setUp({}, 5);
    scheduler.want(tiles(23));
    await slide.release();
    expect(slide.requested).toHaveLength(5);
  });

  it("leaves what was read ahead until there is time or it is in view, and meanwhile reads little more ahead", async () => {
    const { slide, scheduler, takeAll } = setUp();
    const ahead = tiles(20, PRIORITY.margin, 10);
    scheduler.want([...tiles(3), ...ahead]);
    await slide.release();
    expect([1, 2, 3].map(() => scheduler.take(true)?.address.column)).toEqual([0, 1, 2]);
    expect(scheduler.take(true)).toBeUndefined();
    expect(slide.requested).toHaveLength(7);
    scheduler.want([{ ...ahead[2]!, priority: PRIORITY.visible }, ...ahead]);
    expect(scheduler.take(true)?.address).toEqual(ahead[2]!.address);
    expect(scheduler.take(true)).toBeUndefined();
    expect(takeAll()).toEqual([0, 1, 3].map((at) => ahead[at]!.address));
  });

  it("asks for no tile twice, however often the view changes", async () => {
    const { slide, scheduler, takeAll, plan } = setUp();
    for (let step = 0; step < 30; step++) {
      scheduler.want(plan({ centerX: VIEW.centerX + step }).wanted);
      if (step % 7 === 3) {
        await slide.release(4);
        takeAll();
      }
    }
    const asked = slide.requested.map((region) => JSON.stringify(region));
    const again = asked.filter((region, i) => asked.indexOf(region) !== i);
    expect(again).toEqual([]);
    expect(slide.aborted).toEqual([]);
  });

  it("does not ask for what is in the cache", () => {
    const { slide, pyramid, cache, scheduler } = setUp();
    for (const { address } of tiles(3)) cache.add(pyramid.key(address));
    scheduler.want(tiles(5));
    expect(slide.requested).toEqual(
      tiles(5)
        .slice(3)
        .map(({ address }) => regionOf(address)),
    );
  });

  it("gives out the most urgent arrival first", async () => {
    const { slide, scheduler, takeAll } = setUp();
    scheduler.want([...tiles(3, PRIORITY.visible), ...tiles(2, PRIORITY.base, 10)]);
    await slide.release();
    expect(takeAll().map(({ column }) => column)).toEqual([10, 11, 0, 1, 2]);
  });

  it("reads ahead with few reads at a time", () => {
    const { slide, scheduler } = setUp();
    scheduler.want([...tiles(2), ...tiles(20, PRIORITY.margin, 50)]);
    expect(slide.requested.length).toBe(2 + 4);
  });

  it("reads once for all reductions of a source, as fine as any is wanted", async () => {
    const { slide, pyramid, scheduler, takeAll } = setUp({ downsamples: [1, 16] });
    expect(pyramid.levels[1]).toMatchObject({ source: 0, reduction: 2 });
    scheduler.want([
      { address: { level: 3, column: 2, row: 2 }, priority: PRIORITY.base },
      { address: { level: 1, column: 2, row: 2 }, priority: PRIORITY.visible },
    ]);
    expect(slide.requested).toHaveLength(1);
    expect(slide.priorities).toEqual([PRIORITY.base]);
    await slide.release();
    expect(takeAll()).toEqual([{ level: 1, column: 2, row: 2 }]);
  });

  it("has a shrunk level shrunk where it is read, and reads anew when a finer one of the source is wanted", async () => {
    const { slide, pyramid, scheduler } = setUp({ downsamples: [1, 16] });
    const want = (level: number) =>
      scheduler.want([{ address: { level, column: 2, row: 2 }, priority: PRIORITY.visible }]);
    want(2);
    await slide.release();
    // A coarser one is made of what has come.
    want(3);
    const { address, pixels, shrink } = scheduler.take()!;
    expect([address.level, shrink]).toEqual([3, 4]);
    const { width, height } = pyramid.region(address);
    expect([pixels.width, pixels.height]).toEqual([width / 4, height / 4]);
    scheduler.recycle(pixels);
    want(2);
    expect(slide.outs.at(-1)).toBe(pixels.data.buffer);
    want(1);
    expect(slide.aborted).toHaveLength(1);
    await slide.release();
    expect(scheduler.take()!.shrink).toBe(2);
  });
});

describe("buffers", () => {
  it("that were given back are read into again, once each", async () => {
    const { slide, scheduler } = setUp();
    scheduler.want(tiles(2));
    await slide.release();
    const buffers = [scheduler.take()!, scheduler.take()!].map(({ pixels }) => {
      scheduler.recycle(pixels);
      return pixels.data.buffer;
    });
    scheduler.want(tiles(3, PRIORITY.visible, 10));
    expect(slide.outs.slice(2)).toEqual([buffers[0], buffers[1], undefined]);
  });

  it("of another size are not", async () => {
    const { slide, scheduler, pyramid } = setUp();
    scheduler.want(tiles(1));
    await slide.release();
    scheduler.recycle(scheduler.take()!.pixels);
    const last = { level: 0, column: pyramid.levels[0]!.columns - 1, row: 0 };
    scheduler.want([{ address: last, priority: PRIORITY.visible }]);
    expect(slide.outs.at(-1)).toBeUndefined();
  });
});

describe("what is no longer wanted", () => {
  it("is aborted when it has left the view, and what stayed is not", async () => {
    const { slide, scheduler, plan } = setUp();
    scheduler.want(plan().wanted);
    const before = [...slide.requested];
    scheduler.want(plan({ centerX: 35_000 }).wanted);
    expect(slide.aborted.length).toBeGreaterThan(0);
    const stillWanted = new Set(plan({ centerX: 35_000 }).wanted.map(({ address }) => JSON.stringify(address)));
    expect(stillWanted.size).toBeGreaterThan(0);
    for (const region of slide.aborted) expect(before).toContainEqual(region);
    // The coarsest level is wanted anywhere.
    expect(slide.aborted.every(({ level }) => level < 6)).toBe(true);
  });

  it("is not given out, even when it had arrived", async () => {
    const { slide, scheduler, takeAll } = setUp();
    scheduler.want(tiles(4));
    await slide.release();
    scheduler.want(tiles(2, PRIORITY.visible, 2));
    expect(takeAll().map(({ column }) => column)).toEqual([2, 3]);
  });

  it("is asked for anew when it comes back", () => {
    const { slide, scheduler } = setUp();
    scheduler.want(tiles(1));
    scheduler.want([]);
    scheduler.want(tiles(1));
    expect(slide.requested).toHaveLength(2);
    expect(slide.aborted).toHaveLength(1);
  });

  it("is asked for anew when it has become urgent", () => {
    const { slide, scheduler } = setUp();
    scheduler.want(tiles(1, PRIORITY.margin));
    scheduler.want(tiles(1, PRIORITY.visible));
    expect(slide.priorities).toEqual([PRIORITY.margin, PRIORITY.visible]);
    expect(slide.aborted).toHaveLength(1);
  });

  it("is all aborted on closing, and nothing is said of it", async () => {
    const { slide, scheduler, errors, takeAll } = setUp();
    scheduler.want(tiles(50));
    scheduler.close();
    await slide.release();
    expect(slide.outstanding).toBe(0);
    expect(slide.aborted).toHaveLength(32);
    expect(errors).toEqual([]);
    expect(takeAll()).toEqual([]);
  });
});

describe("a read that fails", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is told once per message, and tried again later and later", async () => {
    const fails = (region: Region) => (region.x < 2 * 512 ? new Error("tile is broken") : undefined);
    const { slide, scheduler, errors } = setUp({ fails, readMs: 1 });
    scheduler.want(tiles(4));
    await vi.advanceTimersByTimeAsync(10);
    expect(errors.map(String)).toEqual(["Error: tile is broken"]);
    expect(slide.requested).toHaveLength(4);
    expect(scheduler.hasFailed({ level: 0, column: 0, row: 0 })).toBe(true);
    expect(scheduler.hasFailed({ level: 0, column: 3, row: 0 })).toBe(false);
    await vi.advanceTimersByTimeAsync(900);
    expect(slide.requested).toHaveLength(4);
    await vi.advanceTimersByTimeAsync(200);
    expect(slide.requested).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(3500);
    expect(slide.requested).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(1000);
    expect(slide.requested).toHaveLength(8);
    expect(errors).toHaveLength(1);
  });

  it("is not tried sooner because the view moves", async () => {
    const { slide, scheduler } = setUp({ fails: () => new Error("no"), readMs: 1 });
    for (let step = 0; step < 20; step++) {
      scheduler.want(tiles(1));
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(slide.requested).toHaveLength(1);
  });

  it("is forgotten once it succeeds", async () => {
    let broken = true;
    const { slide, scheduler, takeAll } = setUp({ fails: () => (broken ? new Error("no") : undefined), readMs: 1 });
    scheduler.want(tiles(1));
    await vi.advanceTimersByTimeAsync(10);
    broken = false;
    await vi.advanceTimersByTimeAsync(1100);
    expect(takeAll()).toHaveLength(1);
    expect(scheduler.hasFailed({ level: 0, column: 0, row: 0 })).toBe(false);
    expect(slide.requested).toHaveLength(2);
  });
});
