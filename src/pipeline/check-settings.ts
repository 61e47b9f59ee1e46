import { MAX_PATCH_PX } from "#slide";
import { JobSettingsError } from "./errors.ts";
import type { JobSettings, PatchSettings } from "./settings.ts";

/** @throws {JobSettingsError} for settings that no grid can be made with. */
export function checkPatchSettings({ target, patchSize, overlap, minTissueProportion, folder }: PatchSettings): void {
  check("patches.patchSize", patchSize, Number.isInteger(patchSize) && patchSize > 0, "a whole number of pixels");
  check(
    "patches.overlap",
    overlap,
    Number.isInteger(overlap) && overlap >= 0 && overlap < patchSize,
    `a whole number from 0 to ${patchSize - 1}, one less than the patch`,
  );
  check(
    "patches.minTissueProportion",
    minTissueProportion,
    minTissueProportion >= 0 && minTissueProportion <= 1,
    "a share from 0 to 1",
  );
  const [field, scale] = "mag" in target ? ["mag", target.mag] : ["mpp", target.mpp];
  check(`patches.target.${field}`, scale, Number.isFinite(scale) && scale > 0, "a number above 0");
  check(
    "patches.folder",
    folder,
    folder === undefined || /^(?!\.{1,2}$)[^/\\]+$/.test(folder),
    "the name of one folder",
  );
}

/** @throws {JobSettingsError} */
export function checkJobSettings(settings: JobSettings): void {
  const { tasks, segmentation, encoder, batchLimit } = settings;
  check("tasks", tasks, tasks.length > 0, "at least one stage");
  const { targetMagnification } = segmentation;
  check(
    "segmentation.targetMagnification",
    targetMagnification,
    Number.isFinite(targetMagnification) && targetMagnification > 0,
    "a number above 0",
  );
  checkPatchSettings(settings.patches);
  if (tasks.includes("features")) {
    check("encoder", encoder, encoder !== undefined, "an encoder, for features");
    const { patchSize } = settings.patches;
    check("patches.patchSize", patchSize, patchSize <= MAX_PATCH_PX, `at most ${MAX_PATCH_PX} px, to be embedded`);
  }
  if (batchLimit !== undefined) {
    check("batchLimit", batchLimit, Number.isInteger(batchLimit) && batchLimit > 0, "a whole number above 0");
  }
}

function check(field: string, found: unknown, isGood: boolean, expected: string): void {
  if (!isGood) throw new JobSettingsError(field, found, expected);
}
