import { specFromFile } from "#bytes";
import { type FoundFile, findSlides, openSlide, type Slide } from "#slide";
import type { Question } from "./answer.ts";

/** The slide as the app finds it among the files of its folder; a file that no slide claims is opened by itself. */
export async function openFromFolder(
  { path, together }: Pick<Question, "path" | "together">,
  entries: readonly FoundFile[],
): Promise<Slide> {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const entry = path.slice(folder.length);
  for (const candidate of await findSlides(entries)) {
    const beside = candidate.path.slice(0, candidate.path.lastIndexOf("/") + 1) === folder;
    const holds = candidate.files.files.some((file) => file.path === entry);
    if (beside && holds) return openSlide({ ...candidate.files, entry });
  }
  const own = entries.filter((one) => one.path === path || together?.includes(one.path));
  const files = own.map((one) => ({ ...specFromFile(one.file as File), path: one.path.slice(folder.length) }));
  return openSlide({ entry, files });
}
