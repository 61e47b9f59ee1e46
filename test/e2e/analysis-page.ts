import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright";
import { analysisWords } from "../../src/app/analysis-words.ts";
import { drawTissueTiff } from "../support/tissue-tiff.ts";
import { waitForSlide, words } from "./app.ts";

export { analysisWords };

/** Console output of Chromium without a graphics processor. */
export const NO_GPU = /No available adapters/;
/** Embedding the sample on two busy processors. */
export const RUN_MS = 300_000;
export const SAMPLE = "coverslip-sample.tiff";

const { features, run, tissue } = analysisWords;

/** Slides of a job that is quickly done: two with tissue, one blank, one that does not say its scale, one broken. */
export const SMALL_SLIDES = {
  "a-large.tiff": () => drawTissueTiff({ width: 1536, height: 1536, radius: 600 }),
  "b-small.tiff": () => drawTissueTiff({ width: 1024, height: 1024, radius: 300 }),
  "c-blank.tiff": () => drawTissueTiff({ width: 1024, height: 1024, radius: 0 }),
  "d-no-scale.tiff": () => drawTissueTiff({ width: 1024, height: 1024, radius: 300, hasScale: false }),
  "e-broken.svs": () => new TextEncoder().encode("no slide"),
} as const;
export type SmallSlide = keyof typeof SMALL_SLIDES;

/** Writes slides into a folder of this machine. */
export function writeSlides(folder: string, names: readonly SmallSlide[]): string[] {
  return names.map((name) => {
    const path = join(folder, name);
    writeFileSync(path, SMALL_SLIDES[name]());
    return path;
  });
}

/**
 * Stands in for the dialogues of the browser, which no test can answer: "slides" and "job" in the origin's own storage,
 * whose handles live on after a reload as those of picked folders do.
 */
export function withOriginFolders(): void {
  const folder = async (name: string) =>
    (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
  Object.assign(window, {
    showDirectoryPicker: ({ id }: { id: string }) => folder(id),
  });
}

/** Puts slides where the stand-in for the dialogue finds them. */
export async function storeSlides(page: Page, names: readonly SmallSlide[]): Promise<void> {
  for (const name of names) {
    const bytes = Buffer.from(SMALL_SLIDES[name]()).toString("base64");
    await page.evaluate(
      async ([fileName, encoded]) => {
        const slides = await (await navigator.storage.getDirectory()).getDirectoryHandle("slides", { create: true });
        const writable = await (await slides.getFileHandle(fileName!, { create: true })).createWritable();
        await writable.write(Uint8Array.from(atob(encoded!), (character) => character.charCodeAt(0)));
        await writable.close();
      },
      [name, bytes],
    );
  }
}

/** Every file of a folder in the origin's own storage, by path, with its size. */
export async function listStored(page: Page, folder: string): Promise<Record<string, number>> {
  return page.evaluate(async (name) => {
    const files: Record<string, number> = {};
    async function walk(handle: FileSystemDirectoryHandle, path: string): Promise<void> {
      for await (const [child, entry] of handle.entries()) {
        if (entry.kind === "directory") await walk(entry as FileSystemDirectoryHandle, `${path}${child}/`);
        else files[path + child] = (await (entry as FileSystemFileHandle).getFile()).size;
      }
    }
    await walk(await (await navigator.storage.getDirectory()).getDirectoryHandle(name), "");
    return files;
  }, folder);
}

/** Shows a tab of the panel; on a phone the sheet is pulled up for it. */
export async function openTab(page: Page, tab: keyof typeof words.layout.tabs): Promise<void> {
  await page.getByRole("tab", { name: words.layout.tabs[tab], exact: true }).click();
}

/** Opens the sample slide with the Analyse panel in front. */
export async function openSample(page: Page, url: string): Promise<void> {
  await page.goto(`${url}?sample`);
  await waitForSlide(page, SAMPLE);
  await openTab(page, "analyse");
}

/** Finds tissue, and waits for contours and grid. */
export async function findTissue(page: Page): Promise<void> {
  await page.getByRole("button", { name: tissue.find }).click();
  await page.getByText(/pieces?, [\d.]+ mm²/).waitFor();
  await patchCount(page).waitFor();
}

/** The count of patches that would be cut. */
export function patchCount(page: Page) {
  return page.locator("[aria-live=polite] strong");
}

/** Presses Run, which says that it is for this slide where there are more, and waits until it is done with so many slides. */
export async function runToEnd(page: Page, done = 1): Promise<void> {
  const alone = page.getByRole("button", { name: features.run, exact: true });
  await alone.or(page.getByRole("button", { name: features.runThis, exact: true })).click();
  await waitForEnd(page, done);
}

/** Waits until the job says that it has ended so. */
export async function waitForEnd(page: Page, done: number, failed = 0, warned = 0): Promise<void> {
  await page
    .getByText(run.ended(done, failed, false, warned))
    .first()
    .waitFor({ timeout: RUN_MS });
}
