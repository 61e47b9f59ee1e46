import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright";
import type { VerifyRequest } from "../request.ts";
import { LostPageError, openSession } from "../session.ts";
import { readTiffCompressions } from "../tiff-compression.ts";
import { filesBeside, listFiles } from "../truth.ts";
import type { Outcome } from "./check.ts";
import { isUnknown, LAYOUT, type PartName } from "./layout.ts";
import type { FindSlide } from "./page.ts";

/** Far beyond what any case needs on a slow machine: only a hang gets there. */
const CASE_DEADLINE_MS = 600_000;

interface Row extends Outcome {
  readonly part: PartName;
  readonly case: string;
  readonly failed: number;
  readonly ms: number;
}

/** Compares everything in a folder of TRIDENT's answers that something here compares. @returns the exit code. */
export async function verifyTrident({
  folder,
  given,
  slidesFolders,
  only,
  isolated,
  out,
}: VerifyRequest): Promise<number> {
  const paths = await listFiles(folder);
  const present = (Object.keys(LAYOUT) as PartName[]).filter((name) =>
    paths.some((path) => path.startsWith(LAYOUT[name])),
  );
  const session = await openSession({
    html: "test/verify/trident/index.html",
    isolated,
    prepare: async (page) => {
      await page.exposeFunction("findSlide", slideFinder(page, slidesFolders));
    },
    setUp: async (page) => {
      await page.waitForFunction(() => typeof globalThis.trident === "object");
      await page.setInputFiles("#truth", folder);
    },
  });
  console.log(`Answers of TRIDENT in ${given}: ${present.join(", ")}; ${session.machine}`);
  const rows: Row[] = [];
  const notCompared: PartName[] = [];
  try {
    const compared = await session.use((page) => page.evaluate(() => globalThis.trident.parts), CASE_DEADLINE_MS);
    for (const part of present) {
      if (!compared.includes(part)) {
        notCompared.push(part);
        continue;
      }
      const partRows = await verifyPart(part);
      rows.push(...partRows);
      console.log(partLine(part, partRows));
    }
  } finally {
    await session.close();
  }
  if (out) await writeFile(out, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  for (const line of leftOutTable(rows, notCompared, paths.filter(isUnknown))) console.log(line);
  const passed = rows.reduce((sum, row) => sum + row.passed, 0);
  const failed = rows.reduce((sum, row) => sum + row.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 || passed === 0 ? 1 : 0;

  async function verifyPart(part: PartName): Promise<Row[]> {
    const rows: Row[] = [];
    const add = (name: string, outcome: Outcome, began: number) => {
      for (const difference of outcome.differences) console.log(`${name}: ${difference}`);
      const ms = Math.round(performance.now() - began);
      rows.push({ part, case: name, failed: outcome.differences.length, ...outcome, ms });
    };
    let names: string[] = [];
    try {
      names = await session.use((page) => page.evaluate((p) => globalThis.trident.list(p), part), CASE_DEADLINE_MS);
    } catch (error) {
      add(LAYOUT[part], lost(error), performance.now());
    }
    for (const name of names) {
      if (!name.includes(only)) continue;
      const began = performance.now();
      const asked = { part, name };
      const outcome = await session
        .use((page) => page.evaluate(({ part, name }) => globalThis.trident.run(part, name), asked), CASE_DEADLINE_MS)
        .catch(lost);
      add(name, outcome, began);
    }
    return rows;
  }
}

function lost(error: unknown): Outcome {
  if (!(error instanceof LostPageError)) throw error;
  return { passed: 0, differences: [`comparing: got ${error.message}, expected an answer`], leftOut: [] };
}

/** What the page calls to get at a slide: its whole folder goes into the file input, as a person would drop it. */
function slideFinder(page: Page, slidesFolders: readonly string[]): FindSlide {
  return async (path) => {
    for (const folder of slidesFolders) {
      if (!(await stat(join(folder, path)).catch(() => undefined))?.isFile()) continue;
      const paths = await filesBeside(folder, path);
      await page.setInputFiles(
        "#slide",
        paths.map((one) => join(folder, one)),
      );
      return { paths, compressions: await readTiffCompressions(join(folder, path)) };
    }
    return null;
  };
}

function partLine(part: PartName, rows: readonly Row[]): string {
  const sum = (of: (row: Row) => number) => rows.reduce((total, row) => total + of(row), 0);
  const seconds = (sum((row) => row.ms) / 1000).toFixed(1);
  return `${part}: ${rows.length} cases, ${sum((row) => row.passed)} passed, ${sum((row) => row.failed)} failed, ${seconds} s`;
}

/** Everything that was there and not compared, with the reason. */
function leftOutTable(rows: readonly Row[], notCompared: readonly PartName[], unknown: readonly string[]): string[] {
  const lines: string[] = [];
  if (notCompared.length > 0) {
    lines.push("", "Parts not compared yet");
    for (const part of notCompared) lines.push(`  ${part.padEnd(10)} ${LAYOUT[part]}`);
  }
  const byReason = new Map<string, string[]>();
  for (const row of rows) {
    for (const { what, reason } of row.leftOut) {
      byReason.set(reason, [...(byReason.get(reason) ?? []), what ? `${row.case}: ${what}` : row.case]);
    }
  }
  if (byReason.size > 0) {
    lines.push("", "Not compared, and why");
    for (const [reason, cases] of byReason) {
      lines.push(`  ${reason}`);
      for (const name of cases) lines.push(`    ${name}`);
    }
  }
  if (unknown.length > 0) {
    lines.push("", "Files that nothing here knows");
    for (const path of unknown) lines.push(`  ${path}`);
  }
  return [...lines, ""];
}
