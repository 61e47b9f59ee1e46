#!/usr/bin/env node
// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runScript, setUp } from "./setup.mjs";

/**
 * `npx coverslip process` and `npx coverslip demo`: the app's own page, driven without a window.
 * A clone sets itself up first; the published package brings the built app along.
 */

// Whoever reads what is said may have had enough (| head), or their terminal is closed: the run itself goes on.
for (const out of [process.stdout, process.stderr]) out.on("error", () => {});

await runScript(async () => {
  if (existsSync(join(ROOT, "wasm/build.sh"))) await setUp({ chromium: true, brief: true });
  // Only now: these need the npm packages.
  const { readArguments, UsageError } = await import("./cli/arguments.mjs");
  const { runDemo, runProcess } = await import("./cli/commands.mjs");
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  try {
    const asked = readArguments(process.argv.slice(2), { version });
    if (asked.command === "help") return console.log(asked.text.trimEnd());
    const code = asked.command === "demo" ? await runDemo(asked.options) : await runProcess(asked);
    // Stopped: a browser that was still starting ends with this process.
    if (code > 128) process.exit(code);
    process.exitCode = code;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(`coverslip: ${error.message} (coverslip --help says what there is)`);
    process.exitCode = 2;
  }
});
