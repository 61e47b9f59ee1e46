// @ts-check
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { ROOT } from "./setup.mjs";

/**
 * Builds the library into dist/lib: modules, workers and openslide.wasm beside each other, and the types.
 * In the types, `#room` and `.ts` become relative `.js` paths: a consumer's compiler knows neither our rooms nor our
 * sources.
 */

/** @param {string} script @param {string[]} args */
const run = (script, args) =>
  execFileSync(process.execPath, [join(ROOT, script), ...args], { cwd: ROOT, stdio: "inherit" });

run("node_modules/vite/bin/vite.js", ["build", "--mode", "lib", "--logLevel", "warn"]);
run("node_modules/typescript/bin/tsc", ["-p", ".scripts/lib.tsconfig.json"]);

const types = join(ROOT, "dist/lib/types");
/** @type {Record<string, string>} */
const rooms = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).imports;
for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
  if (!entry.name.endsWith(".d.ts")) continue;
  const file = join(entry.parentPath, entry.name);
  const text = readFileSync(file, "utf8").replaceAll(/(["'])(#\w+|\.{1,2}\/[^"']+\.ts)\1/g, (_, quote, name) => {
    const source = name.startsWith("#") ? relativePath(dirname(file), join(types, rooms[name] ?? name)) : name;
    return quote + source.replace(/(\.d)?\.ts$/, ".js") + quote;
  });
  writeFileSync(file, text);
}

/** @param {string} from @param {string} to */
function relativePath(from, to) {
  const path = relative(from, to);
  return path.startsWith(".") ? path : `./${path}`;
}
