import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { isAnswer } from "./layout.ts";

/** Whether a folder is laid out as the answers of TRIDENT are: it holds at least one part. */
export async function hasTridentAnswers(folder: string): Promise<boolean> {
  return (await listAnswers(folder)).some((path) => isAnswer(path));
}

/** Paths of all files below a folder, with forward slashes. */
export async function listAnswers(folder: string, below = ""): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])) {
    const path = below + entry.name;
    if (entry.isDirectory()) paths.push(...(await listAnswers(folder, `${path}/`)));
    else if (entry.isFile()) paths.push(path);
  }
  return paths.sort();
}
