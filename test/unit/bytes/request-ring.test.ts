import { describe, expect, it } from "vitest";
import { createRing, pushTo, roomIn, takeFrom } from "../../../src/bytes/request-ring.ts";

describe("a ring of requests", () => {
  it("gives back what was pushed, first come first served", () => {
    const ring = createRing(8);
    for (const value of [0, 7, 7, 12345678]) pushTo(ring, value);
    expect(roomIn(ring)).toBe(4);
    expect([takeFrom(ring), takeFrom(ring), takeFrom(ring), takeFrom(ring), takeFrom(ring)]).toEqual([
      0,
      7,
      7,
      12345678,
      undefined,
    ]);
    expect(roomIn(ring)).toBe(8);
  });

  it("loses the oldest when more is pushed than it holds, and nothing else", () => {
    const ring = createRing(4);
    for (let value = 0; value < 10; value++) pushTo(ring, value);
    expect([takeFrom(ring), takeFrom(ring), takeFrom(ring), takeFrom(ring), takeFrom(ring)]).toEqual([
      6,
      7,
      8,
      9,
      undefined,
    ]);
    pushTo(ring, 10);
    expect(takeFrom(ring)).toBe(10);
  });

  it("passes over the gap that a thread leaves which was killed while it pushed", () => {
    const ring = createRing(4);
    pushTo(ring, 1);
    Atomics.add(ring, 0, 1);
    pushTo(ring, 3);
    expect([takeFrom(ring), takeFrom(ring), takeFrom(ring)]).toEqual([1, 3, undefined]);
  });

  it("goes on when its counts run over 2^31", () => {
    const ring = createRing(4);
    ring[0] = 2 ** 31 - 3;
    ring[1] = 2 ** 31 - 3;
    for (let value = 0; value < 20; value++) {
      pushTo(ring, value);
      pushTo(ring, value + 100);
      expect([takeFrom(ring), takeFrom(ring), takeFrom(ring)]).toEqual([value, value + 100, undefined]);
    }
  });
});
