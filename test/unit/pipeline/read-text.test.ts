import { describe, expect, test, vi } from "vitest";
import { createMemoryFolder, type Folder } from "#storage";
import { keepJobFile, readJobFile } from "../../../src/pipeline/job-file.ts";
import { DEFAULT_SETTINGS } from "../../../src/pipeline/settings.ts";
import { changeSlideRecord, readSlideRecord } from "../../../src/pipeline/slide-record.ts";
import { createState, readStates, stateText } from "../../../src/pipeline/wsi-state.ts";
import { nodeEngines } from "../../support/job-engines.ts";

/** The next files found are gone when their text is read, as when another tab has put a new one in their place. */
function replaceWhileRead(folder: Folder, times: number): void {
  const read = folder.read.bind(folder);
  let left = times;
  vi.spyOn(folder, "read").mockImplementation(async (path) => {
    const file = await read(path);
    if (!file || left-- <= 0) return file;
    return Object.assign(new File([file], file.name), {
      text: () => Promise.reject(new DOMException("gone", "NotFoundError")),
    });
  });
}

describe("what another tab replaces while it is read is read anew:", () => {
  test("a slide's record", async () => {
    const folder = createMemoryFolder("job");
    await changeSlideRecord(folder, { stem: "a", path: "a.svs" }, nodeEngines(), (record) => {
      record.slide = { sizeBytes: 7 };
    });
    replaceWhileRead(folder, 2);
    expect((await readSlideRecord(folder, "a", "a.svs")).slide).toEqual({ sizeBytes: 7 });
  });

  test("the job's settings and slides", async () => {
    const folder = createMemoryFolder("job");
    const { id } = await keepJobFile(folder, { settings: DEFAULT_SETTINGS, slides: [] }, nodeEngines());
    replaceWhileRead(folder, 2);
    expect(await readJobFile(folder)).toMatchObject({ id });
  });

  test("the states of slides", async () => {
    const folder = createMemoryFolder("job");
    const slide = { name: "a", extension: ".svs", path: "slides/a.svs", hash: "0123456789ab" };
    await folder.write("wsi_states/a__0123456789ab.json", stateText(createState(slide, "test", new Date())));
    replaceWhileRead(folder, 2);
    expect(await readStates(folder)).toMatchObject([{ slide: { name: "a" } }]);
  });

  test("but what can never be read is an error", async () => {
    const folder = createMemoryFolder("job");
    await keepJobFile(folder, { settings: DEFAULT_SETTINGS, slides: [] }, nodeEngines());
    replaceWhileRead(folder, Number.POSITIVE_INFINITY);
    await expect(readJobFile(folder)).rejects.toThrow("gone");
  });
});
