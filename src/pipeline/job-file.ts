import type { Folder } from "#storage";
import { randomHex } from "./clock.ts";
import { isObject, parseObject } from "./json-text.ts";
import { JOB_FILE } from "./layout.ts";
import type { JobSettings } from "./settings.ts";

const VERSION = 1;

/** `coverslip/job.json`: the settings and slides of the last run, so that it can be gone on with. */
export interface JobFile {
  readonly version: number;
  /** Random; names this folder among the browser's locks and row logs. */
  readonly id: string;
  readonly settings?: JobSettings;
  readonly slides: readonly { readonly name: string; readonly path: string; readonly mpp?: number }[];
}

export async function readJobFile(folder: Folder): Promise<JobFile | undefined> {
  const file = await folder.read(JOB_FILE);
  const value = file && parseObject(await file.text());
  if (value?.version !== VERSION || typeof value.id !== "string") return undefined;
  const slides = Array.isArray(value.slides) ? value.slides.filter(isObject) : [];
  return { ...(value as unknown as JobFile), slides: slides as unknown as JobFile["slides"] };
}

/** Notes a run's settings and slides; the id is made once, of several tabs that begin together one makes it. */
export async function keepJobFile(folder: Folder, run: Pick<JobFile, "settings" | "slides">): Promise<JobFile> {
  const fresh = { version: VERSION, id: randomHex(16), ...run };
  if (await folder.createNew(JOB_FILE, jobText(fresh))) return fresh;
  const before = await readJobFile(folder);
  const job = before ? { ...before, ...run } : fresh;
  await folder.write(JOB_FILE, jobText(job));
  return before ? job : ((await readJobFile(folder)) ?? job);
}

const jobText = (job: JobFile): string => `${JSON.stringify(job, undefined, 2)}\n`;
