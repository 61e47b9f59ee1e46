import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findFiles } from "../../../.scripts/cli/find-files.mjs";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-files-"));
  for (const name of ["slides/sub/deep", "store/case"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["slides/b.svs", "slides/sub/deep/a.svs", "store/case/c.svs", "store/d.svs"]) {
    writeFileSync(join(folder, name), "");
  }
});

afterEach(() => rmSync(folder, { recursive: true }));

const slides = () => join(folder, "slides");
const link = (target: string, path: string) => symlinkSync(join(folder, target), join(folder, path));

test("finds files and folders behind links, under the links' names", async () => {
  link("store/d.svs", "slides/link.svs");
  link("store/case", "slides/case");
  link("store/nothing", "slides/broken.svs");
  link("slides", "all");
  const found = ["b.svs", "case/c.svs", "link.svs", "sub/deep/a.svs"];
  expect(await findFiles(slides())).toEqual(found);
  expect(await findFiles(join(folder, "all"))).toEqual(found);
});

test("does not walk in circles", async () => {
  link("slides", "slides/sub/up");
  link("slides/sub/deep", "slides/sub/deep/self");
  symlinkSync(folder, join(slides(), "above"));
  link("store", "slides/store");
  link("slides", "store/back");
  expect(await findFiles(slides())).toEqual(["b.svs", "store/case/c.svs", "store/d.svs", "sub/deep/a.svs"]);
});

test("keeps names as they are", async () => {
  if (process.platform === "win32") return;
  writeFileSync(join(slides(), "a\\b ü.svs"), "");
  expect(await findFiles(slides())).toContain("a\\b ü.svs");
});

test("ends when it is told to", async () => {
  await expect(findFiles(slides(), { signal: AbortSignal.abort() })).rejects.toThrow();
});
