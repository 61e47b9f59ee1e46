import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { takeProfileSlot } from "../../../.scripts/cli/profile-slot.mjs";

let folder: string;
let slots: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-job-"));
  slots = mkdtempSync(join(tmpdir(), "coverslip-slots-"));
});

afterAll(() => {
  for (const one of [folder, slots]) rmSync(one, { recursive: true });
});

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

test("a profile is kept until nothing in it is needed", () => {
  const first = takeProfileSlot(folder, slots);
  mkdirSync(join(first.profile, "Default"), { recursive: true });
  first.release();
  expect(existsSync(first.profile)).toBe(true);
  const second = takeProfileSlot(folder, slots);
  second.release({ discard: true });
  expect(existsSync(first.profile)).toBe(false);
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

test("the lock of a run that is gone does not count", () => {
  const before = takeProfileSlot(folder, slots);
  before.release();
  // No process has this number: Linux ends at 2^22.
  writeFileSync(`${before.profile}.pid`, "99999999");
  const after = takeProfileSlot(folder, slots);
  expect(after.profile).toBe(before.profile);
  after.release();
  expect(existsSync(`${before.profile}.pid`)).toBe(false);
});
