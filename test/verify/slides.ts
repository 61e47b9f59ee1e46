import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Answer, Question } from "./answer.ts";
import { type Comparison, compare } from "./compare.ts";
import { type ExceptionId, exceptionTable } from "./exceptions.ts";
import type { VerifyRequest } from "./request.ts";
import { openSlideSession, type SlideSession } from "./slide-session.ts";
import { readTiffCompressions } from "./tiff-compression.ts";
import { type Case, filesBeside, findCases, isThumbnailSkipped } from "./truth.ts";

/** TIFF compression tags that mean WebP (the second from before it was registered). */
const WEBP_COMPRESSIONS = [50001, 34927];

/** Compares every slide of the folder with what native OpenSlide said of it. @returns the exit code. */
export async function verifySlides({
  folder,
  given,
  slidesFolders,
  only,
  isolated,
  out,
}: VerifyRequest): Promise<number> {
  const slidesFolder = slidesFolders[0] ?? folder;
  const cases = (await findCases(folder, slidesFolder)).filter(({ path }) => path.includes(only));
  const session = await openSlideSession({ isolated });
  console.log(`${cases.length} files with a ground truth in ${given}; ${session.machine}`);
  const used = new Map<ExceptionId, number>();
  const rows: object[] = [];
  let passed = 0;
  let failed = 0;
  try {
    for (const one of cases) {
      const began = performance.now();
      const { answer, comparison } = await verify(one, slidesFolder, session);
      for (const difference of comparison.differences) console.log(`${one.path}: ${difference}`);
      for (const [id, count] of comparison.exceptions) used.set(id, (used.get(id) ?? 0) + count);
      passed += comparison.passed;
      failed += comparison.differences.length;
      rows.push(row(one, answer, comparison, performance.now() - began));
    }
  } finally {
    await session.close();
  }
  if (out) await writeFile(out, rows.map((line) => `${JSON.stringify(line)}\n`).join(""));
  for (const line of exceptionTable(used)) console.log(line);
  const differing = rows.filter((line) => (line as { failed: number }).failed > 0).length;
  console.log(`${cases.length - differing} of ${cases.length} files agree in everything compared`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || cases.length === 0 ? 1 : 0;
}

async function verify(
  one: Case,
  slidesFolder: string,
  session: SlideSession,
): Promise<{ answer: Answer; comparison: Comparison }> {
  if (!one.exists) return judge(one, { outcome: "lost", reason: "no such file" }, false);
  // A Zarr hierarchy is a folder of thousands of chunks and has nothing to compare yet: it is only counted.
  if (one.truth.zarr !== undefined) return judge(one, refusedForLater, false);
  const compressions = await readTiffCompressions(join(slidesFolder, one.path));
  const question = await questionOf(one, slidesFolder);
  const answer = await session.ask(question, slidesFolder, deadlineMs(one));
  return judge(
    one,
    answer,
    compressions.some((tag) => WEBP_COMPRESSIONS.includes(tag)),
  );
}

const refusedForLater: Answer = {
  outcome: "refused",
  failure: { name: "NotTried", message: "", detail: undefined, typed: false },
};

function judge(one: Case, answer: Answer, webpTiff: boolean) {
  return { answer, comparison: compare(one, answer, { webpTiff }) };
}

async function questionOf(one: Case, slidesFolder: string): Promise<Question> {
  const { path, truth, blocks, blockSize } = one;
  const native = truth.openslide?.opens ? truth.openslide : undefined;
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return {
    path,
    paths: await filesBeside(slidesFolder, path),
    together: truth.slide_files?.map((name) => folder + name),
    downsamples: Object.keys(native?.best_level_for_downsample ?? {}),
    regions: (native?.regions ?? []).map(({ location: [x, y], level, size: [width, height] }) => {
      return { x, y, level, width, height };
    }),
    blockLevels: Object.keys(blocks ?? {}).map(Number),
    blockSize,
    thumbnail: native?.thumbnail_256 !== undefined && !isThumbnailSkipped(native.thumbnail_256),
  };
}

/** Far beyond what any slide needs on a slow machine: only a hang gets there. */
function deadlineMs({ blocks }: Case): number {
  const count = Object.values(blocks ?? {}).reduce((sum, level) => sum + level.blocks, 0);
  return 120_000 + count * 500;
}

function row(one: Case, answer: Answer, { passed, differences, exceptions }: Comparison, ms: number): object {
  return {
    slide: one.path,
    outcome: one.truth.zarr === undefined ? answer.outcome : "not tried",
    ...(answer.outcome === "opened"
      ? {
          vendor: answer.vendor,
          levels: answer.levels.map(({ width, height }) => [width, height]),
        }
      : {}),
    ...(answer.outcome === "refused" && one.truth.zarr === undefined
      ? { error: answer.failure.name, message: answer.failure.message }
      : {}),
    passed,
    failed: differences.length,
    differences,
    exceptions: Object.fromEntries(exceptions),
    ms: Math.round(ms),
  };
}
