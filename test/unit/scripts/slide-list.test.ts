import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSlideList } from "../../../.scripts/cli/slide-list.mjs";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-list-"));
  mkdirSync(join(folder, "nested"));
  for (const name of ["a.svs", 'b "2", old.svs', "nested/c.svs"]) writeFileSync(join(folder, name), "");
});

afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string) {
  const file = join(folder, "list.csv");
  writeFileSync(file, text);
  return readSlideList(file, folder);
}

test("takes paths and pixel sizes by their columns' names, blanks as not given", () => {
  expect(read("\ufeffmpp,other,wsi\r\n0.5,x,a.svs\r\n,y,nested/c.svs\r\n,,\r\n")).toEqual([
    { path: "a.svs", mpp: 0.5 },
    { path: "nested/c.svs" },
  ]);
});

test("takes a slide by any path that leads to it, once", () => {
  const absolute = join(folder, "a.svs");
  expect(read(`wsi,mpp\n./a.svs,\nnested//c.svs,\nnested/../a.svs,0.5\n${absolute},0.50\n`)).toEqual([
    { path: "a.svs", mpp: 0.5 },
    { path: "nested/c.svs" },
  ]);
});

test("takes a slide by the true path of a folder that is a link", () => {
  const link = `${folder}-link`;
  symlinkSync(folder, link);
  try {
    const file = join(folder, "list.csv");
    writeFileSync(file, `wsi\n${join(realpathSync(folder), "a.svs")}\n${join(link, "nested/c.svs")}\n`);
    expect(readSlideList(file, link)).toEqual([{ path: "a.svs" }, { path: "nested/c.svs" }]);
  } finally {
    rmSync(link);
  }
});

test.each(["\n", "\r\n", "\r"])("reads lines that end in %j, and columns whose names have blanks", (end) => {
  expect(read(["wsi , mpp", "a.svs,0.5", "nested/c.svs,", ""].join(end))).toEqual([
    { path: "a.svs", mpp: 0.5 },
    { path: "nested/c.svs" },
  ]);
});

test("reads quoted fields, and a last line without an end", () => {
  expect(read('wsi\n"b ""2"", old.svs"\na.svs')).toEqual([{ path: 'b "2", old.svs' }, { path: "a.svs" }]);
});

test.each([
  ["name\na.svs\n", /no column wsi/],
  ["wsi\n", /lists no slides/],
  ["", /no column wsi/],
  ["wsi\nmissing.svs\n", /no missing\.svs in /],
  ["wsi,mpp\na.svs,0\n", /mpp 0 of a\.svs/],
  ["wsi,mpp\na.svs,small\n", /mpp small of a\.svs/],
  ["wsi,mpp\na.svs,Infinity\n", /mpp Infinity of a\.svs/],
  ["wsi,mpp\na.svs,0.5\n./a.svs,0.25\n", /a\.svs is listed twice, with mpp 0\.5 and 0\.25/],
  ["wsi\n../a.svs\n", /\.\.\/a\.svs is not in /],
  ["wsi\n/a.svs\n", /\/a\.svs is not in /],
  ["wsi\nnested/..\n", /nested\/\.\. is not in /],
])("refuses %j", (text, message) => {
  expect(() => read(text)).toThrow(message);
});

test("refuses a list that is not there", () => {
  expect(() => readSlideList(join(folder, "none.csv"), folder)).toThrow(/no such file/);
});
