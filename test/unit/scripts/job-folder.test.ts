import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UsageError } from "../../../.scripts/cli/arguments.mjs";
import { makeJobFolder, offerFolder, removeUnfinished } from "../../../.scripts/cli/job-folder.mjs";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-job-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

test("a job's folder is made with those above it, and nothing is left in it", async () => {
  await makeJobFolder(join(folder, "a/b"));
  expect(readdirSync(folder, { recursive: true })).toEqual(["a", join("a", "b")]);
});

test("one that cannot be made or written to is refused in a sentence", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(makeJobFolder(join(folder, "file"))).rejects.toThrow(UsageError);
  await expect(makeJobFolder(join(folder, "file"))).rejects.toThrow(/--job_dir .*file: a file is in its place\./);
  await expect(makeJobFolder(join(folder, "file/job"))).rejects.toThrow(/a file is in its place\./);
  // Nobody writes there, whatever their rights.
  if (process.platform === "linux") await expect(makeJobFolder("/proc/self")).rejects.toThrow(UsageError);
});

test("files that a killed run left unfinished are taken away after a day", async () => {
  const names = ["fresh", "old"].map((name) => `coverslip/.${name}.unfinished`);
  mkdirSync(join(folder, "coverslip"));
  for (const name of [...names, "coverslip/job.json"]) writeFileSync(join(folder, name), "");
  const before = Date.now() / 1000 - 25 * 3600;
  for (const name of [names[1]!, "coverslip/job.json"]) utimesSync(join(folder, name), before, before);
  await removeUnfinished(folder);
  expect(readdirSync(join(folder, "coverslip")).sort()).toEqual([".fresh.unfinished", "job.json"]);
});

test("what the page makes where there was nothing is known until it removes it", async () => {
  const { path, answer, made } = offerFolder(folder);
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const put = (file: string, headers = {}) => fetch(`${address}/${file}`, { method: "PUT", body: "x", headers });
  try {
    writeFileSync(join(folder, "b.lock"), "somebody else's");
    for (const file of ["a.lock", "b.lock"]) await put(file, { "If-None-Match": "*" });
    await put("a.lock");
    await put("c.h5");
    expect([...made]).toEqual([join(folder, "a.lock")]);
    await fetch(`${address}/a.lock`, { method: "DELETE" });
    expect([...made]).toEqual([]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("a file that cannot be written because another is where its folder should be is not said to be missing", async () => {
  writeFileSync(join(folder, "runs"), "");
  const { path, answer } = offerFolder(folder);
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    for (const file of ["runs/a.json", "runs/deep/a.json"]) {
      for (const headers of [new Headers(), new Headers({ "If-None-Match": "*" })]) {
        expect((await fetch(`${address}/${file}`, { method: "PUT", body: "{}", headers })).status).toBe(409);
      }
    }
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
