import { expect, it } from "vitest";
import { JobQueue } from "../../../src/bridge/job-queue.ts";

it("hands out ten thousand jobs in order, whatever was deleted in between", () => {
  const queue = new JobQueue<{ priority: number; sequence: number }>();
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const jobs = Array.from({ length: 10_000 }, (_, sequence) => ({ priority: Math.floor(random() * 5), sequence }));
  for (const one of jobs) queue.push(one);
  const kept = jobs.filter((one) => random() < 0.5 || !queue.delete(one));
  kept.sort((a, b) => b.priority - a.priority || a.sequence - b.sequence);
  expect(queue.size).toBe(kept.length);
  const out = [];
  for (let one = queue.pop(); one; one = queue.pop()) out.push(one);
  expect(out).toEqual(kept);
});
