import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { describe } from "vitest";
import { openSlideSession } from "../verify/slide-session.ts";
import { expect, SLIDES, test } from "./app.ts";

const MALFORMED = join(SLIDES, "malformed");

describe.runIf(existsSync(MALFORMED))("every broken and odd file there is", () => {
  test("opens or is refused with a typed error; none hangs or kills the tab", { timeout: 600_000 }, async () => {
    const files = readdirSync(MALFORMED, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(MALFORMED, join(entry.parentPath, entry.name)));
    const session = await openSlideSession({ isolated: true });
    const wrong: string[] = [];
    try {
      for (const path of files) {
        const question = {
          path,
          paths: [path],
          together: undefined,
          downsamples: [],
          blockLevels: [],
          blockSize: 512,
          thumbnail: true,
        };
        const regions = [{ x: 0, y: 0, level: 0, width: 256, height: 256 }];
        const answer = await session.ask({ ...question, regions }, MALFORMED, 60_000);
        if (answer.outcome === "lost") wrong.push(`${path}: ${answer.reason}`);
        else if (answer.outcome === "refused" && !answer.failure.typed)
          wrong.push(`${path}: ${answer.failure.message}`);
        else if (answer.outcome === "opened") {
          for (const read of [...answer.regions, answer.thumbnail!, answer.icc, ...Object.values(answer.associated)]) {
            if ("failure" in read && !read.failure.typed) wrong.push(`${path}: ${read.failure.message}`);
          }
        }
      }
    } finally {
      await session.close();
    }
    expect(wrong).toEqual([]);
    expect(files.length).toBeGreaterThan(0);
  });
});
