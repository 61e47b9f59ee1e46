import { expect, onTestFinished, test } from "vitest";
import { DATABASE, type LastJob, openKept } from "../../../src/app/opening/kept.ts";

const job = (id: string, begunAt: number): LastJob => ({
  id,
  begunAt,
  folder: undefined,
  settings: { tasks: [] } as never,
  slides: [],
});

test("a job is there for every tab but while one is at work on it, and is forgotten by itself", async () => {
  onTestFinished(() => void indexedDB.deleteDatabase(DATABASE));
  const first = openKept();
  const second = openKept();
  const ids = async () => (await second.unfinishedJobs()).map(({ id }) => id);
  expect(await ids()).toEqual([]);
  const letGo = await first.holdJob("a");
  await first.saveJob(job("a", 1));
  await second.saveJob(job("b", 2));
  await second.saveSession({ roots: [], names: ["a.svs"] });
  expect(await ids()).toEqual(["b"]);
  expect(await second.holdJob("a")).toBeUndefined();
  letGo!();
  expect(await ids()).toEqual(["b", "a"]);
  await second.forgetJob("b");
  expect(await ids()).toEqual(["a"]);
  expect(await second.lastSession()).toMatchObject({ names: ["a.svs"] });
});
