import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, describe, test } from "vitest";
import { serve } from "../../.scripts/serve.mjs";
import { BUILT_IN_ENCODER } from "../../src/models/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { drawTissueTiff } from "../support/tissue-tiff.ts";
import { expect } from "./app.ts";

const DOORS = ["models", "pipeline", "slide", "storage"];
const SLIDE = join(REPOSITORY, "public/sample/coverslip-sample.tiff");
const run = promisify(execFile);

/** Where somebody else has installed the package. */
let home: string;
/** The package as it would be published, and no file more. */
let coverslip: string;
/** A project of that somebody's, a new one for each test. */
let folder: string;

// 100 MB are packed: 8 s on an idle machine.
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "coverslip-library-"));
  coverslip = await install(home);
}, 180_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(() => {
  folder = mkdtempSync(join(home, "project-"));
});

/** Packs the package and unpacks it as npm does; what it depends on is the repository's, and the rest of that out of its sight. */
async function install(home: string): Promise<string> {
  const quietly = ["--silent", "--offline", "--ignore-scripts"];
  await run("npm", ["pack", ...quietly, "--pack-destination", home], { cwd: REPOSITORY });
  const modules = join(home, "node_modules");
  const installed = join(modules, "coverslip");
  mkdirSync(installed, { recursive: true });
  const [archive] = readdirSync(home).filter((name) => name.endsWith(".tgz"));
  await run("tar", ["-xzf", join(home, archive!), "-C", installed, "--strip-components=1"]);
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(REPOSITORY, "node_modules", name), join(modules, name));
  }
  return installed;
}

/** Lines of the README, as they stand. */
function readmeModule(door: string): string {
  const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");
  const block = Array.from(readme.matchAll(/```js\n([\s\S]*?)```/g), (match) => match[1]!).find((code) =>
    code.includes(`from "${door}"`),
  );
  if (!block) throw new Error(`the README shows no use of ${door}`);
  return block;
}

describe("the README's ten lines, with the built library", () => {
  test("say the same in Chromium, in workers, and in Node, on one thread", async () => {
    writeFileSync(join(folder, "describe.mjs"), readmeModule("coverslip"));
    const inNode = await runInNode("describe", SLIDE);
    const inChromium = await runInChromium("describe", SLIDE);
    expect(inChromium).toEqual(inNode);
    expect(inNode).toMatchObject({ width: 20480, height: 15360, mpp: 0.25 });
    expect((inNode as { firstPixel: number[] }).firstPixel).toHaveLength(4);
  });
});

/** A page of somebody else's: what it shows of the slide is worth comparing, unlike the background at its corner. */
const CONSUMER = `import { openSlide } from "coverslip";

export async function readInside(file) {
  const slide = await openSlide(file);
  const { data } = await slide.readRegion({ x: 10000, y: 7000, level: 0, width: 32, height: 32 });
  await slide.close();
  return [...data];
}
globalThis.readInside = readInside;`;

describe("a page that imports coverslip, built by Vite", () => {
  test("opens a slide in workers and reads the pixels that Node reads, below the root of a host", async () => {
    writeFileSync(join(folder, "readInside.mjs"), CONSUMER);
    const inNode = await runInNode("readInside", SLIDE);
    expect(new Set(inNode as number[]).size).toBeGreaterThan(20);

    writeFileSync(
      join(folder, "index.html"),
      '<!doctype html><input type="file"><script type="module" src="./readInside.mjs"></script>',
    );
    await build({
      configFile: false,
      root: folder,
      base: "./",
      logLevel: "error",
      worker: { format: "es" },
      build: { outDir: join(folder, "site/below/it"), minify: false, chunkSizeWarningLimit: 10_000 },
    });
    await onPage(join(folder, "site"), "below/it/", SLIDE, async (page) => {
      expect(await page.evaluate('readInside(document.querySelector("input").files[0])')).toEqual(inNode);
      expect(page.workers().length).toBeGreaterThan(0);
    });
  });
});

describe("what is packed", () => {
  test("has every file that it names", () => {
    const { bin, exports } = JSON.parse(readFileSync(join(coverslip, "package.json"), "utf8"));
    const named = [...Object.values(bin), ...Object.values<object>(exports).flatMap(Object.values)] as string[];
    expect(named.filter((file) => !existsSync(join(coverslip, file)))).toEqual([]);
    const types = readdirSync(coverslip, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".d.ts"),
    );
    expect(types.length).toBeGreaterThan(50);
    for (const file of types) {
      const text = readFileSync(join(coverslip, file), "utf8");
      for (const [, target] of text.matchAll(/(?:from|import\() ?"(\.[^"]+)\.js"/g)) {
        expect(existsSync(join(coverslip, dirname(file), `${target}.d.ts`)), `${file} names ${target}`).toBe(true);
      }
    }
  });

  test("finds the tissue of a slide from the command line, with the app that it brings along", async () => {
    mkdirSync(join(folder, "slides"));
    writeFileSync(join(folder, "slides/disc.tiff"), drawTissueTiff({ radius: 300 }));
    const script = join(coverslip, ".scripts/coverslip.mjs");
    const options = "process --wsi_dir slides --job_dir job --task seg --gpu -1".split(" ");
    const { stdout } = await run(process.execPath, [script, ...options], { cwd: folder });
    expect(stdout).toContain("1 of 1 slides done, 0 failed");
    expect(existsSync(join(folder, "job/contours_geojson/disc.geojson"))).toBe(true);
  });

  test("holds nothing that bundlers other than Vite refuse", () => {
    const lib = join(coverslip, "dist/lib");
    for (const name of readdirSync(lib).filter((file) => file.endsWith(".js"))) {
      const code = readFileSync(join(lib, name), "utf8");
      expect(code, name).not.toMatch(/__vitePreload|"" \+ import\.meta\.url|(import\(|from )"node:/);
      for (const [, file] of code.matchAll(/new \w+\("([^"]+)", import\.meta\.url\)/g)) {
        expect(readdirSync(lib), `${name} names ${file}`).toContain(file?.replace(/^\.\//, ""));
      }
    }
  });

  test.each(["app", "lib"])("dist/%s carries the licences of all it holds", (build) => {
    const licences = join(coverslip, "dist", build, "licenses");
    const packages = readFileSync(join(licences, "packages.md"), "utf8");
    for (const name of ["comlink", "geos-wasm", "h5wasm", "onnxruntime-web"]) expect(packages).toContain(`## ${name} `);
    expect(readFileSync(join(licences, "openslide.md"), "utf8")).toContain("LGPL-2.1-only");
    expect(readdirSync(join(licences, "licenses"))).toContain("OpenSlide");
  });
});

describe("the README's lines for the chain, with the built library", () => {
  test("make features of a slide", async () => {
    writeFileSync(join(folder, "embed.mjs"), readmeModule("coverslip/pipeline"));
    const slide = join(folder, "disc.tiff");
    writeFileSync(slide, drawTissueTiff({ radius: 300 }));
    const made = await runInChromium("embed", slide);
    expect(made).toMatchObject({
      outcome: { status: "completed", done: ["disc.tiff"], failed: [] },
      features: { dimension: BUILT_IN_ENCODER.card.dimension },
    });
    const { coords, features } = (made as { features: Record<string, object> }).features;
    const patches = Object.keys(coords!).length / 2;
    expect(patches).toBeGreaterThan(3);
    expect(Object.keys(features!)).toHaveLength(patches * BUILT_IN_ENCODER.card.dimension);
  });
});

/** Calls `./<name>.mjs`'s function of that name with a path, in Node. */
async function runInNode(name: string, path: string): Promise<unknown> {
  const script = `import { ${name} } from "./${name}.mjs";
    console.log(JSON.stringify(await ${name}(${JSON.stringify(path)})));`;
  writeFileSync(join(folder, "run.mjs"), script);
  const { stdout } = await run(process.execPath, ["run.mjs"], { cwd: folder });
  return JSON.parse(stdout);
}

/** Calls `./<name>.mjs`'s function of that name with a file, in a page that a static host would serve. */
async function runInChromium(name: string, file: string): Promise<unknown> {
  const site = join(folder, "site");
  cpSync(join(coverslip, "dist/lib"), join(site, "coverslip"), { recursive: true });
  cpSync(join(folder, `${name}.mjs`), join(site, `${name}.mjs`));
  const doors = DOORS.map((door) => [`coverslip/${door}`, `./coverslip/${door}.js`]);
  const importMap = JSON.stringify({ imports: { coverslip: "./coverslip/index.js", ...Object.fromEntries(doors) } });
  writeFileSync(
    join(site, "index.html"),
    `<!doctype html><script type="importmap">${importMap}</script><input type="file">`,
  );
  return onPage(site, "", file, (page) =>
    // As text: vitest would make something of its own of the import.
    page.evaluate(`import("./${name}.mjs").then((module) => module.${name}(document.querySelector("input").files[0]))`),
  );
}

/** Opens a page of a folder, with a file chosen in its input. */
async function onPage<T>(site: string, path: string, file: string, use: (page: Page) => Promise<T>): Promise<T> {
  const server = await serve(site);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url + path);
    await page.setInputFiles("input", file);
    return await use(page);
  } finally {
    await browser.close();
    await server.close();
  }
}
