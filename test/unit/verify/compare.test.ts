import { describe, expect, test } from "vitest";
import type { Answer, Failure, Opened } from "../../verify/answer.ts";
import { compare } from "../../verify/compare.ts";
import type { Case, OpenedTruth, RefusedTruth } from "../../verify/truth.ts";

const truth: OpenedTruth = {
  opens: true,
  detect_format: "aperio",
  level_count: 1,
  level_dimensions: [[600, 300]],
  level_downsamples: [1],
  properties: { "openslide.vendor": "aperio", a: "1" },
  best_level_for_downsample: { "0.5": 0 },
  icc_profile: { length: 3, sha256: "icc" },
  associated_images: { label: { size: [4, 2], rgba_sha256: "label", icc_profile: null } },
  thumbnail_256: { size: [256, 128], mean: [10, 20, 30] },
  regions: [
    {
      kind: "odd",
      location: [1, 2],
      level: 0,
      size: [3, 4],
      mean_rgba: [1, 2, 3, 255],
      rgba_sha256: "odd",
      argb_sha256: "ddo",
    },
    { kind: "last", location: [0, 0], level: 0, size: [3, 4], error: "Short read of file svs/x.svs: 0 < 4" },
  ],
};
const blocks = { "0": { blocks: 2, rgba: "aaaaaaaabbbbbbbb" } };

const corrupt = (detail: string): Failure => ({
  name: "CorruptSlideError",
  message: `x.svs cannot be read: ${detail}`,
  detail,
  typed: true,
});

const right: Opened = {
  outcome: "opened",
  vendor: "aperio",
  reader: "OpenSlide 4.0.1",
  levels: [{ width: 600, height: 300, downsample: 1 }],
  properties: { "openslide.vendor": "aperio", a: "1" },
  bestLevels: { "0.5": 0 },
  icc: { profile: { length: 3, sha256: "icc" } },
  associated: {
    label: {
      width: 4,
      height: 2,
      sha256: "label",
      argbSha256: "-",
      meanRgba: [0, 0, 0, 255],
      icc: null,
    },
  },
  thumbnail: { width: 256, height: 128, meanRgb: [10.4, 20, 29.1] },
  regions: [
    { sha256: "odd", argbSha256: "ddo", meanRgba: [1, 2, 3, 255] },
    { failure: corrupt("Short read of file /slides/7/x.svs: 0 < 4") },
  ],
  blocks: { "0": "aaaaaaaabbbbbbbb" },
};

const slide = (openslide: OpenedTruth | RefusedTruth): Case => {
  return { path: "svs/x.svs", truth: { file: "svs/x.svs", openslide }, blocks, blockSize: 512, exists: true };
};
const differences = (answer: Answer, openslide: OpenedTruth | RefusedTruth = truth, webpTiff = false) =>
  compare(slide(openslide), answer, { webpTiff }).differences;

describe("comparing an opened slide", () => {
  test("the same answer differs nowhere, and says how much was compared", () => {
    const result = compare(slide(truth), right, { webpTiff: false });
    expect(result.differences).toEqual([]);
    expect(result.passed).toBe(22);
  });

  test.each<[string, Partial<Opened>, RegExp]>([
    ["vendor", { vendor: "leica" }, /^vendor: got "leica", expected "aperio"$/],
    ["a missing property", { properties: { "openslide.vendor": "aperio" } }, /^property a: got nothing, expected "1"$/],
    ["a property too many", { properties: { ...truth.properties, b: "2" } }, /^property b: got "2", expected nothing$/],
    ["a downsample", { levels: [{ width: 600, height: 300, downsample: 1.0000001 }] }, /^level 0 downsample/],
    ["a missing level", { levels: [] }, /^level count/],
    ["best level", { bestLevels: { "0.5": 1 } }, /^best level for downsample 0.5: got 1, expected 0$/],
    ["a lost profile", { icc: { profile: null } }, /^ICC profile length: got 0, expected 3$/],
    ["an image's pixels", { associated: { label: { ...right.associated.label!, sha256: "x" } as never } }, /^assoc.*x/],
    [
      "an image too many",
      { associated: { ...right.associated, macro: right.associated.label! } },
      /^associated images/,
    ],
    ["thumbnail colour", { thumbnail: { width: 256, height: 128, meanRgb: [12, 20, 30] } }, /^thumbnail mean/],
    ["one block", { blocks: { "0": "aaaaaaaabbbbbbbc" } }, /^level 0 block 1 \(column 1, row 0\)/],
    ["a missing block", { blocks: { "0": "aaaaaaaa" } }, /^level 0 block 1 .*: got "", expected "bbbbbbbb"$/],
    [
      "a region that should fail",
      { regions: [right.regions[0]!, right.regions[0]!] },
      /^region 1 \(last\): got an ans/,
    ],
    [
      "the region's pixels",
      {
        regions: [{ sha256: "x", argbSha256: "ddo", meanRgba: [1, 2, 3.5, 255] }, right.regions[1]!],
      },
      /off by 0.5/,
    ],
    [
      "a region's message",
      { regions: [right.regions[0]!, { failure: corrupt("Short read") }] },
      /^region 1.*error: got/,
    ],
  ])("%s is told", (_, change, line) => {
    expect(differences({ ...right, ...change })[0]).toMatch(line);
  });

  test("a thumbnail that native did not make is not asked after", () => {
    const skipped = { ...truth, thumbnail_256: { error: "skipped: 4000 Mpx" } };
    expect(differences({ ...right, thumbnail: undefined }, skipped)).toEqual([]);
  });

  test("typed errors are right answers of a WebP TIFF only", () => {
    const noPixels = { ...right, regions: [{ failure: corrupt("no WebP") }, right.regions[1]!] };
    expect(differences(noPixels)).toHaveLength(1);
    expect(differences(noPixels, truth, true)).toEqual([]);
  });

  test("a page that gives no answer is a difference whatever was expected", () => {
    expect(differences({ outcome: "lost", reason: "the tab crashed" })).toEqual([
      "open: got the tab crashed, expected an answer",
    ]);
  });
});

describe("comparing a refusal", () => {
  const unsupported: RefusedTruth = {
    opens: false,
    detect_format: null,
    error_type: "OpenSlideUnsupportedFormatError",
    error: "Unsupported or missing image file",
  };
  const broken: RefusedTruth = {
    opens: false,
    detect_format: "zeiss",
    error_type: "OpenSlideError",
    error: "Short read of file svs/x.svs: 0 < 160",
  };
  const refusal = (name: string, detail: string | undefined, typed = true): Answer => ({
    outcome: "refused",
    failure: { name, message: detail ?? "", detail, typed },
  });

  test("an unknown format is UnsupportedFormatError, or asks for the companion", () => {
    expect(differences(refusal("UnsupportedFormatError", undefined), unsupported)).toEqual([]);
    expect(differences(refusal("MissingCompanionError", undefined), unsupported)).toEqual([]);
    expect(differences(refusal("CorruptSlideError", "x"), unsupported)).toHaveLength(1);
    expect(differences(refusal("UnsupportedFormatError", undefined, false), unsupported)).toHaveLength(1);
    expect(differences(right, unsupported)).toHaveLength(1);
  });

  test("a broken slide is CorruptSlideError with OpenSlide's words, wherever the file is mounted", () => {
    const words = "Short read of file /somewhere/x.svs: 0 < 160";
    expect(differences(refusal("CorruptSlideError", words), broken)).toEqual([]);
    expect(differences(refusal("CorruptSlideError", "Short read"), broken)).toHaveLength(1);
    expect(differences(refusal("UnsupportedFormatError", undefined), broken)).toHaveLength(2);
  });
});
