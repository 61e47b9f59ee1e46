import type { Folder } from "#storage";

/** Of a file that another tab is just replacing. */
const MAX_READS = 5;

/**
 * The text of a file that others replace, while it is read too: what is gone between finding and reading it is there anew.
 * undefined where there is none.
 */
export async function readText(folder: Folder, path: string): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const file = await folder.read(path);
    try {
      return await file?.text();
    } catch (error) {
      if (tries === MAX_READS) throw error;
    }
  }
}
