import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * `npm ci` refuses a lock file that leaves out the packages of other systems, and npm leaves out those that the
 * registry at hand does not have: then it only fails on the next machine.
 */
test("the lock file names every optional package, those of other systems too", () => {
  const text = readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8");
  const packages: Record<string, LockedPackage> = JSON.parse(text).packages;
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(packages, path, name)),
  );
  expect(missing).toEqual([]);
});

/** Whether a package that stands at `path` finds `name`, as Node looks for it: nearest folder first. */
function isLocked(packages: Record<string, LockedPackage>, path: string, name: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    if (packages[`${at}${at && "/"}node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}
