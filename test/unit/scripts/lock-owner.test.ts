import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isRunning, OWNER, removeOwnLocks } from "../../../.scripts/cli/lock-owner.mjs";

/** The number of a process that has been and is no more. */
const gone = spawnSync(process.execPath, ["--version"]).pid;

test("a lock of this machine tells by its process whether somebody holds it", () => {
  expect(OWNER).toMatchObject({ hostname: hostname(), pid: process.pid });
  expect(isRunning(OWNER)).toBe(true);
  expect(isRunning({ ...OWNER, pid: gone })).toBe(false);
});

test("one of TRIDENT's does so where its host's name is to be believed", () => {
  const lock = { hostname: hostname(), pid: gone };
  expect(isRunning(lock)).toBeUndefined();
  expect(isRunning(lock, { byHostname: true })).toBe(false);
  expect(isRunning({ ...lock, pid: process.pid }, { byHostname: true })).toBe(true);
});

test("of another machine, another container or a browser it tells nothing", () => {
  for (const other of [
    { hostname: `not-${hostname()}`, pid: gone },
    { hostname: hostname(), pid: gone, pidSpace: "pid:[1]" },
    { hostname: "browser:0123456789ab", pid: 0 },
    { hostname: hostname(), pid: 0 },
    { hostname: hostname(), pid: 2 ** 40 },
  ]) {
    expect(isRunning(other, { byHostname: true }), JSON.stringify(other)).toBeUndefined();
  }
});

test("of files that this process made, those that are its locks are removed", () => {
  const folder = mkdtempSync(join(tmpdir(), "coverslip-locks-"));
  const lock = { pid: OWNER.pid, hostname: OWNER.hostname, created_at: 1, pid_space: OWNER.pidSpace, session: "x" };
  const texts = { own: lock, foreign: { ...lock, pid: 1 }, mark: "", result: [1, 2] };
  const files = Object.entries(texts).map(([name, text]) => {
    const file = join(folder, name);
    writeFileSync(file, text && JSON.stringify(text));
    return file;
  });
  removeOwnLocks([...files, join(folder, "gone")]);
  expect(files.map((file) => existsSync(file))).toEqual([false, true, true, true]);
  rmSync(folder, { recursive: true });
});
