import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, test } from "vitest";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { expect, temporaryFolder } from "./app.ts";

const SLIDE = join(REPOSITORY, "public/sample/coverslip-sample.tiff");

/** The lines of the README, as they stand. */
function readmeModule(): string {
  const readme = readFileSync(join(REPOSITORY, "README.md"), "utf8");
  const block = Array.from(readme.matchAll(/```js\n([\s\S]*?)```/g), (match) => match[1]!).find((code) =>
    code.includes('from "coverslip"'),
  );
  if (!block) throw new Error("the README shows no use of the library");
  return block;
}

describe("the README's ten lines, with the built library", () => {
  test("say the same in Chromium, in workers, and in Node, on one thread", async ({ onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    writeFileSync(join(folder, "describe.mjs"), readmeModule());
    const inNode = await describeInNode(folder);
    const inChromium = await describeInChromium(folder);
    expect(inChromium).toEqual(inNode);
    expect(inNode).toMatchObject({ width: 20480, height: 15360, mpp: 0.25 });
    expect((inNode as { firstPixel: number[] }).firstPixel).toHaveLength(4);
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

async function describeInChromium(folder: string): Promise<unknown> {
  const site = join(folder, "site");
  cpSync(join(REPOSITORY, "dist/lib"), join(site, "coverslip"), { recursive: true });
  cpSync(join(folder, "describe.mjs"), join(site, "describe.mjs"));
  const importMap = JSON.stringify({ imports: { coverslip: "./coverslip/index.js" } });
  writeFileSync(
    join(site, "index.html"),
    `<!doctype html><script type="importmap">${importMap}</script><input type="file">`,
  );
  const server = await serve(site);
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(server.url);
    await page.setInputFiles("input", SLIDE);
    // As text: vitest would make something of its own of the import.
    return await page.evaluate(
      `import("./describe.mjs").then((module) => module.describe(document.querySelector("input").files[0]))`,
    );
  } finally {
    await browser.close();
    await server.close();
  }
}
