import { listFiles } from "../truth.ts";
import { isAnswer } from "./layout.ts";

/** Whether a folder is laid out as the answers of TRIDENT are: it holds at least one part. */
export async function hasTridentAnswers(folder: string): Promise<boolean> {
  return (await listFiles(folder).catch(() => [])).some((path) => isAnswer(path));
}
