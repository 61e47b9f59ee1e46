import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright";
import { build } from "vite";
import { describe, test } from "vitest";
import { serve } from "../../.scripts/serve.mjs";
import { BUILT_IN_ENCODER } from "../../src/models/index.ts";
import { launchChromium } from "../support/chromium.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { drawTissueTiff } from "../support/tissue-tiff.ts";
import { expect, temporaryFolder } from "./app.ts";

const DOORS = ["models", "pipeline", "slide", "storage"];
const SLIDE = join(REPOSITORY, "public/sample/coverslip-sample.tiff");

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
  test("say the same in Chromium, in workers, and in Node, on one thread", async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    writeFileSync(join(folder, "describe.mjs"), readmeModule("coverslip"));
    const inNode = await runInNode(folder, "describe", SLIDE);
    const inChromium = await runInChromium(folder, "describe", SLIDE);
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
  test("opens a slide in workers and reads the pixels that Node reads, below the root of a host", async ({
    onTestFinished,
  }) => {
    const folder = temporaryFolder(onTestFinished);
    writeFileSync(join(folder, "readInside.mjs"), CONSUMER);
    const inNode = await runInNode(folder, "readInside", SLIDE);
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

describe("what is built", () => {
  test("holds nothing that bundlers other than Vite refuse", () => {
    const folder = join(REPOSITORY, "dist/lib");
    for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
      const code = readFileSync(join(folder, name), "utf8");
      expect(code, name).not.toMatch(/__vitePreload|"" \+ import\.meta\.url|(import\(|from )"node:/);
      for (const [, file] of code.matchAll(/new \w+\("([^"]+)", import\.meta\.url\)/g)) {
        expect(readdirSync(folder), `${name} names ${file}`).toContain(file?.replace(/^\.\//, ""));
      }
    }
  });

  test.each(["app", "lib"])("dist/%s carries the licences of all it holds", (build) => {
    const licences = join(REPOSITORY, "dist", build, "licenses");
    const packages = readFileSync(join(licences, "packages.md"), "utf8");
    for (const name of ["comlink", "geos-wasm", "h5wasm", "onnxruntime-web"]) expect(packages).toContain(`## ${name} `);
    expect(readFileSync(join(licences, "openslide.md"), "utf8")).toContain("LGPL-2.1-only");
    expect(readdirSync(join(licences, "licenses"))).toContain("OpenSlide");
  });
});

describe("the README's lines for the chain, with the built library", () => {
  test("make features of a slide", async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    writeFileSync(join(folder, "embed.mjs"), readmeModule("coverslip/pipeline"));
    const slide = join(folder, "disc.tiff");
    writeFileSync(slide, drawTissueTiff({ radius: 300 }));
    const made = await runInChromium(folder, "embed", slide);
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
async function runInNode(folder: string, name: string, path: string): Promise<unknown> {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(REPOSITORY, join(folder, "node_modules/coverslip"));
  const script = `import { ${name} } from "./${name}.mjs";
    console.log(JSON.stringify(await ${name}(${JSON.stringify(path)})));`;
  writeFileSync(join(folder, "run.mjs"), script);
  const { stdout } = await promisify(execFile)(process.execPath, ["run.mjs"], { cwd: folder });
  return JSON.parse(stdout);
}

/** Calls `./<name>.mjs`'s function of that name with a file, in a page that a static host would serve. */
async function runInChromium(folder: string, name: string, file: string): Promise<unknown> {
  const site = join(folder, "site");
  cpSync(join(REPOSITORY, "dist/lib"), join(site, "coverslip"), { recursive: true });
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
