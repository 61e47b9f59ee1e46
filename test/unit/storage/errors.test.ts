import { describe, expect, it } from "vitest";
import { CapabilityError } from "#base";
import { Hdf5FormatError, openOpfsFolder, openRowLog } from "#storage";
import { toStorageError } from "../../../src/storage/errors.ts";

describe("what a browser throws", () => {
  it.each([
    ["QuotaExceededError", "StorageFullError"],
    ["NotAllowedError", "FolderPermissionError"],
    ["SecurityError", "FolderPermissionError"],
    ["NotFoundError", "FolderVanishedError"],
    ["NoModificationAllowedError", "StorageError"],
    ["UnknownError", "StorageError"],
  ])("%s becomes a %s, with the path and the cause", (thrown, name) => {
    const cause = new DOMException("because", thrown);
    expect(toStorageError("a/b", cause)).toMatchObject({ name, path: "a/b", cause });
  });

  it("is left alone where it says already what to do", () => {
    const error = new Hdf5FormatError("a.h5", "damaged");
    expect(toStorageError("a", error)).toBe(error);
  });
});

describe("without a private file system", () => {
  it("says so, for a folder and for a row log", async () => {
    await expect(openOpfsFolder("a")).rejects.toBeInstanceOf(CapabilityError);
    await expect(openRowLog("a", { rowBytes: 4, belongsTo: "" })).rejects.toBeInstanceOf(CapabilityError);
  });
});
