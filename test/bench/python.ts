import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { runQuietly } from "../../.scripts/steps.mjs";

/** A Python program of the bench's: takes a JSON command a line and answers each with a JSON line, after a first one by itself. */
export interface PythonProgram<Hello> {
  readonly hello: Hello;
  ask<Answer>(command: object): Promise<Answer>;
  close(): void;
}

/** Installs packages from PyPI, for the bench only, into a folder of the cache. The app never sees them. */
export async function installPackages(cache: string, packages: readonly string[]): Promise<string> {
  const key = createHash("sha1").update(packages.join(" ")).digest("hex").slice(0, 8);
  const folder = join(cache, "bench", `python-${key}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  const args = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--target", part, ...packages];
  const { ok, output } = await runQuietly("python3", args);
  if (!ok)
    throw new Error(`${packages.join(", ")} could not be installed with pip, and the bench needs them:\n${output}`);
  renameSync(part, folder);
  return folder;
}

/** Starts a script of this folder, with the packages of `folder`. */
export async function startPython<Hello>(
  script: string,
  folder: string,
  args: readonly string[],
): Promise<PythonProgram<Hello>> {
  const child = spawn("python3", [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, PYTHONPATH: folder },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script} has ended; its own words stand above`);
    return JSON.parse(value);
  };
  return {
    hello: await next(),
    ask(command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return next();
    },
    close: () => child.stdin.end(),
  };
}
