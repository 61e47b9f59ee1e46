import { digest } from "#base";
import type { Folder } from "#storage";

/** Paths of all files of a folder, sorted. */
export async function filesOf(folder: Folder, below = ""): Promise<string[]> {
  const paths: string[] = [];
  for (const { name, kind } of await folder.list(below)) {
    const path = below ? `${below}/${name}` : name;
    paths.push(...(kind === "folder" ? await filesOf(folder, path) : [path]));
  }
  return paths.sort();
}

/** Paths of all locks that are held, or were left. */
export async function locksOf(folder: Folder): Promise<string[]> {
  return (await filesOf(folder)).filter((path) => /\.lock(\.txt)?$/.test(path));
}

/** A file that is there. */
export async function bytesOf(folder: Folder, path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await folder.read(path))!.arrayBuffer());
}

/**
 * Digests of the files whose path matches, by path, comparable with those of a folder of another name: its own name, which stands in
 * attributes of files, is left out where that name is as long. All else counts to the byte.
 */
export async function digestsOf(folder: Folder, paths: RegExp): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const path of await filesOf(folder)) {
    if (!paths.test(path)) continue;
    const text = new TextDecoder("latin1").decode(await bytesOf(folder, path));
    const nameless = text.replaceAll(folder.name, "-".repeat(folder.name.length));
    digests[path] = await digest("SHA-256", nameless);
  }
  return digests;
}
