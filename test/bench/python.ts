import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A Python program of the bench's: takes a JSON command a line and answers each with a JSON line, after a first one by itself. */
export interface PythonProgram<Hello> {
  readonly hello: Hello;
  ask<Answer>(command: object): Promise<Answer>;
  close(): void;
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
