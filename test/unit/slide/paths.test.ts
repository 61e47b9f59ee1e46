import { expect, it } from "vitest";
import { extensionOf, stemOf } from "../../../src/pipeline/layout.ts";
import { fileKind, folderOf, withoutKind } from "../../../src/slide/paths.ts";

it("tells what kind of file a path is of, and what its companions' paths begin with", () => {
  const paths = ["CMU-1.SVS", "a.b/CMU-1.mrxs", "a.b/none", "x.ome.tif", "1.2.840.113", "f/.svs"];
  expect(paths.map(fileKind)).toEqual(["svs", "mrxs", "", "tif", "", ""]);
  expect(paths.map(withoutKind)).toEqual(["CMU-1", "a.b/CMU-1", "a.b/none", "x.ome", "1.2.840.113", "f/.svs"]);
  expect(paths.map(folderOf)).toEqual(["", "a.b", "a.b", "", "", "f"]);
});

it("is another rule than the one by which outputs are named", () => {
  expect(["x.ome.tif", "1.2.840.113", "A.SVS"].map(stemOf)).toEqual(["x", "1.2.840", "A"]);
  expect(["x.ome.tif", "1.2.840.113", "A.SVS"].map(extensionOf)).toEqual([".ome.tif", ".113", ".SVS"]);
});
