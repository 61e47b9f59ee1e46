import { randomHex } from "#base";
import type { Folder } from "#storage";
import { checkJobSettings } from "./check-settings.ts";
import { type FileChanger, withFileMutex } from "./file-mutex.ts";
import { isObject, parseObject } from "./json-text.ts";
import { JOB_FILE } from "./layout.ts";
import { readText } from "./read-text.ts";
import type { JobSettings, JobSlide } from "./settings.ts";

const VERSION = 1;

/** A slide as the file has it. */
export type KeptSlide = Pick<JobSlide, "name" | "path" | "mpp">;

/** `coverslip/job.json`: the settings and slides of the last run, so that it can be gone on with. */
export interface JobFile {
  readonly version: number;
  /** Random; names this folder among the browser's locks and row logs. */
  readonly id: string;
  /** undefined where the file holds none that a job could run with. */
  readonly settings: JobSettings | undefined;
  readonly slides: readonly KeptSlide[];
  /** µm per level-0 pixel by path, of every slide that was ever given one here, in the last run or not. */
  readonly givenMpp: Readonly<Record<string, number>>;
}

/** undefined where there is none, or none that can be read. */
export async function readJobFile(folder: Folder): Promise<JobFile | undefined> {
  const text = await readText(folder, JOB_FILE);
  const value = text === undefined ? undefined : parseObject(text);
  if (value?.version !== VERSION || typeof value.id !== "string") return undefined;
  const slides = Array.isArray(value.slides) ? value.slides.flatMap((slide) => slideOf(slide) ?? []) : [];
  const givenMpp: Record<string, number> = {};
  for (const [path, mpp] of Object.entries(isObject(value.givenMpp) ? value.givenMpp : {})) {
    if (typeof mpp === "number" && mpp > 0) givenMpp[path] = mpp;
  }
  for (const { path, mpp } of slides) if (mpp !== undefined) givenMpp[path] ??= mpp;
  return { version: VERSION, id: value.id, settings: settingsOf(value.settings), slides, givenMpp };
}

/**
 * Notes a run's settings and slides; the id is made once. A pixel size that was given for a slide in an earlier run is kept, so that
 * nobody is asked twice.
 */
export function keepJobFile(
  folder: Folder,
  run: { readonly settings: JobSettings; readonly slides: readonly KeptSlide[] },
  changer: FileChanger,
): Promise<JobFile> {
  return withFileMutex(folder, JOB_FILE, changer, async () => {
    const before = await readJobFile(folder);
    const givenMpp = { ...before?.givenMpp };
    for (const { path, mpp } of run.slides) if (mpp !== undefined) givenMpp[path] = mpp;
    const slides = run.slides.map(({ name, path }) => ({ name, path, mpp: givenMpp[path] }));
    const id = before?.id ?? randomHex(16);
    const job: JobFile = { version: VERSION, id, settings: run.settings, slides, givenMpp };
    await folder.write(JOB_FILE, `${JSON.stringify(job, undefined, 2)}\n`);
    return job;
  });
}

function slideOf(value: unknown): KeptSlide | undefined {
  if (!isObject(value) || typeof value.name !== "string" || typeof value.path !== "string") return undefined;
  const mpp = typeof value.mpp === "number" && value.mpp > 0 ? value.mpp : undefined;
  return { name: value.name, path: value.path, mpp };
}

function settingsOf(value: unknown): JobSettings | undefined {
  try {
    checkJobSettings(value as JobSettings);
    return value as JobSettings;
  } catch {
    // Edited by hand, or of another version: the slides are still of use.
    return undefined;
  }
}
