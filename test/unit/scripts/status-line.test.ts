import { expect, test } from "vitest";
import { describe as describeProgress, StatusLine } from "../../../.scripts/cli/status-line.mjs";

const PROGRESS = { fraction: 0.4, slide: 2, slides: 12, name: "a.svs", step: "features", done: 30, total: 60 };

/** What was written to a stream that is a terminal, or a file. */
function writer(isTTY: boolean) {
  const written: string[] = [];
  const out = { isTTY, columns: 60, write: (text: string) => written.push(text) };
  return { written, line: new StatusLine(out as unknown as NodeJS.WriteStream) };
}

test("names slide, step, speed and time left", () => {
  const told = describeProgress({
    ...PROGRESS,
    patchesPerSecond: 41.26,
    secondsLeft: 200,
    device: "the CPU",
    slowest: "x",
  });
  expect(told).toBe("slide 2 of 12 · a.svs · features 30 of 60 · 41.3 patches/s on the CPU · 3 min left · x");
  expect(describeProgress({ fraction: 0, slide: 1, slides: 1, done: 0, total: 0 })).toBe("slide 1 of 1");
  expect(describeProgress({ ...PROGRESS, secondsLeft: 20_000 })).toContain("5.6 h left");
});

test("is rewritten on a terminal, never wider than it, and makes room for what stays", () => {
  const { written, line } = writer(true);
  line.show({ ...PROGRESS, name: "a very long name of a slide that goes on and on.svs" });
  line.show(PROGRESS);
  line.say("Stopping.");
  expect(written[0]).toHaveLength("\r\x1b[K".length + 59);
  expect(written.slice(1)).toEqual(["\r\x1b[Kslide 2 of 12 · a.svs · features 30 of 60", "\r\x1b[K", "Stopping.\n"]);
});

test("comes now and then as a line of its own in a file", () => {
  const { written, line } = writer(false);
  for (let i = 0; i < 5; i++) line.show(PROGRESS);
  line.end();
  expect(written).toEqual(["slide 2 of 12 · a.svs · features 30 of 60\n"]);
});
