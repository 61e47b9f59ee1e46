// @ts-check
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";

/**
 * Paths of all files below a folder, with forward slashes, by name. Links are followed, which Chromium does not do when
 * it is given a folder; a folder that holds itself is not walked again, and what may not be read is passed over.
 *
 * @param {string} folder
 * @param {{ signal?: AbortSignal }} [options]
 * @returns {Promise<string[]>}
 */
export async function findFiles(folder, { signal } = {}) {
  const root = await realpath(folder);
  /** @type {string[]} */
  const files = [];
  /** @param {string} below "" or ending in "/" @param {readonly string[]} above real paths of it and the folders it lies in */
  const walk = async (below, above) => {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
      const path = below + entry.name;
      const kind = entry.isSymbolicLink() ? await stat(join(root, path)).catch(() => undefined) : entry;
      if (kind?.isFile()) files.push(path);
      if (!kind?.isDirectory()) continue;
      try {
        const real = entry.isSymbolicLink() ? await realpath(join(root, path)) : join(above.at(-1) ?? root, entry.name);
        if (!above.some((one) => `${one}${sep}`.startsWith(`${real}${sep}`))) await walk(`${path}/`, [...above, real]);
      } catch (error) {
        if (signal?.aborted) throw error;
      }
    }
  };
  await walk("", [root]);
  return files.sort((a, b) => (a < b ? -1 : 1));
}
