// @ts-check
import { spawn } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { ROOT, runScript, setUp } from "./setup.mjs";

/**
 * Everything there is to test, one part after the other, what is verified at once; each part's output as it comes.
 * Ends with one line, `N passed, N failed`.
 */

/** @typedef {{ passed: number, failed: number }} Counts */

const SLIDES = process.env.COVERSLIP_SLIDES ?? join(ROOT, "../shared/slides");
const TRIDENT = process.env.COVERSLIP_TRIDENT ?? join(ROOT, "../shared/trident-truth");
const RESULTS = join(ROOT, "node_modules/.cache/coverslip/test-results");
const COUNTS = /^(\d+) passed, (\d+) failed$/;

/** @param {string} name */
const bin = (name) => join(ROOT, "node_modules/.bin", name);

await runScript(async () => {
  await setUp({ chromium: true });
  rmSync(RESULTS, { recursive: true, force: true });
  const total = { passed: 0, failed: 0 };
  /** @type {[string, () => Promise<Counts>][]} */
  const parts = [
    ["library", () => commands([["npm", "run", "--silent", "build:lib"]])],
    [
      "check",
      () =>
        commands([
          [bin("biome"), "check", "."],
          [bin("tsc"), "-b", "tsconfig.json", "workers/tsconfig.json"],
          [bin("knip")],
          [bin("publint"), "--strict"],
        ]),
    ],
    ["unit", () => vitest("unit")],
    ["browser", () => vitest("browser")],
    ["parity", () => vitest("parity")],
    ["e2e", () => vitest("e2e", "e2e-alone")],
  ];
  /** @type {typeof parts} */
  const verifications = [];
  for (const { folder, variable } of [
    { folder: SLIDES, variable: "COVERSLIP_SLIDES" },
    { folder: TRIDENT, variable: "COVERSLIP_TRIDENT" },
  ]) {
    const part = `verify ${basename(folder)}`;
    const slides = folder === SLIDES ? [] : ["--slides", SLIDES];
    const verify = () => counted([bin("tsx"), "test/verify/main.ts", folder, ...slides]);
    if (existsSync(folder)) verifications.push([part, verify]);
    else console.log(`\n${part} is skipped: there is no ${folder} (set ${variable}).`);
  }

  /** @type {string[]} */
  const failedParts = [];
  /** @param {(typeof parts)[number]} part */
  const runPart = async ([name, run]) => {
    const began = Date.now();
    console.log(`\n== ${name}`);
    const { passed, failed } = await run();
    total.passed += passed;
    total.failed += failed;
    if (failed > 0) failedParts.push(`${name} (${failed})`);
    console.log(`== ${name}: ${passed} passed and ${failed} failed in ${Math.round((Date.now() - began) / 1000)} s`);
  };
  for (const part of parts) await runPart(part);
  // Each decodes on one thread.
  await Promise.all(verifications.map(runPart));
  if (failedParts.length > 0) console.log(`\nFailed: ${failedParts.join(", ")}`);
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
});

/**
 * Commands that pass or fail as a whole, one count each.
 * @param {string[][]} list
 */
async function commands(list) {
  const counts = { passed: 0, failed: 0 };
  for (const command of list) {
    const { code } = await stream(command);
    if (code === 0) counts.passed++;
    else counts.failed++;
  }
  return counts;
}

/**
 * A program that itself ends with `N passed, N failed`.
 * @param {string[]} command
 * @returns {Promise<Counts>}
 */
async function counted(command) {
  const { code, counts } = await stream(command);
  if (!counts) return { passed: 0, failed: 1 };
  return code === 0 || counts.failed > 0 ? counts : { passed: counts.passed, failed: 1 };
}

/**
 * @param {string[]} projects
 * @returns {Promise<Counts>}
 */
async function vitest(...projects) {
  const file = join(RESULTS, `${projects[0]}.json`);
  const { code } = await stream([
    bin("vitest"),
    "run",
    ...projects.map((project) => `--project=${project}`),
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
  ]);
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(file, "utf8"));
  // A file that cannot be loaded, or an error outside any test, fails the run and no test.
  return code === 0 || failed > 0 ? { passed, failed } : { passed, failed: 1 };
}

/**
 * Runs a command, showing its output as it comes but for a closing count: there is only one such line, ours.
 * @param {string[]} command
 * @returns {Promise<{ code: number, counts: Counts | undefined }>}
 */
function stream([program = "", ...args]) {
  return new Promise((done) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Counts | undefined} */
    let counts;
    let rest = "";
    /** @param {string} line */
    const show = (line) => {
      const match = COUNTS.exec(line);
      if (match) counts = { passed: Number(match[1]), failed: Number(match[2]) };
      else console.log(line);
    };
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(show);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", (chunk) => process.stderr.write(chunk));
    child.on("error", (error) => {
      console.log(error.message);
      done({ code: 1, counts });
    });
    child.on("close", (code) => {
      if (rest) show(rest);
      done({ code: code ?? 1, counts });
    });
  });
}
