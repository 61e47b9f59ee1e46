import { expect, test, vi } from "vitest";
import { createMemoryFolder } from "#storage";
import { changeSlideRecord, readSlideRecord } from "../../../src/pipeline/slide-record.ts";
import { nodeEngines } from "../../support/job-engines.ts";

test("a record that another tab replaces while it is read is read anew", async () => {
  const folder = createMemoryFolder("job");
  const engines = nodeEngines();
  await changeSlideRecord(folder, { stem: "a", path: "a.svs" }, { ...engines }, (record) => {
    record.slide = { sizeBytes: 7 };
  });
  const read = folder.read.bind(folder);
  let gone = 2;
  vi.spyOn(folder, "read").mockImplementation(async (path) => {
    const file = await read(path);
    if (!file || gone-- <= 0) return file;
    return Object.assign(new File([file], file.name), {
      text: () => Promise.reject(new DOMException("gone", "NotFoundError")),
    });
  });
  expect((await readSlideRecord(folder, "a", "a.svs")).slide).toEqual({ sizeBytes: 7 });
});
