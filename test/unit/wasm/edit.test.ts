import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const wasm = new URL("../../../wasm", import.meta.url).pathname;
const hasPython = spawnSync("python3", ["--version"]).status === 0;

describe.skipIf(!hasPython)("the edits of the sources", () => {
  let tree: string;
  beforeEach(() => {
    tree = mkdtempSync(join(tmpdir(), "coverslip-edit-"));
  });
  afterEach(() => rmSync(tree, { recursive: true }));

  const edit = () => spawnSync("python3", [join(wasm, "edit.py"), wasm, tree], { encoding: "utf8" });

  it("stop when a library is missing", () => {
    mkdirSync(join(tree, "subprojects"));
    const done = edit();
    expect(done.status).not.toBe(0);
    expect(done.stderr).toContain("expected one subproject glib");
  });

  it("stop when a text is not found", () => {
    mkdirSync(join(tree, "subprojects/glib-9.0/glib"), { recursive: true });
    writeFileSync(join(tree, "subprojects/glib-9.0/meson.build"), "project('glib')\n");
    const done = edit();
    expect(done.status).not.toBe(0);
    expect(done.stderr).toContain("glib-9.0/meson.build: expected 1 of");
  });
});
