// @ts-check
import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { link, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { ISOLATION_HEADERS } from "../headers.mjs";
import { sendBytes } from "../serve.mjs";
import { UsageError } from "./arguments.mjs";

/** Nobody writes one file for this long: what is still unfinished is left from a run that was killed. */
const ABANDONED_MS = 24 * 3600 * 1000;

/**
 * Makes a job's folder where there is none.
 * @param {string} folder
 * @throws {UsageError} where it cannot be made or written to
 */
export async function makeJobFolder(folder) {
  try {
    await mkdir(folder, { recursive: true });
    // Rights alone do not tell: a disk may be mounted read-only.
    const probe = join(folder, unfinishedName());
    await writeFile(probe, "", { flag: "wx" });
    await rm(probe);
  } catch (error) {
    throw new UsageError(`--job_dir ${folder}: ${whyNot(/** @type {NodeJS.ErrnoException} */ (error))}.`);
  }
}

/**
 * Takes away what killed runs left half written in a job's folder, which may hold many files: nobody needs to wait for it.
 * @param {string} folder
 */
export async function removeUnfinished(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries.filter(({ name }) => isUnfinished(name))) {
    const file = join(entry.parentPath, entry.name);
    const changedMs = (await stat(file).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - changedMs > ABANDONED_MS) await rm(file, { force: true }).catch(() => {});
  }
}

/** @param {NodeJS.ErrnoException} error */
function whyNot({ code, message }) {
  switch (code) {
    case "EEXIST":
    case "ENOTDIR":
      return "a file is in its place";
    case "EACCES":
    case "EPERM":
      return "it may not be written to";
    case "EROFS":
      return "its disk is read-only";
    case "ENOSPC":
    case "EDQUOT":
      return "there is no space left on its disk";
    default:
      return `it cannot be written to (${code ?? message})`;
  }
}

/**
 * A folder of this machine for the page that is served beside it: GET, HEAD, PUT and DELETE below a path that nobody else can
 * guess. The other side is `openHttpFolder` in src/storage, whose README says what is answered.
 *
 * @param {string} folder
 * @returns {{
 *   path: string,
 *   answer: (request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => boolean,
 *   made: ReadonlySet<string>,
 * }} `path`: where the page finds it; `made`: files that it has made where there was none, and not removed: its locks
 */
export function offerFolder(folder) {
  const root = resolve(folder);
  const path = `/${randomUUID()}/${encodeURIComponent(basename(root))}`;
  /** @type {Set<string>} */
  const made = new Set();
  return {
    path,
    made,
    answer(request, response) {
      const [address = "", query = ""] = (request.url ?? "").split("?");
      if (address !== path && !address.startsWith(`${path}/`)) return false;
      const file = fileBelow(root, address.slice(path.length));
      const work = file === undefined ? Promise.resolve(400) : answer(root, file, query, request, response, made);
      work
        .catch((error) => statusOf(error, request.method))
        .then((status) => status !== undefined && end(response, status))
        .catch(() => response.destroy());
      return true;
    },
  };
}

/**
 * The file that a path names; undefined for one that leads out of the folder.
 * @param {string} root @param {string} path
 */
function fileBelow(root, path) {
  try {
    const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
    // A backslash is a letter like others but on Windows.
    if (parts.some((part) => part === ".." || part === "." || /[/\0]/.test(part) || part.includes(sep)))
      return undefined;
    return join(root, ...parts);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} root @param {string} file @param {string} query
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 * @param {Set<string>} made
 * @returns {Promise<number | undefined>} the status of an answer without a body; undefined where it has been given
 */
async function answer(root, file, query, request, response, made) {
  // Gone as a whole, which is another thing than a file that is not there.
  if (!(await exists(root))) return 410;
  switch (request.method) {
    case "GET":
    case "HEAD":
      return query === "list" ? list(file, response) : send(file, request, response);
    case "PUT": {
      const onlyNew = request.headers["if-none-match"] === "*";
      const status = await put(file, onlyNew, request);
      if (onlyNew && status === 201) made.add(file);
      return status;
    }
    case "DELETE":
      if (!(await exists(file))) return 404;
      await rm(file, { recursive: true });
      made.delete(file);
      return 204;
    default:
      return 405;
  }
}

/** @param {string} folder @param {import("node:http").ServerResponse} response */
async function list(folder, response) {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && !isUnfinished(entry.name))
    .map((entry) => ({ name: entry.name, kind: entry.isFile() ? "file" : "folder" }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const body = JSON.stringify(entries);
  response.writeHead(200, {
    ...ISOLATION_HEADERS,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
  });
  response.end(body);
  return undefined;
}

/**
 * A file, or the range of it that is asked for.
 * @param {string} file
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:http").ServerResponse} response
 */
async function send(file, request, response) {
  const facts = await stat(file);
  if (!facts.isFile()) return 404;
  const headers = {
    ...ISOLATION_HEADERS,
    "Content-Type": "application/octet-stream",
    "Last-Modified": facts.mtime.toUTCString(),
  };
  await sendBytes(request, response, { path: file, size: facts.size }, headers, request.headers.range);
  return undefined;
}

/**
 * Writes beside the file and puts it in its place at the end: it appears whole or not at all.
 * @param {string} file @param {boolean} onlyNew @param {import("node:http").IncomingMessage} request
 */
async function put(file, onlyNew, request) {
  const fresh = join(dirname(file), unfinishedName());
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return 409;
    throw error;
  }
  try {
    await pipeline(request, createWriteStream(fresh, { flags: "wx" }));
    if (!onlyNew) await rename(fresh, file);
    // Unlike a rename, a link fails where there is a file already.
    else await link(fresh, file);
    return 201;
  } finally {
    await rm(fresh, { force: true });
  }
}

const UNFINISHED = ".unfinished";

function unfinishedName() {
  return `.${randomUUID()}${UNFINISHED}`;
}

/** @param {string} name */
function isUnfinished(name) {
  return name.startsWith(".") && name.endsWith(UNFINISHED);
}

/** @param {string} path */
function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** @param {unknown} error @param {string | undefined} method */
function statusOf(error, method) {
  switch (/** @type {NodeJS.ErrnoException} */ (error).code) {
    case "ENOENT":
    case "ENOTDIR":
      // What is written need not be there before: then it is its folder that cannot be made, or went.
      return method === "PUT" ? 409 : 404;
    case "EEXIST":
      return 412;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return 403;
    case "ENOSPC":
    case "EDQUOT":
      return 507;
    default:
      return 500;
  }
}

/** @param {import("node:http").ServerResponse} response @param {number} status */
function end(response, status) {
  if (response.headersSent) return response.destroy();
  response.writeHead(status, { ...ISOLATION_HEADERS, "Content-Length": 0 });
  return response.end();
}
