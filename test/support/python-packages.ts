import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../../.scripts/setup.mjs";
import { runQuietly } from "../../.scripts/steps.mjs";

/**
 * Installs packages from PyPI into a folder of the cache, once, for what tests and the bench compare with; the app never sees them.
 * @returns the folder, for PYTHONPATH.
 * @throws where pip cannot, with what it said.
 */
export async function installPackages(packages: readonly string[]): Promise<string> {
  const key = createHash("sha1").update(packages.join(" ")).digest("hex").slice(0, 8);
  const folder = join(CACHE, "python", key);
  if (existsSync(folder)) return folder;
  // Put in its place whole: an installation that was cut off does not count.
  const part = `${folder}.${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", part, ...packages];
  const { ok, output } = await runQuietly("python3", args);
  if (!ok) throw new Error(`${packages.join(", ")} could not be installed with pip:\n${output}`);
  renameSync(part, folder);
  return folder;
}
