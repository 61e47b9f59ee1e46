import { describe, expect, it } from "vitest";
import { ByteLru } from "#base";

describe("ByteLru", () => {
  it("lets the least recently used go when the budget is full", () => {
    const evicted: string[] = [];
    const cache = new ByteLru<string, number>(10, (_, key) => evicted.push(key));
    cache.set("a", 1, 4);
    cache.set("b", 2, 4);
    expect(cache.get("a")).toBe(1);
    cache.set("c", 3, 4);
    expect(evicted).toEqual(["b"]);
    expect([...cache.keys()]).toEqual(["a", "c"]);
    expect(cache.bytes).toBe(8);
  });

  it("does not keep what is larger than the whole budget", () => {
    const evicted: number[] = [];
    const cache = new ByteLru<string, number>(10, (value) => evicted.push(value));
    expect(cache.set("big", 7, 11)).toBe(false);
    expect(cache.has("big")).toBe(false);
    expect(evicted).toEqual([7]);
  });

  it("counts a replaced value once", () => {
    const cache = new ByteLru<string, number>(10);
    cache.set("a", 1, 4);
    cache.set("a", 2, 6);
    expect(cache.bytes).toBe(6);
    expect(cache.get("a")).toBe(2);
  });

  it("looks without touching the age", () => {
    const cache = new ByteLru<string, number>(2);
    cache.set("a", 1, 1);
    cache.set("b", 2, 1);
    expect(cache.peek("a")).toBe(1);
    cache.set("c", 3, 1);
    expect(cache.has("a")).toBe(false);
  });

  it("shrinks at once when the budget does", () => {
    const cache = new ByteLru<string, number>(10);
    cache.set("a", 1, 5);
    cache.set("b", 2, 5);
    cache.setBudget(5);
    expect([...cache.keys()]).toEqual(["b"]);
  });
});
