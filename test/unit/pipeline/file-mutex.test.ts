import { afterEach, expect, it, vi } from "vitest";
import { createMemoryFolder, type Folder } from "#storage";
import { type FileChanger, withFileMutex } from "../../../src/pipeline/file-mutex.ts";
import { createOriginLocks } from "../../support/job-engines.ts";

const LOCK = "log.txt.lock.txt";
const changer = (hostname: string, originLocks?: FileChanger["originLocks"]): FileChanger => ({
  owner: { hostname, pid: 0 },
  originLocks,
});

function addLine(folder: Folder, line: string, who: FileChanger): Promise<void> {
  return withFileMutex(folder, "log.txt", who, async () => {
    const before = (await (await folder.read("log.txt"))?.text()) ?? "";
    await new Promise((resolve) => setTimeout(resolve, 1));
    await folder.write("log.txt", `${before}${line}\n`);
  });
}

afterEach(() => {
  vi.useRealTimers();
});

it("changes to a shared file come one after the other, and none is lost", async () => {
  const folder = createMemoryFolder();
  const lines = Array.from({ length: 8 }, (_, i) => `line ${i}`);
  await Promise.all(lines.map((line) => addLine(folder, line, changer(`browser:${line}`))));
  const text = await (await folder.read("log.txt"))!.text();
  expect(text.trim().split("\n").sort()).toEqual(lines);
  expect(await folder.read(LOCK)).toBeUndefined();
});

it("a change that fails lets the next one at the file", async () => {
  const folder = createMemoryFolder();
  const fail = withFileMutex(folder, "log.txt", changer("browser:a"), () => Promise.reject(new Error("no")));
  await expect(fail).rejects.toThrow("no");
  await addLine(folder, "after", changer("browser:b"));
  expect(await (await folder.read("log.txt"))!.text()).toBe("after\n");
});

it("what a killed tab of this browser left locked holds nothing up", async () => {
  vi.useFakeTimers();
  const folder = createMemoryFolder();
  await folder.write(LOCK, JSON.stringify({ hostname: "browser:me", pid: 0, session: "gone" }));
  const added = addLine(folder, "line", changer("browser:me", createOriginLocks()));
  await vi.advanceTimersByTimeAsync(10);
  await added;
  expect(await folder.read(LOCK)).toBeUndefined();
});

it("what a process left locked that is known to be gone holds nothing up", async () => {
  vi.useFakeTimers();
  const folder = createMemoryFolder();
  await folder.write(LOCK, JSON.stringify({ hostname: "lab", pid: 7, session: "gone" }));
  const owner = { hostname: "lab", pid: 8, isRunning: async () => false };
  const added = addLine(folder, "line", { owner, originLocks: createOriginLocks() });
  await vi.advanceTimersByTimeAsync(10);
  await added;
  expect((await folder.list("")).map(({ name }) => name)).toEqual(["log.txt"]);
});

it("what another program left locked holds a change up for some seconds", async () => {
  vi.useFakeTimers();
  const folder = createMemoryFolder();
  await folder.write(LOCK, JSON.stringify({ hostname: "lab", pid: 7, session: "gone" }));
  const added = addLine(folder, "line", changer("browser:me", createOriginLocks()));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await folder.read("log.txt")).toBeUndefined();
  await vi.advanceTimersByTimeAsync(10_000);
  await added;
  expect(await (await folder.read("log.txt"))!.text()).toBe("line\n");
});
