import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watchPulse } from "../../../src/models/pulse.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it("a worker that answers is left alone, however long", async () => {
  const onSilence = vi.fn();
  const ping = vi.fn(async () => {});
  const stop = watchPulse(ping, 3000, onSilence);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ping.mock.calls.length).toBeGreaterThan(50);
  expect(onSilence).not.toHaveBeenCalled();
  stop();
  expect(vi.getTimerCount()).toBe(0);
});

it("a worker that answers no more is told of once, after the silence that it is granted", async () => {
  const onSilence = vi.fn();
  let answers = 2;
  watchPulse(() => (answers-- > 0 ? Promise.resolve() : new Promise(() => {})), 3000, onSilence);
  await vi.advanceTimersByTimeAsync(3000 + 2999);
  expect(onSilence).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);
  expect(onSilence).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onSilence).toHaveBeenCalledOnce();
});

it("an answer that comes after the watch was stopped starts nothing", async () => {
  const onSilence = vi.fn();
  let answer = () => {};
  const stop = watchPulse(
    () =>
      new Promise<void>((resolve) => {
        answer = resolve;
      }),
    3000,
    onSilence,
  );
  await vi.advanceTimersByTimeAsync(1000);
  stop();
  answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(onSilence).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
