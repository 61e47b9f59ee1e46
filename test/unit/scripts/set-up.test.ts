import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findOnPath } from "../../../.scripts/chromium.mjs";

/**
 * `npm start` on machines that lack something: it says what to do in one sentence, the last line, and ends with 1.
 * Every machine is made up: a clone of the scripts alone, a PATH of a few programs, and stand-ins for the rest.
 */

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** What every machine has. */
const PROGRAMS =
  "awk bash cat chmod cp cut date dirname env find grep head id ls mkdir mv rm sed sh sha256sum sleep sort tail tar tr";

/** What no program on the PATH tells. */
const PRELOAD = `
  import fs from "node:fs";
  import { syncBuiltinESMExports } from "node:module";
  const { freeBytes, user, node } = JSON.parse(process.env.MACHINE);
  fs.statfsSync = () => ({ bavail: freeBytes, bsize: 1 });
  process.getuid = () => user;
  Object.defineProperty(process, "versions", { value: { ...process.versions, node } });
  syncBuiltinESMExports();
`;

const ROOT = 0;
const SOMEBODY = 1000;

let machine: string;
let clone: string;
let cache: string;

beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "coverslip-machine-"));
  clone = join(machine, "clone");
  cache = join(machine, "cache");
  mkdirSync(join(machine, "bin"));
  for (const name of PROGRAMS.split(" ")) symlinkSync(findOnPath(name)!, join(machine, "bin", name));
  writeFileSync(join(machine, "preload.mjs"), PRELOAD);
  cpSync(join(REPOSITORY, ".scripts"), join(clone, ".scripts"), { recursive: true });
  cpSync(join(REPOSITORY, "wasm"), join(clone, "wasm"), {
    recursive: true,
    filter: (path) => path !== join(REPOSITORY, "wasm/dist"),
  });
  mkdirSync(join(clone, "node_modules"));
  wantPackages();
  program("df", "echo; echo /dev/disk 9999999 1 9000000 1% /");
});

afterEach(() => rmSync(machine, { recursive: true, force: true }));

/** Puts a program on the PATH, in place of the machine's own. */
function program(name: string, script: string): void {
  const file = join(machine, "bin", name);
  rmSync(file, { force: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** Has the clone ask for packages of which none is installed. */
function wantPackages(...names: string[]): void {
  const packages = Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version: "1.0.0" }]));
  writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages: { "": {}, ...packages } }));
  writeFileSync(join(clone, "node_modules/.package-lock.json"), JSON.stringify({ packages: {} }));
}

interface Machine {
  readonly user?: number;
  readonly freeBytes?: number;
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script of the clone; resolves with its exit code and the last line that a person sees. */
function run(
  args: readonly string[],
  { user = ROOT, freeBytes = 1e12, node = process.versions.node, env = {} }: Machine,
): Promise<{ code: number | null; last: string | undefined }> {
  const [script = "", ...rest] = args;
  const child = spawn(
    process.execPath,
    ["--import", join(machine, "preload.mjs"), join(clone, ".scripts", script), ...rest],
    {
      cwd: machine,
      env: {
        PATH: join(machine, "bin"),
        HOME: machine,
        COVERSLIP_CACHE: cache,
        MACHINE: JSON.stringify({ user, freeBytes, node }),
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  return new Promise((done) => child.on("close", (code) => done({ code, last: output.trimEnd().split("\n").at(-1) })));
}

const start = (given: Machine = {}) => run(["start.mjs"], given);

describe("npm start says what to do", () => {
  test("where Node is too old", async () => {
    expect(await start({ node: "18.20.4" })).toEqual({
      code: 1,
      last: "Coverslip needs Node 20.19 or newer and this is 18.20.4: install a newer Node, then run this again.",
    });
  });

  test("where there is no room for the packages", async () => {
    wantPackages("react");
    expect(await start({ freeBytes: 1.26e9 })).toEqual({
      code: 1,
      last: "Setting up takes 3 GB of disk and 1.3 GB are free: make room, or set COVERSLIP_CACHE to another disk, then run this again.",
    });
  });

  test("where npm reaches no registry", async () => {
    wantPackages("react");
    program("npm", "echo 'npm error code ENOTFOUND' >&2; exit 1");
    expect(await start()).toEqual({
      code: 1,
      last: "The npm packages could not be installed: check that this machine reaches an npm registry, then run this again.",
    });
  });

  test("where the cache folder cannot be made", async () => {
    writeFileSync(cache, "a file");
    expect(await start()).toEqual({
      code: 1,
      last: `The cache folder ${cache}/wasm cannot be made: set COVERSLIP_CACHE to a folder that can.`,
    });
  });

  test("where there is no Python", async () => {
    expect(await start()).toEqual({
      code: 1,
      last: "python3 is missing: install it (Debian: apt-get install python3 python3-pip) and run this again.",
    });
  });

  describe("with Python", () => {
    /** Whose pip makes what it is asked for. */
    const PIP = `
      while [ $# -gt 0 ]; do [ "$1" = --target ] && folder=$2; shift; done
      mkdir -p "$folder/bin" && echo '#!/usr/bin/python3' >"$folder/bin/meson" && chmod +x "$folder/bin/meson"`;

    beforeEach(() => program("python3", PIP));

    test("where there is no room to build", async () => {
      program("df", "echo; echo /dev/disk 9999999 1 2999999 99% /");
      expect(await start()).toEqual({
        code: 1,
        last: `The build needs 3 GB free below ${cache}/wasm: make room, or set COVERSLIP_CACHE to another disk.`,
      });
    });

    describe("and emcc", () => {
      beforeEach(() => program("emcc", "echo 'emcc (Emscripten gcc/clang-like replacement) 4.0.10 (Debian)'"));

      test("where pip is missing", async () => {
        program("python3", "echo 'No module named pip' >&2; exit 1");
        expect(await start()).toEqual({
          code: 1,
          last: "meson and ninja could not be installed with pip: check that python3 has pip (Debian: apt-get install python3-pip) and that the package index answers.",
        });
      });

      test("where there is no compiler for the machine itself", async () => {
        expect(await start()).toEqual({
          code: 1,
          last: "A C compiler for this machine is missing: install clang or gcc.",
        });
      });
    });

    describe.each([
      ["no emcc", () => {}],
      ["an emcc that is too old", () => program("emcc", "echo 'emcc (Emscripten) 3.1.6 (Debian)'")],
    ])("and %s", (_, provide) => {
      beforeEach(provide);

      test("where there is no apt", async () => {
        expect(await start()).toEqual({
          code: 1,
          last: "No emscripten: put an emcc of version 3.1.69 or newer on PATH (this machine has no apt-get to install one with).",
        });
      });

      test("where one is not root", async () => {
        program("apt-get", "exit 0");
        program("id", `echo ${SOMEBODY}`);
        expect(await start({ user: SOMEBODY })).toEqual({
          code: 1,
          last: "No emscripten: put an emcc of version 3.1.69 or newer on PATH, or have an administrator run: apt-get install mmdebstrap fakechroot fakeroot",
        });
      });

      test("where one is not root and half of what that needs is there", async () => {
        program("mmdebstrap", "exit 0");
        program("id", `echo ${SOMEBODY}`);
        expect(await start({ user: SOMEBODY })).toEqual({
          code: 1,
          last: "Without root this needs fakechroot, fakeroot and user namespaces: have an administrator run apt-get install fakechroot fakeroot, or put an emcc of version 3.1.69 or newer on PATH.",
        });
      });

      test("where apt reaches no package source", async () => {
        program("apt-get", "exit 100");
        program("id", `echo ${ROOT}`);
        expect(await start()).toEqual({
          code: 1,
          last: "mmdebstrap could not be installed with apt-get: check the network and Debian's package sources, then run this again.",
        });
      });

      test("where neither of the Debian releases can be had", async () => {
        program("apt-get", "exit 0");
        program("mmdebstrap", `echo "$@" >>${machine}/tried; exit 25`);
        program("id", `echo ${ROOT}`);
        expect(await start()).toEqual({
          code: 1,
          last: `No Debian release with emscripten could be installed: check the network and the space below ${cache}/wasm, then run this again, or put an emcc of version 3.1.69 or newer on PATH.`,
        });
        const tried = readFileSync(join(machine, "tried"), "utf8");
        expect(tried.trim().split("\n")).toEqual([expect.stringMatching(/ forky /), expect.stringMatching(/ trixie /)]);
      });
    });
  });
});

describe("npm test says what to do", () => {
  const setUp = (given: Machine = {}) => run(["setup.mjs", "--without-app", "--chromium"], given);

  beforeEach(() => {
    // Everything before Chromium is done.
    writeFileSync(join(clone, "wasm/build.sh"), "echo '[wasm] up to date'");
    mkdirSync(join(clone, "node_modules/tsx/dist"), { recursive: true });
    writeFileSync(join(clone, "node_modules/tsx/dist/cli.mjs"), "");
  });

  const INSTALL =
    "The tests need Chromium: install it (Debian: apt-get install chromium) or set CHROME_PATH, then run this again.";

  test("where there is no Chromium and no apt", async () => {
    expect(await setUp()).toEqual({ code: 1, last: INSTALL });
  });

  test("where there is no Chromium and one is not root", async () => {
    program("apt-get", "exit 0");
    expect(await setUp({ user: SOMEBODY })).toEqual({ code: 1, last: INSTALL });
  });

  test("where apt cannot install Chromium", async () => {
    program("apt-get", "exit 100");
    expect(await setUp()).toEqual({
      code: 1,
      last: "apt-get could not install Chromium: install it by hand or set CHROME_PATH, then run this again.",
    });
  });

  test("where CHROME_PATH names no browser", async () => {
    expect(await setUp({ env: { CHROME_PATH: "/nowhere/chromium" } })).toEqual({
      code: 1,
      last: "There is no browser at CHROME_PATH=/nowhere/chromium: set it to a Chromium or unset it.",
    });
  });
});

describe("the sample slide", () => {
  const drawer = () => join(clone, "node_modules/tsx/dist/cli.mjs");
  const begun = () => join(machine, "begun");
  /** Ten seconds at most, for the shell. */
  const waitForDrawing = () =>
    `left=100; while [ ! -e "${begun()}" ] && [ $left -gt 0 ]; do sleep 0.1; left=$((left - 1)); done`;

  beforeEach(() => mkdirSync(join(clone, "node_modules/tsx/dist"), { recursive: true }));

  test("is drawn while the wasm module is built", async () => {
    writeFileSync(drawer(), `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(begun())}, "");`);
    writeFileSync(join(clone, "wasm/build.sh"), `${waitForDrawing()}; [ -e "${begun()}" ] && echo "[wasm] built"`);
    expect(await run(["setup.mjs", "--without-app"], {})).toMatchObject({ code: 0 });
  });

  test("is given up where the module cannot be built", async () => {
    const ended = join(machine, "ended");
    const [beginning, ending] = [begun(), ended].map((file) => JSON.stringify(file));
    writeFileSync(
      drawer(),
      `import { writeFileSync } from "node:fs";
      process.on("SIGTERM", () => (writeFileSync(${ending}, ""), process.exit()));
      setTimeout(() => {}, 60_000);
      writeFileSync(${beginning}, "");`,
    );
    writeFileSync(join(clone, "wasm/build.sh"), `${waitForDrawing()}; echo "[wasm] No."; exit 1`);
    expect(await start()).toEqual({ code: 1, last: "No." });
    await expect.poll(() => existsSync(ended)).toBe(true);
  });
});
