import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** The drawing that keeps the code apart: a room imports only from rows above it, never from its own row. */
const ROWS = [
  ["base"],
  ["bytes", "bridge"],
  ["native"],
  ["kernels", "codecs"],
  ["source"],
  ["storage"],
  ["slide", "runner"],
  ["imageio", "ops", "models", "annotations"],
  ["pipeline", "viewer"],
  ["app"],
];
/** Not rooms: notes. */
const NOT_ROOMS = ["decisions"];

const SRC = fileURLToPath(new URL("../../src", import.meta.url));
const rowOf = (room: string) => ROWS.findIndex((row) => row.includes(room));
const rooms = readdirSync(SRC, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !NOT_ROOMS.includes(entry.name))
  .map((entry) => entry.name);

function sourceFiles(room: string): string[] {
  return readdirSync(join(SRC, room), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(SRC, room, name));
}

/** Everything a file imports, statically or not, as a type or a value, re-exports included. */
function importsOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/^\s*\/\/.*$/gm, "");
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\bexport\s+\*\s+from\s*)["']([^"']+)["']/g;
  return Array.from(code.matchAll(pattern), (match) => match[1]!);
}

const imports = rooms.flatMap((room) =>
  sourceFiles(room).flatMap((file) =>
    importsOf(readFileSync(file, "utf8")).map((target) => ({ room, file: relative(SRC, file), target })),
  ),
);

describe("the rooms of src/", () => {
  test("every folder is a room of the table", () => {
    expect(rooms.filter((room) => rowOf(room) < 0)).toEqual([]);
  });

  test("a room imports only from rows above it", () => {
    const upward = imports.filter(({ room, target }) => {
      return target.startsWith("#") && !(rowOf(target.slice(1)) >= 0 && rowOf(target.slice(1)) < rowOf(room));
    });
    expect(upward).toEqual([]);
  });

  test("rooms reach each other by their door, not by a path", () => {
    const around = imports.filter(({ room, file, target }) => {
      if (!target.startsWith(".")) return false;
      const path = relative(SRC, resolve(SRC, dirname(file), target));
      if (path === join("..", "package.json")) return false;
      // Otherwise there is only the built module outside src/, which belongs to native/.
      return path.startsWith("..") ? room !== "native" : path.split(sep)[0] !== room;
    });
    expect(around).toEqual([]);
  });

  test("a third-party library is known to one room", () => {
    const users = new Map<string, Set<string>>();
    for (const { room, target } of imports) {
      if (/^[.#]|^node:/.test(target)) continue;
      const name = target
        .split("/")
        .slice(0, target.startsWith("@") ? 2 : 1)
        .join("/");
      users.set(name, (users.get(name) ?? new Set()).add(room));
    }
    expect([...users].filter(([, by]) => by.size > 1)).toEqual([]);
  });

  test.each(rooms.filter((room) => sourceFiles(room).length > 0))("%s says what it is in a README", (room) => {
    expect(existsSync(join(SRC, room, "README.md"))).toBe(true);
    expect(room === "app" || existsSync(join(SRC, room, "index.ts"))).toBe(true);
  });
});

describe("reading imports", () => {
  test("finds every form and nothing in comments", () => {
    const text = `import a from "one"; import "two"; export { b } from "./three.ts"; const c = await import("four");
      import type { D } from '#five'; export * from "six";
      // import x from "seven"
      /* from "eight" */`;
    expect(importsOf(text)).toEqual(["one", "two", "./three.ts", "four", "#five", "six"]);
  });
});
