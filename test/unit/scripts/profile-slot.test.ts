import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { OWNER } from "../../../.scripts/cli/lock-owner.mjs";
import { pruneProfiles, takeProfileSlot } from "../../../.scripts/cli/profile-slot.mjs";

const DAY_MS = 24 * 3600 * 1000;
/** The number of a process that has been and is no more. */
const gone = spawnSync(process.execPath, ["--version"]).pid;

let folder: string;
let slots: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-job-"));
  slots = mkdtempSync(join(tmpdir(), "coverslip-slots-"));
});

afterEach(() => {
  for (const one of [folder, slots]) rmSync(one, { recursive: true, force: true });
});

/** A run that was killed, or with `pid` one that is at work. */
function leave(jobDir: string, { pid = gone, days = 0 } = {}): string {
  const { profile, release } = takeProfileSlot(jobDir, slots);
  mkdirSync(join(profile, "Default"), { recursive: true });
  release();
  writeFileSync(`${profile}.pid`, JSON.stringify({ ...OWNER, pid }));
  const then = (Date.now() - days * DAY_MS) / 1000;
  for (const name of ["0.pid", "job-folder"]) utimesSync(join(dirname(profile), name), then, then);
  return profile;
}

test("a later run on a folder gets the profile of the earlier one, a run at the same time another", () => {
  const first = takeProfileSlot(folder, slots);
  const second = takeProfileSlot(folder, slots);
  expect(second.profile).not.toBe(first.profile);
  first.release();
  const third = takeProfileSlot(folder, slots);
  expect(third.profile).toBe(first.profile);
  second.release();
  third.release();
});

test("profiles are kept until nothing in them is needed", () => {
  const [first, second] = [takeProfileSlot(folder, slots), takeProfileSlot(folder, slots)];
  for (const { profile } of [first, second]) mkdirSync(join(profile, "Default"), { recursive: true });
  first.release();
  expect(existsSync(first.profile)).toBe(true);
  const third = takeProfileSlot(folder, slots);
  third.release({ discard: true });
  expect(existsSync(first.profile)).toBe(false);
  // Of the run that is still at work.
  expect(existsSync(second.profile)).toBe(true);
  second.release();
  takeProfileSlot(folder, slots).release({ discard: true });
  expect(readdirSync(dirname(second.profile))).toEqual(["job-folder"]);
});

test("runs on other folders have other profiles", () => {
  const other = mkdtempSync(join(tmpdir(), "coverslip-job-"));
  const one = takeProfileSlot(folder, slots);
  const two = takeProfileSlot(other, slots);
  expect(two.profile).not.toBe(one.profile);
  one.release();
  two.release();
  rmSync(other, { recursive: true });
});

test("the lock of a run that is gone does not count, be its process's number this one's by now", () => {
  for (const pid of [gone, process.pid]) {
    const left = leave(folder, { pid });
    const after = takeProfileSlot(folder, slots);
    expect(after.profile).toBe(left);
    after.release();
    expect(existsSync(`${left}.pid`)).toBe(false);
  }
});

test("the lock of a run in another container counts", () => {
  const left = leave(folder);
  writeFileSync(`${left}.pid`, JSON.stringify({ ...OWNER, pid: gone, pidSpace: "pid:[1]" }));
  expect(takeProfileSlot(folder, slots).profile).not.toBe(left);
});

test("profiles that nobody goes on with are pruned: old ones, and sooner those of folders that are gone", async () => {
  const missing = mkdtempSync(join(tmpdir(), "coverslip-job-"));
  const left = leave(folder, { days: 29 });
  const lost = leave(missing, { days: 2 });
  await pruneProfiles(slots);
  expect([left, lost].map((profile) => existsSync(profile))).toEqual([true, true]);
  rmSync(missing, { recursive: true });
  await pruneProfiles(slots);
  expect([left, lost].map((profile) => existsSync(profile))).toEqual([true, false]);
  leave(folder, { days: 31 });
  await pruneProfiles(slots);
  expect(readdirSync(slots)).toEqual([]);
});

test("the profile of a run at work is never pruned, however old", async () => {
  const { ppid } = process;
  const other = leave(folder, { pid: ppid, days: 400 });
  const mine = takeProfileSlot(folder, slots);
  mkdirSync(mine.profile);
  utimesSync(join(dirname(other), "job-folder"), 0, 0);
  await pruneProfiles(slots);
  expect([other, mine.profile].map((profile) => existsSync(profile))).toEqual([true, true]);
  mine.release();
});

test("a folder of profiles that is not there yet needs no pruning", async () => {
  rmSync(slots, { recursive: true });
  await pruneProfiles(slots);
  expect(existsSync(slots)).toBe(false);
});
