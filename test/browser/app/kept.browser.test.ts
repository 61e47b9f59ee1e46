import { expect, onTestFinished, test } from "vitest";
import { DATABASE, type LastJob, type LastSession, openKept } from "../../../src/app/opening/kept.ts";

const job = (id: string, begunAt: number): LastJob => ({
  id,
  begunAt,
  folder: undefined,
  settings: { tasks: [] } as never,
  slides: [],
});

const session = (id: string, seenAt: number): LastSession => ({
  id,
  seenAt,
  roots: [],
  names: [`${id}.svs`],
  ids: [`/${id}.svs`],
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
  await second.saveSession(session("a", 1));
  expect(await ids()).toEqual(["b"]);
  expect(await second.holdJob("a")).toBeUndefined();
  letGo!();
  expect(await ids()).toEqual(["b", "a"]);
  await second.forgetJob("b");
  expect(await ids()).toEqual(["a"]);
  expect(await second.lastSession("a")).toMatchObject({ names: ["a.svs"] });
});

test("what a tab has open is left when the tab goes, of all tabs the last few, and is forgotten with all", async () => {
  onTestFinished(() => void indexedDB.deleteDatabase(DATABASE));
  const kept = openKept();
  const left = async () => (await kept.leftSessions()).map(({ id }) => id);
  // Another tab of the same origin.
  const other = document.createElement("iframe");
  document.body.append(other);
  const others = openKept(undefined, other.contentWindow!.navigator.locks);
  expect(await others.holdSession("a")).toBe(true);
  expect(await kept.holdSession("a")).toBe(false);
  for (const [index, id] of ["a", "b", "c"].entries()) await kept.saveSession(session(id, index));
  expect(await left()).toEqual(["c", "b"]);
  // A page that is left lets go a moment after the next one has begun.
  const held = kept.holdSession("a");
  other.remove();
  expect(await held).toBe(true);
  expect(await left()).toEqual(["c", "b"]);
  for (let index = 10; index < 20; index++) await kept.saveSession(session(String(index), index));
  expect(await left()).toEqual(["19", "18", "17", "16", "15", "14", "13", "12"]);
  expect(await kept.lastSession("b")).toBeUndefined();
  expect(await kept.lastSession("a")).toBeDefined();
  await kept.forgetAll();
  expect(await left()).toEqual([]);
  expect(await kept.lastSession("a")).toBeUndefined();
});
