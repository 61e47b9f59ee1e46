import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
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
    const inNode = await describeInNode(folder);
    const inChromium = await runInChromium(folder, "describe", SLIDE);
    expect(inChromium).toEqual(inNode);
    expect(inNode).toMatchObject({ width: 20480, height: 15360, mpp: 0.25 });
    expect((inNode as { firstPixel: number[] }).firstPixel).toHaveLength(4);
  });
});

describe("what is built", () => {
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

async function describeInNode(folder: string): Promise<unknown> {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(REPOSITORY, join(folder, "node_modules/coverslip"));
  const script = `import { describe } from "./describe.mjs";
    console.log(JSON.stringify(await describe(${JSON.stringify(SLIDE)})));`;
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
  const server = await serve(site);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.setInputFiles("input", file);
    // As text: vitest would make something of its own of the import.
    return await page.evaluate(
      `import("./${name}.mjs").then((module) => module.${name}(document.querySelector("input").files[0]))`,
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
