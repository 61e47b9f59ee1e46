import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadModule } from "../../../wasm/instance.mjs";

const wasm = new URL("../../../wasm/", import.meta.url).pathname;
const exported = readFileSync(`${wasm}openslide/exports.txt`, "utf8").trim().split("\n");
const types = readFileSync(`${wasm}openslide/openslide.d.ts`, "utf8");

describe("the module's interface", () => {
  it("declares in openslide.d.ts exactly the functions that exports.txt lists", () => {
    const declared = [...types.matchAll(/^ {2}(_[a-z0-9_]+)\(/gm)].map((match) => match[1]);
    expect(declared.toSorted()).toEqual(exported.toSorted());
  });

  it.skipIf(!existsSync(`${wasm}dist/openslide.mjs`))("has every listed function, and the runtime parts", async () => {
    const os = (await (await loadModule(`${wasm}dist`))()) as Record<string, unknown>;
    for (const name of exported) expect(os[name], name).toBeTypeOf("function");
    for (const name of ["UTF8ToString", "stringToNewUTF8"]) expect(os[name], name).toBeTypeOf("function");
    for (const name of ["HEAPU8", "HEAPU32", "HEAPF64", "ENV", "FS"]) expect(os[name], name).toBeTypeOf("object");
  });
});
