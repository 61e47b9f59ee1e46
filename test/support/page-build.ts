import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** The repository's folder. */
export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Builds one test page as the app is built (workers and wasm as separate files), outside the source folders.
 * @param html - path of the page, relative to the repository.
 * @returns the folder to serve; the page is its index.html.
 */
export async function buildTestPage(html: string): Promise<string> {
  const root = join(REPOSITORY, dirname(html));
  // A folder of its own: another run may still be loading parts of its page.
  const outDir = join(REPOSITORY, "node_modules/.cache/coverslip", `${dirname(html)}-${process.pid}`);
  process.once("exit", () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    configFile: false,
    root,
    base: "./",
    publicDir: false,
    logLevel: "error",
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      target: "es2023",
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 10_000,
      rolldownOptions: { input: join(root, basename(html)) },
    },
  });
  return outDir;
}
