import type { TruthFolder } from "./part.ts";

const FILE = "cases.json";

/**
 * The pixel size that TRIDENT was given for one case in place of the slide's own. Only the list of cases says it where it was
 * given for the case and not for the slide.
 *
 * @returns null: the file's own.
 */
export async function givenMpp(
  truth: TruthFolder,
  part: "patches" | "legacy",
  name: string,
  { mpp_given }: { readonly mpp_given: number | null },
): Promise<number | null> {
  if (!truth.paths(FILE).includes(FILE)) return mpp_given;
  type Jobs = readonly { readonly name: string; readonly mpp?: number }[];
  const jobs = (await truth.json<{ readonly [part: string]: Jobs | undefined }>(FILE))[part];
  return jobs?.find((job) => job.name === name)?.mpp ?? mpp_given;
}
