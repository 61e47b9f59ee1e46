import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createIoService, createSharedBlocks, specFromDisk } from "#bytes";
import { countOpenFiles } from "../../support/open-descriptors.ts";
import { patternedBytes } from "../../support/patterned-bytes.ts";

describe("the I/O service", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coverslip-bytes-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  function slide() {
    const file = join(folder, "a.bin");
    writeFileSync(file, patternedBytes(0, 100_000));
    const files = { entry: "a.bin", files: [specFromDisk(file)] };
    return { files, shared: createSharedBlocks(files, { budgetBytes: 2 ** 20 })! };
  }

  it("keeps no file of a slide that is let go while its files are being opened", async () => {
    const { files, shared } = slide();
    const service = createIoService();
    using opened = countOpenFiles();
    const served = service.serve(1, files, shared);
    await service.release(1);
    expect(opened.count()).toBe(0);
    await served;
    expect(opened.count()).toBe(0);
  });

  it("keeps only the files of the last time when a slide is served again meanwhile", async () => {
    const { files, shared } = slide();
    const service = createIoService();
    using opened = countOpenFiles();
    await Promise.all([service.serve(1, files, shared), service.serve(1, files, shared)]);
    expect(opened.count()).toBe(1);
    await service.release(1);
    expect(opened.count()).toBe(0);
  });
});
