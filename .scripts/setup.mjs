// @ts-check
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findChromium, findOnPath } from "./chromium.mjs";
import { lastLines, runQuietly, SetupError, step } from "./steps.mjs";

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** Where what is built once is kept for every clone. */
export const CACHE =
  process.env.COVERSLIP_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "coverslip");
/** Hashes of what was last built in this clone. */
const STAMPS = join(ROOT, "node_modules/.cache/coverslip");

const NODE_MINIMUM = [20, 19];
const DISK_NEEDED_BYTES = 3e9;

/**
 * Makes everything that a fresh clone lacks, each step only when something it depends on changed.
 * @param {{ app?: boolean, chromium?: boolean, after?: number, brief?: boolean }} [options]
 *   `after`: how many steps the caller adds; `brief`: steps with nothing to do are not mentioned
 */
export async function setUp({ app = true, chromium = false, after = 0, brief = false } = {}) {
  checkNode();
  const stop = new AbortController();
  // Building the wasm module keeps one core busy most of the time: the sample is drawn on another meanwhile.
  const drawing = later((say) => drawSample(say, stop.signal));
  const steps = [
    ["npm packages", installPackages],
    [
      "wasm module",
      (/** @type {(note: string) => void} */ say) => {
        drawing.begin();
        return buildWasm(say);
      },
    ],
    ["sample slide", drawing.end],
    ["built-in encoder", writeEncoder],
    ...(app ? [/** @type {const} */ (["app", buildApp])] : []),
    ...(chromium ? [/** @type {const} */ (["Chromium", provideChromium])] : []),
  ];
  let index = 0;
  try {
    for (const [name, work] of /** @type {[string, (say: (note: string) => void) => Promise<string>][]} */ (steps)) {
      const label = `[${++index}/${steps.length + after}] ${name}`;
      await step(label, work, (outcome) => outcome, { minSeconds: brief ? 1 : 0 });
    }
  } finally {
    stop.abort();
  }
  return index;
}

/**
 * Work that begins in an earlier step than its own.
 * @param {(say: (note: string) => void) => Promise<string>} work
 */
function later(work) {
  /** @type {(note: string) => void} */
  let tell = () => {};
  /** @type {Promise<string> | undefined} */
  let working;
  return {
    begin() {
      working = work((note) => tell(note));
      // Its own step says what went wrong.
      working.catch(() => {});
    },
    /** @param {(note: string) => void} say */
    async end(say) {
      tell = say;
      return (await working) ?? "";
    },
  };
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = NODE_MINIMUM;
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
    throw new SetupError(
      `Coverslip needs Node ${NODE_MINIMUM.join(".")} or newer and this is ${process.versions.node}: install a newer Node, then run this again.`,
    );
  }
}

/** @param {(note: string) => void} say */
async function installPackages(say) {
  if (packagesAreCurrent()) return "up to date";
  checkDisk(ROOT);
  const { ok, output } = await runQuietly("npm", ["ci", "--no-audit", "--no-fund"], { cwd: ROOT, say });
  if (!ok) {
    throw new SetupError(
      "The npm packages could not be installed: check that this machine reaches an npm registry, then run this again.",
      lastLines(output, 12),
    );
  }
  return "installed";
}

/** Whether node_modules holds what package-lock.json asks for, whoever put it there. */
function packagesAreCurrent() {
  const installedFile = join(ROOT, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.keys(wanted).every((path) => {
    if (path === "") return true;
    if (installed[path]) return installed[path].version === wanted[path].version;
    return wanted[path].optional === true; // for another system than this
  });
}

/** @param {RegExp} paths @returns {string[]} what package-lock.json asks for */
function lockedVersions(paths) {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8"));
  return Object.keys(packages)
    .filter((path) => paths.test(path))
    .map((path) => `${path} ${packages[path].version}`);
}

/** @param {(note: string) => void} say */
async function buildWasm(say) {
  const { ok, output } = await runQuietly("bash", ["wasm/build.sh"], { cwd: ROOT, say });
  if (ok)
    return (
      output
        .trimEnd()
        .split("\n")
        .at(-1)
        ?.replace(/^\[wasm\] /, "") ?? ""
    );
  const said = output.trimEnd().split("\n").at(-1) ?? "";
  throw new SetupError(
    said.startsWith("[wasm] ") ? said.slice("[wasm] ".length) : "wasm/build.sh failed.",
    lastLines(output, 30),
  );
}

/** @param {(note: string) => void} say @param {AbortSignal} signal */
function drawSample(say, signal) {
  return makeFiles({
    name: "sample",
    from: filesBelow("test/fixtures"),
    // Another JPEG encoder writes other bytes.
    packages: /^node_modules\/(sharp|@img\/.*)$/,
    script: "test/fixtures/sample-slide/draw.ts",
    shown: "public/sample",
    made: "drawn",
    failure: "The sample slide could not be drawn; this is a fault of ours, please report it.",
    say,
    signal,
  });
}

/** @param {(note: string) => void} say */
function writeEncoder(say) {
  const shown = "src/models/built-in/dist";
  return makeFiles({
    name: "encoder",
    from: filesBelow("src/models/built-in").filter((file) => !file.startsWith(shown)),
    script: "src/models/built-in/write.ts",
    shown,
    made: "written",
    failure: "The built-in encoder could not be written; this is a fault of ours, please report it.",
    say,
  });
}

/**
 * Has a script write files, once for every clone, and shows them in this one.
 * @param {{ name: string, from: string[], script: string, shown: string, made: string, failure: string, packages?: RegExp, say: (note: string) => void, signal?: AbortSignal }} what
 *   `from`: the files that decide what is written; `packages`: npm packages whose versions do, too; `script` gets the folder to write into; `shown`: where it belongs here
 */
async function makeFiles({ name, from, packages, script, shown: shownAt, made, failure, say, signal }) {
  const hash = hashOf(from, packages ? lockedVersions(packages).join() : "");
  const kept = join(CACHE, name, hash);
  const stamp = join(STAMPS, name);
  const shown = join(ROOT, shownAt);
  if (readStamp(stamp) === hash && existsSync(kept) && sameFiles(kept, shown)) return "up to date";
  let outcome = "from the cache";
  if (!existsSync(kept)) {
    checkDisk(ROOT);
    const fresh = `${kept}.${process.pid}`;
    mkdirSync(fresh, { recursive: true });
    const tsx = join(ROOT, "node_modules/tsx/dist/cli.mjs");
    const { ok, output } = await runQuietly(process.execPath, [tsx, script, fresh], { cwd: ROOT, say, signal });
    if (!ok) {
      rmSync(fresh, { recursive: true, force: true });
      throw new SetupError(failure, lastLines(output, 20));
    }
    if (existsSync(kept)) rmSync(fresh, { recursive: true, force: true });
    else renameSync(fresh, kept);
    outcome = made;
  }
  rmSync(shown, { recursive: true, force: true });
  mkdirSync(shown, { recursive: true });
  for (const file of readdirSync(kept)) linkOrCopy(join(kept, file), join(shown, file));
  writeStamp(stamp, hash);
  return outcome;
}

/** @param {(note: string) => void} say */
async function buildApp(say) {
  const hash = hashOf([
    ...["src", "workers", "public", "wasm/dist"].flatMap((folder) => filesBelow(folder)),
    ...["vite.config.ts", "package.json", "package-lock.json", ".scripts/headers.mjs"],
  ]);
  const stamp = join(STAMPS, "app");
  if (readStamp(stamp) === hash && existsSync(join(ROOT, "dist/app/index.html"))) return "up to date";
  const vite = join(ROOT, "node_modules/vite/bin/vite.js");
  const { ok, output } = await runQuietly(process.execPath, [vite, "build"], { cwd: ROOT, say });
  if (!ok)
    throw new SetupError("The app could not be built; what Vite said of it stands above.", lastLines(output, 30));
  writeStamp(stamp, hash);
  return "built";
}

/** @param {(note: string) => void} say */
async function provideChromium(say) {
  const found = findChromium();
  if (found) return found;
  if (process.env.CHROME_PATH) {
    throw new SetupError(
      `There is no browser at CHROME_PATH=${process.env.CHROME_PATH}: set it to a Chromium or unset it.`,
    );
  }
  if (process.getuid?.() !== 0 || !findOnPath("apt-get")) {
    throw new SetupError(
      "The tests need Chromium: install it (Debian: apt-get install chromium) or set CHROME_PATH, then run this again.",
    );
  }
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await runQuietly("apt-get", ["update"], { say, env });
  // The font is for the screenshots: without any, every letter is a box.
  const packages = ["chromium", "fonts-dejavu-core"];
  const { ok, output } = await runQuietly("apt-get", ["install", "-y", "--no-install-recommends", ...packages], {
    say,
    env,
  });
  if (!ok) {
    throw new SetupError(
      "apt-get could not install Chromium: install it by hand or set CHROME_PATH, then run this again.",
      lastLines(output, 12),
    );
  }
  return findChromium() ?? "";
}

/** @param {string} folder */
function checkDisk(folder) {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < DISK_NEEDED_BYTES) {
    throw new SetupError(
      `Setting up takes 3 GB of disk and ${((bavail * bsize) / 1e9).toFixed(1)} GB are free: make room, or set COVERSLIP_CACHE to another disk, then run this again.`,
    );
  }
}

/** @param {string} folder relative to the repository @returns {string[]} */
function filesBelow(folder) {
  const full = join(ROOT, folder);
  if (!existsSync(full)) return [];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort();
}

/** Files above this are told apart by size and time: hashing them would take longer than anything else. */
const HASHED_WHOLE_BYTES = 4 << 20;

/** @param {string[]} files relative to the repository @param {string} [further] what else counts */
function hashOf(files, further = "") {
  const hash = createHash("sha256").update(further);
  for (const file of files) {
    const { size, mtimeMs } = statSync(join(ROOT, file));
    hash.update(`${file}\0${size}\0`);
    if (size <= HASHED_WHOLE_BYTES) hash.update(readFileSync(join(ROOT, file)));
    else hash.update(String(mtimeMs));
  }
  return hash.digest("hex").slice(0, 16);
}

/** @param {string} kept @param {string} shown */
function sameFiles(kept, shown) {
  return readdirSync(kept).every((name) => {
    const other = join(shown, name);
    return existsSync(other) && statSync(other).size === statSync(join(kept, name)).size;
  });
}

/** @param {string} from @param {string} to */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // another disk
  }
}

/** @param {string} file */
function readStamp(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** @param {string} file @param {string} hash */
function writeStamp(file, hash) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(file, hash);
}

/**
 * Runs a script's main function; a step that failed ends it with its sentence, anything else with its stack.
 * @param {() => Promise<void>} main
 */
export async function runScript(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    if (error.log) console.error(`\n${error.log}\n`);
    console.error(error.message);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await runScript(async () => {
    const wants = (/** @type {string} */ flag) => process.argv.includes(flag);
    await setUp({ app: !wants("--without-app"), chromium: wants("--chromium") });
  });
}
