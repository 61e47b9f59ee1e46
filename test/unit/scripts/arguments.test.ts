import { describe, expect, test } from "vitest";
import { readArguments, UsageError } from "../../../.scripts/cli/arguments.mjs";
import { checkPatchSettings } from "../../../src/pipeline/check-settings.ts";
import { DEFAULT_SETTINGS } from "../../../src/pipeline/settings.ts";

const VERSION = { version: "1.2.3" };
const FOLDERS = ["--wsi_dir", "slides", "--job_dir", "job"];

function readProcess(...args: string[]) {
  const asked = readArguments(["process", ...FOLDERS, ...args], VERSION);
  if (asked.command !== "process") throw new Error(`understood as ${asked.command}`);
  return asked;
}

describe("coverslip process", () => {
  test("has TRIDENT's defaults, but for models that cannot come along", () => {
    expect(readProcess().options).toEqual({
      wsi_dir: "slides",
      job_dir: "job",
      task: "seg",
      gpu: 0,
      segmenter: "otsu",
      remove_holes: false,
      mag: 20,
      patch_size: 512,
      overlap: 0,
      min_tissue_proportion: 0,
      patch_encoder: "built-in",
      skip_errors: false,
      clear_dead_locks: false,
      dead_lock_max_age_hours: 24,
      search_nested: false,
    });
  });

  test("reads values, lists and negative numbers as argparse does", () => {
    const { options } = readProcess(
      ..."--task all --mag 1.25 --patch_size=256 --overlap 32 --min_tissue_proportion 0.25 --gpus -1".split(" "),
      ..."--wsi_ext .svs .tiff --custom_mpp_keys a b --remove_holes --search_nested --gpu -1".split(" "),
    );
    expect(options).toMatchObject({
      task: "all",
      mag: 1.25,
      patch_size: 256,
      overlap: 32,
      min_tissue_proportion: 0.25,
    });
    expect(options).toMatchObject({ gpu: -1, wsi_ext: [".svs", ".tiff"], custom_mpp_keys: ["a", "b"] });
    expect(options).toMatchObject({ gpus: [-1], remove_holes: true, search_nested: true });
  });

  test("takes extensions as people write them", () => {
    expect(readProcess("--wsi_ext", ".SVS,tiff", "*.ndpi", "ome.tif,").options.wsi_ext).toEqual([
      ".svs",
      ".tiff",
      ".ndpi",
      ".ome.tif",
    ]);
  });

  test.each([
    [["--mag", "0"], /--mag.*above 0/],
    [["--mag", "twenty"], /--mag/],
    [["--patch_size", "2.5"], /--patch_size.*whole number/],
    [["--overlap", "-1"], /--overlap/],
    [["--overlap", "512"], /--overlap 512: less than --patch_size 512/],
    [["--min_tissue_proportion", "1.5"], /from 0 to 1/],
    [["--task", "everything"], /--task.*seg, coords, feat, all/],
    [["--segmenter", "hest"], /--segmenter.*otsu/],
    [["--reader_type", "cucim"], /--reader_type/],
    [["--what"], /unknown option '--what'/],
    [["--slide_encoder", "titan"], /--slide_encoder: slide encoders are not part/],
    [["--remove_artifacts"], /--remove_artifacts: needs GrandQC/],
    [["--dump_patches"], /--dump_patches: /],
    [["--wsi_ext", "*"], /--wsi_ext.*extension such as/],
    [["--wsi_ext", "a/*.svs"], /--wsi_ext.*extension such as/],
    [["--job_dir", ""], /--job_dir.*path is needed/],
    [["--coords_dir", "../x"], /--coords_dir.*'\.\.\/x'.*name of one folder/],
    [["--coords_dir", "a/b"], /--coords_dir.*name of one folder/],
    [["--coords_dir", "a\\b"], /--coords_dir.*name of one folder/],
    [["--coords_dir", ".."], /--coords_dir.*name of one folder/],
    [["--coords_dir", ""], /--coords_dir.*name of one folder/],
  ])("refuses %j and says why", (args, message) => {
    expect(() => readProcess(...args)).toThrow(UsageError);
    expect(() => readProcess(...args)).toThrow(message);
  });

  test.each(["x", "a b", "a..b", "...", ".x", "ü", "", ".", "..", "a/b", "a\\b", "/", "a/", "\n"])(
    "takes %j for a folder of coords exactly where the pipeline does",
    (folder) => {
      const isRefused = (check: () => unknown) => {
        try {
          check();
          return false;
        } catch {
          return true;
        }
      };
      const settings = { ...DEFAULT_SETTINGS.patches, folder };
      expect(isRefused(() => readProcess("--coords_dir", folder))).toBe(isRefused(() => checkPatchSettings(settings)));
    },
  );

  test("needs both folders", () => {
    expect(() => readArguments(["process", "--wsi_dir", "slides"], VERSION)).toThrow(/--job_dir/);
  });

  test("says which of TRIDENT's options change nothing", () => {
    expect(readProcess("--wsi_cache", "fast", "--seg_conf_thresh", "0.4").notes).toEqual([
      "--wsi_cache has no effect: slides are read where they lie.",
      "--seg_conf_thresh has no effect: the Otsu segmenter has none.",
    ]);
  });
});

describe("coverslip", () => {
  test("explains itself when asked, and when told nothing", () => {
    for (const args of [[], ["--help"], ["process", "--help"]]) {
      const asked = readArguments(args, VERSION);
      expect(asked).toMatchObject({ command: "help", text: expect.stringContaining("Usage: coverslip") });
    }
    expect(readArguments(["--version"], VERSION)).toMatchObject({ command: "help", text: "1.2.3\n" });
  });

  test("draws the demo into a folder of its own unless told otherwise", () => {
    expect(readArguments(["demo"], VERSION)).toEqual({
      command: "demo",
      options: { job_dir: "./coverslip-demo", gpu: 0 },
    });
  });

  test("does not know other commands", () => {
    expect(() => readArguments(["convert"], VERSION)).toThrow(UsageError);
  });
});
