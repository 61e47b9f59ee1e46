import { expect, it } from "vitest";
import { coordsFolderName, encoderOfFolder, extensionOf, stemOf, stemOfCoords } from "../../../src/pipeline/layout.ts";

it("stems lose the last extension alone, and OME's whole", () => {
  expect(["CMU-1.svs", "a.b.svs", "x.ome.tif", "x.OME.TIFF", "x.ome.zarr", "none", ".svs"].map(stemOf)).toEqual([
    "CMU-1",
    "a.b",
    "x",
    "x",
    "x",
    "none",
    ".svs",
  ]);
  expect(extensionOf("x.ome.tif")).toBe(".ome.tif");
});

it("coords folders are named as TRIDENT names them", () => {
  const patches = { patchSize: 256, overlap: 0 };
  expect(coordsFolderName({ ...patches, target: { mag: 20 } })).toBe("20x_256px_0px_overlap");
  expect(coordsFolderName({ ...patches, target: { mag: 1.25 }, overlap: 16 })).toBe("1.25x_256px_16px_overlap");
  expect(coordsFolderName({ ...patches, target: { mpp: 0.5 } })).toBe("0.5um_256px_0px_overlap");
  expect(coordsFolderName({ ...patches, target: { mag: 20 }, folder: "mine" })).toBe("mine");
});

it("features folders tell their encoder under the new name and the old", () => {
  expect(encoderOfFolder("features_uni_v1")).toBe("uni_v1");
  expect(encoderOfFolder("patch_features_uni_v1")).toBe("uni_v1");
  expect(encoderOfFolder("slide_features_titan")).toBeUndefined();
  expect(encoderOfFolder("patches")).toBeUndefined();
});

it("coords files tell their slide by TRIDENT's name and by CLAM's", () => {
  expect(stemOfCoords("CMU-1_patches.h5")).toBe("CMU-1");
  expect(stemOfCoords("CMU-1.h5")).toBe("CMU-1");
  expect(stemOfCoords("notes.txt")).toBeUndefined();
});
