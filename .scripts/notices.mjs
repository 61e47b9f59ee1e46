// @ts-check
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licences of everything that a build carries, into `licenses/` of its output: OpenSlide's module with its own notice, and
 * the npm packages that the page and its workers hold.
 */

/**
 * @param {string} root of the repository
 * @param {string[]} [others] packages in what is built apart from page and workers
 */
export function createNotices(root, others = []) {
  const modules = join(root, "node_modules/");
  /** @type {Set<string>} */
  const packages = new Set(others);
  /** @param {Iterable<string>} files */
  const take = (files) => {
    for (const file of files) {
      const name = /node_modules\/((?:@[^/]+\/)?[^/?]+)/.exec(file.replaceAll("\\", "/"))?.[1];
      if (name) packages.add(name);
    }
  };
  /** Files such as onnxruntime's wasm are no modules of a chunk. @param {import("vite").Rolldown.OutputBundle} bundle */
  const takeBundle = (bundle) => {
    for (const output of Object.values(bundle)) {
      take(output.type === "chunk" ? output.moduleIds : output.originalFileNames);
    }
  };
  /** @type {import("vite").Plugin} */
  const ofWorkers = { name: "coverslip:notices-of-workers", generateBundle: (_, bundle) => takeBundle(bundle) };
  /** @type {import("vite").Plugin} */
  const ofPage = {
    name: "coverslip:notices",
    generateBundle(_, bundle) {
      takeBundle(bundle);
      const native = join(root, "wasm/dist");
      const emit = (/** @type {string} */ fileName, /** @type {string | Buffer} */ source) =>
        this.emitFile({ type: "asset", fileName: `licenses/${fileName}`, source });
      emit("openslide.md", readFileSync(join(native, "NOTICE.md")));
      emit("versions.json", readFileSync(join(native, "versions.json")));
      for (const entry of readdirSync(join(native, "licenses"), { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const path = join(entry.parentPath, entry.name);
        emit(path.slice(native.length + 1), readFileSync(path));
      }
      emit(
        "packages.md",
        [...packages]
          .sort()
          .map((name) => describePackage(modules, name))
          .join("\n"),
      );
    },
  };
  return { ofPage, ofWorkers };
}

/** @param {string} modules @param {string} name */
function describePackage(modules, name) {
  const folder = join(modules, name);
  const { version, license, author, repository } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice|third-?party)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  // Some bring no text; then who made it and where it stands.
  if (texts.length === 0) texts.push(`By ${author?.name ?? author}: ${repository?.url ?? repository}`);
  return `## ${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
