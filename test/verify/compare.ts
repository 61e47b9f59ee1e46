import { assert } from "#base";
import type { Answer, Failure, Opened, OrFailure, Profile } from "./answer.ts";
import { EXCEPTIONS, type ExceptionId, THUMBNAIL_MEAN_TOLERANCE } from "./exceptions.ts";
import {
  type BlocksTruth,
  type Case,
  isThumbnailSkipped,
  type OpenedTruth,
  type ProfileTruth,
  type RefusedTruth,
} from "./truth.ts";

/** What became of one slide: every comparison is counted, every difference is a line. */
export class Comparison {
  passed = 0;
  readonly differences: string[] = [];
  readonly exceptions = new Map<ExceptionId, number>();

  same(field: string, got: unknown, expected: unknown): boolean {
    const equal = JSON.stringify(got) === JSON.stringify(expected);
    this.check(field, equal, show(got), show(expected));
    return equal;
  }

  check(field: string, holds: boolean, got: string, expected: string): void {
    if (holds) this.passed++;
    else this.differences.push(`${field}: got ${got}, expected ${expected}`);
  }

  except(id: ExceptionId): void {
    if (!(id in EXCEPTIONS)) throw new Error(`no reason given for ${id}`);
    this.exceptions.set(id, (this.exceptions.get(id) ?? 0) + 1);
  }
}

/** What must be known of the file beside its truth. */
export interface FileTraits {
  readonly webpTiff: boolean;
}

/** Compares the page's answer with native OpenSlide's. Pure: the same answer gives the same lines. */
export function compare({ path, truth, blocks, blockSize }: Case, answer: Answer, traits: FileTraits): Comparison {
  const result = new Comparison();
  for (const field of ["tiff", "czi", "dicom", "instances", "pillow"] as const) {
    if (truth[field] !== undefined) result.except("other-readers");
  }
  if (truth.zarr !== undefined) result.except("zarr");
  const native = truth.openslide;
  if (answer.outcome === "lost") {
    result.check("open", false, answer.reason, "an answer");
  } else if (truth.native_failure !== undefined) {
    result.except("native-failure");
    const typed = answer.outcome === "opened" || answer.failure.typed;
    result.check("open", typed, answer.outcome === "refused" ? sayFailure(answer.failure) : "", "a typed error");
  } else if (native?.opens === false) {
    compareRefusal(result, path, native, answer);
  } else if (native?.opens) {
    if (answer.outcome === "opened") compareOpened(result, { path, native, blocks, blockSize, traits }, answer);
    else if (traits.webpTiff && answer.failure.typed) result.except("webp");
    else result.check("open", false, sayFailure(answer.failure), `an opened ${native.detect_format} slide`);
  }
  return result;
}

function compareRefusal(result: Comparison, path: string, native: RefusedTruth, answer: Answer): void {
  const unsupported = native.error_type === "OpenSlideUnsupportedFormatError" || native.detect_format === null;
  const wanted = unsupported ? "UnsupportedFormatError" : "CorruptSlideError";
  if (answer.outcome !== "refused") {
    result.check("open", false, "opened", `${wanted} (${native.error})`);
    return;
  }
  const { failure } = answer;
  if (failure.name === "MissingCompanionError" && failure.typed) {
    result.except("lone-companion");
    if (!unsupported) sameMessage(result, "error", path, failure, native.error);
    return;
  }
  result.check("error type", failure.typed && failure.name === wanted, sayFailure(failure), wanted);
  if (!unsupported) sameMessage(result, "error", path, failure, native.error);
}

interface OpenedCase {
  readonly path: string;
  readonly native: OpenedTruth;
  readonly blocks: BlocksTruth | undefined;
  readonly blockSize: number;
  readonly traits: FileTraits;
}

function compareOpened(result: Comparison, { path, native, blocks, blockSize, traits }: OpenedCase, got: Opened): void {
  if (native.deepzoom !== undefined) result.except("deep-zoom");
  result.same("vendor", got.vendor, native.detect_format);
  result.same("level count", got.levels.length, native.level_count);
  native.level_dimensions.forEach((size, level) => {
    const have = got.levels[level];
    result.same(`level ${level} size`, have && [have.width, have.height], size);
    result.same(`level ${level} downsample`, have?.downsample, native.level_downsamples[level]);
  });
  for (const name of [...new Set([...Object.keys(native.properties), ...Object.keys(got.properties)])].sort()) {
    result.same(`property ${name}`, got.properties[name], native.properties[name]);
  }
  for (const [downsample, level] of Object.entries(native.best_level_for_downsample)) {
    result.same(`best level for downsample ${downsample}`, got.bestLevels[downsample], level);
  }
  if (native.icc_error === undefined) {
    const icc = got.icc;
    if ("failure" in icc) result.check("ICC profile", false, sayFailure(icc.failure), show(native.icc_profile));
    else sameProfile(result, "ICC profile", icc.profile, native.icc_profile);
  } else expectFailure(result, "ICC profile", path, got.icc, native.icc_error);
  compareAssociated(result, path, native, got);
  compareThumbnail(result, { path, native, traits }, got);
  native.regions.forEach((region, index) => {
    const field = `region ${index} (${region.kind})`;
    const have = got.regions[index]!;
    if (region.error !== undefined) expectFailure(result, field, path, have, region.error);
    else if ("failure" in have && traits.webpTiff && have.failure.typed) result.except("webp");
    else if ("failure" in have) result.check(field, false, sayFailure(have.failure), region.rgba_sha256!);
    else {
      const off = meanOff(have.meanRgba, region.mean_rgba);
      const same = have.sha256 === region.rgba_sha256;
      result.check(field, same, `${have.sha256} (mean of a channel off by ${off})`, String(region.rgba_sha256));
      if (region.argb_sha256 !== undefined) result.same(`${field} as ARGB`, have.argbSha256, region.argb_sha256);
    }
  });
  if (blocks) compareBlocks(result, blocks, blockSize, native, got);
}

function compareAssociated(result: Comparison, path: string, native: OpenedTruth, got: Opened): void {
  const names = Object.keys(native.associated_images).sort();
  result.same("associated images", Object.keys(got.associated).sort(), names);
  for (const name of names) {
    const field = `associated image ${name}`;
    const expected = native.associated_images[name]!;
    const have = got.associated[name];
    if (!have) continue; // said above
    if (expected.error !== undefined) expectFailure(result, field, path, have, expected.error);
    else if ("failure" in have) result.check(field, false, sayFailure(have.failure), String(expected.rgba_sha256));
    else {
      result.same(`${field} size`, [have.width, have.height], expected.size);
      result.same(field, have.sha256, expected.rgba_sha256);
      if (expected.argb_sha256 !== undefined) {
        result.same(`${field} as ARGB`, have.argbSha256, expected.argb_sha256);
      }
      if (expected.icc_profile !== undefined)
        sameProfile(result, `${field} ICC profile`, have.icc, expected.icc_profile);
    }
  }
}

function compareThumbnail(
  result: Comparison,
  { path, native, traits }: Pick<OpenedCase, "path" | "native" | "traits">,
  got: Opened,
): void {
  const expected = native.thumbnail_256;
  const have = got.thumbnail;
  if (!expected) return;
  if (isThumbnailSkipped(expected)) {
    result.except("thumbnail-skipped");
    return;
  }
  assert(have, "every thumbnail that native made is asked for");
  if ("error" in expected) {
    expectFailure(result, "thumbnail", path, have, expected.error);
  } else if ("failure" in have) {
    if (traits.webpTiff && have.failure.typed) result.except("webp");
    else result.check("thumbnail", false, sayFailure(have.failure), show(expected.size));
  } else {
    result.except("thumbnail-resampling");
    result.same("thumbnail size", [have.width, have.height], expected.size);
    const near = meanOff(have.meanRgb, expected.mean) <= THUMBNAIL_MEAN_TOLERANCE;
    result.check("thumbnail mean", near, show(have.meanRgb), show(expected.mean));
  }
}

/** Characters of a block's digest that blocks.json keeps. */
const DIGEST_LENGTH = 8;

function compareBlocks(
  result: Comparison,
  blocks: BlocksTruth,
  blockSize: number,
  native: OpenedTruth,
  got: Opened,
): void {
  for (const [level, expected] of Object.entries(blocks)) {
    const have = got.blocks[level] ?? "";
    const columns = Math.ceil((native.level_dimensions[Number(level)]?.[0] ?? blockSize) / blockSize);
    for (let at = 0; at < Math.max(expected.rgba.length, have.length); at += DIGEST_LENGTH) {
      const index = at / DIGEST_LENGTH;
      const field = `level ${level} block ${index} (column ${index % columns}, row ${Math.floor(index / columns)})`;
      const wanted = expected.rgba.slice(at, at + DIGEST_LENGTH);
      result.same(field, have.slice(at, at + DIGEST_LENGTH).trim(), wanted.trim());
    }
  }
}

function sameProfile(result: Comparison, field: string, got: Profile | null, expected: ProfileTruth | null): void {
  result.same(`${field} length`, got?.length ?? 0, expected?.length ?? 0);
  result.same(`${field} sha256`, got?.sha256, expected?.sha256);
}

function expectFailure(
  result: Comparison,
  field: string,
  path: string,
  got: OrFailure<object>,
  nativeMessage: string,
): void {
  if (!("failure" in got)) {
    result.check(field, false, "an answer", `CorruptSlideError (${nativeMessage})`);
    return;
  }
  const { failure } = got;
  const right = failure.typed && failure.name === "CorruptSlideError";
  result.check(`${field} error type`, right, sayFailure(failure), "CorruptSlideError");
  sameMessage(result, `${field} error`, path, failure, nativeMessage);
}

/** Messages name files where each side has them mounted; what they say of the files must be the same. */
function sameMessage(result: Comparison, field: string, path: string, failure: Failure, nativeMessage: string): void {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const bare = (message: string) => message.replaceAll(folder || "\0", "").replaceAll(/(?:[^\s"':/]*\/)+/g, "");
  result.same(field, bare(failure.detail ?? failure.message), bare(nativeMessage));
}

function meanOff(got: readonly number[], expected: readonly number[] | undefined): number {
  return Math.max(...(expected ?? []).map((value, channel) => Math.abs(value - (got[channel] ?? Number.NaN))), 0);
}

function sayFailure({ name, message, typed }: Failure): string {
  return `${typed ? "" : "untyped "}${name} (${message})`;
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
