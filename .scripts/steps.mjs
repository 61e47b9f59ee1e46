// @ts-check
import { spawn } from "node:child_process";

/** A set-up step that failed, with the one sentence that tells a person what to do. */
export class SetupError extends Error {
  /** @param {string} advice @param {string} [log] what the failed program printed last */
  constructor(advice, log = "") {
    super(advice);
    this.log = log;
  }
}

/** Longest silence on a screen that cannot be rewritten (a log file) before a step says that it is still at it. */
const REMINDER_MS = 30_000;

/**
 * One step of several, shown live: `[2/5] wasm module … 12 s`.
 *
 * @template T
 * @param {string} label e.g. "[2/5] wasm module"
 * @param {(say: (note: string) => void) => Promise<T>} work `say` shows what it is at
 * @param {(result: T) => string} [conclude] what to add at the end
 * @param {{ minSeconds?: number }} [options] a step shorter than that leaves no line
 * @returns {Promise<T>}
 */
export async function step(label, work, conclude = () => "", { minSeconds = 0 } = {}) {
  const began = Date.now();
  const live = process.stdout.isTTY;
  let note = "";
  let reminded = began;
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const draw = () => {
    const line = `${label} … ${seconds()}${note ? `  ${note}` : ""}`;
    process.stdout.write(`\r\x1b[K${line.slice(0, (process.stdout.columns ?? 80) - 1)}`);
  };
  const timer = setInterval(() => {
    if (live) draw();
    else if (Date.now() - reminded >= REMINDER_MS) {
      reminded = Date.now();
      console.log(`${label} … ${seconds()}${note ? `  ${note}` : ""}`);
    }
  }, 250);
  if (live) draw();
  try {
    const result = await work((text) => {
      note = text;
    });
    const added = conclude(result);
    if (live) process.stdout.write("\r\x1b[K");
    if (Date.now() - began >= minSeconds * 1000) console.log(`${label} … ${seconds()}${added ? `, ${added}` : ""}`);
    return result;
  } catch (error) {
    console.log(`${live ? "\r\x1b[K" : ""}${label} … failed after ${seconds()}`);
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/**
 * Runs a program quietly; its last line is the step's note.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, say?: (note: string) => void, env?: Record<string, string>, signal?: AbortSignal | undefined }} [options] `signal` ends it
 * @returns {Promise<{ ok: boolean, output: string }>} all it printed
 */
export function runQuietly(command, args, { cwd, say, env, signal } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, {
      ...(cwd ? { cwd } : {}),
      ...(signal ? { signal } : {}),
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    /** @param {Buffer} chunk */
    const take = (chunk) => {
      output += chunk.toString();
      const last =
        output
          .trimEnd()
          .split(/[\r\n]+/)
          .at(-1) ?? "";
      say?.(last.trim());
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => done({ ok: false, output: output + error.message }));
    child.on("close", (code) => done({ ok: code === 0, output }));
  });
}

/** @param {string} text @param {number} count */
export function lastLines(text, count) {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
