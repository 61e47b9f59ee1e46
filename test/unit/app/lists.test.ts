import { describe, expect, test } from "vitest";
import { railRows } from "../../../src/app/slide-list/rail-rows.ts";
import { findProperties } from "../../../src/app/slide-panel/find-properties.ts";
import type { SlideEntry } from "../../../src/app/stores/slides.ts";

const entry = (folder: string, name: string) => ({ id: `${folder}/${name}`, folder, name }) as SlideEntry;
const tell = (rows: ReturnType<typeof railRows>) =>
  rows.map((row) => (row.kind === "folder" ? `[${row.folder}]` : row.entry.name));

describe("rail", () => {
  const entries = [entry("", "a.svs"), entry("case 7", "b.svs"), entry("case 7", "c.svs"), entry("case 8", "d.svs")];

  test("each folder stands once above its slides, a lone slide under none", () => {
    expect(tell(railRows(entries))).toEqual(["a.svs", "[case 7]", "b.svs", "c.svs", "[case 8]", "d.svs"]);
  });

  test("typing filters by name and by folder, and empty folders go", () => {
    expect(tell(railRows(entries, " C.s "))).toEqual(["[case 7]", "c.svs"]);
    expect(tell(railRows(entries, "case 8"))).toEqual(["[case 8]", "d.svs"]);
    expect(railRows(entries, "nothing")).toEqual([]);
  });

  test("rows have keys of their own even when a folder comes twice", () => {
    const keys = railRows([...entries, entry("case 7", "e.svs")]).map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("properties", () => {
  const properties = { "aperio.AppMag": "20", "aperio.MPP": "0.4990", "openslide.mpp-x": "0.499", "tiff.Software": "" };

  test("every typed word must occur, in the name or the value, in any case", () => {
    expect(findProperties(properties, "mpp 0.499").map(([name]) => name)).toEqual(["aperio.MPP", "openslide.mpp-x"]);
    expect(findProperties(properties, "APERIO 20").map(([name]) => name)).toEqual(["aperio.AppMag"]);
    expect(findProperties(properties, "aperio nothing")).toEqual([]);
  });

  test("nothing typed shows all", () => {
    expect(findProperties(properties, "  ")).toHaveLength(4);
  });
});
