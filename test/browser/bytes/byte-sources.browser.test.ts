import { type Remote, wrap } from "comlink";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commands, userEvent } from "vitest/browser";
import "#bridge";
import {
  type ByteSpec,
  openAsyncBytes,
  openSyncFiles,
  readAll,
  specFromBytes,
  specFromFile,
  specFromHandle,
  specFromUrl,
} from "#bytes";
import { firstDifference, patternedBytes } from "../../support/patterned-bytes.ts";
import type { DecoderApi } from "./decoder.worker.ts";

const SIZE = 300_001;
/** Beside the tests' other results, which git does not know. */
const FOLDER = "test-results/bytes";

let worker: Worker;
let decoder: Remote<DecoderApi>;

beforeEach(() => {
  worker = new Worker(new URL("./decoder.worker.ts", import.meta.url), { type: "module" });
  decoder = wrap<DecoderApi>(worker);
});

afterEach(() => worker.terminate());

const sources: Record<string, () => Promise<ByteSpec>> = {
  "a File in memory": async () => specFromFile(new File([patternedBytes(0, SIZE)], "a.bin")),
  "a File on disk": async () => specFromFile(await fileOnDisk("source.bin", patternedBytes(0, SIZE))),
  "a file of the private file system": () => privateFile("a.bin", patternedBytes(0, SIZE)),
  "a URL": async () => specFromUrl(await served("served.bin", patternedBytes(0, SIZE))),
  "bytes in memory": async () => specFromBytes(patternedBytes(0, SIZE), "a.bin"),
};

describe.each(Object.entries(sources))("%s", (_, makeSpec) => {
  it("gives the bytes asked for, and fewer only at the end", async () => {
    const spec = await makeSpec();
    expect(spec.size).toBe(SIZE);
    await decoder.open({ entry: spec.path, files: [spec] });
    for (const [position, length, expected] of [
      [0, 16, 16],
      [65_530, 12, 12],
      [100_000, 150_000, 150_000],
      [SIZE - 10, 100, 10],
      [SIZE, 100, 0],
      [SIZE + 1e12, 100, 0],
      [5, 0, 0],
    ] as const) {
      const bytes = await decoder.read(0, position, length);
      expect(bytes.length).toBe(expected);
      expect(firstDifference(bytes, 0, position)).toBe(-1);
    }
    await decoder.check();
  });

  it("gives the same with waiting, on the page", async () => {
    const spec = await makeSpec();
    const bytes = openAsyncBytes(spec);
    expect(firstDifference(await bytes.read(1000, 5000), 0, 1000)).toBe(-1);
    expect((await bytes.read(SIZE - 3, 10)).length).toBe(3);
    expect((await bytes.read(SIZE + 3, 10)).length).toBe(0);
    expect(firstDifference(await readAll(spec), 0, 0)).toBe(-1);
    const signal = AbortSignal.abort(new DOMException("enough", "AbortError"));
    await expect(bytes.read(0, 10, { signal })).rejects.toThrow("enough");
  });

  it("can be read on the page itself, from memory", async () => {
    const spec = await makeSpec();
    const files = await openSyncFiles({ entry: spec.path, files: [spec] });
    const target = new Uint8Array(1000);
    expect(files.files[0]!.read(target, 200_000)).toBe(1000);
    expect(firstDifference(target, 0, 200_000)).toBe(-1);
    files.close();
  });
});

describe("a file that is not what it was", () => {
  it("is found changed by a read and by a check, though all of it was read before", async () => {
    const file = await fileOnDisk("changing.bin", patternedBytes(0, SIZE));
    const spec = specFromFile(file);
    await decoder.open({ entry: spec.path, files: [spec] });
    await decoder.read(0, 0, SIZE);
    await decoder.check();
    await onDisk("changing.bin", patternedBytes(1, SIZE + 5));
    await expect.poll(() => failureOf(decoder.check())).toMatchObject({ name: "ByteReadError", reason: "changed" });
    await decoder.open({ entry: spec.path, files: [spec] });
    expect(await failureOf(decoder.read(0, 0, 10))).toMatchObject({ reason: "changed", fileName: "changing.bin" });
    expect(await decoder.takeFailure()).toBe("changed");
    expect(await decoder.takeFailure()).toBeUndefined();
  });

  it("is found vanished when it was deleted", async () => {
    const spec = specFromFile(await fileOnDisk("vanishing.bin", patternedBytes(0, SIZE)));
    await decoder.open({ entry: spec.path, files: [spec] });
    await decoder.read(0, 0, 10);
    await commands.removeFile(`${FOLDER}/vanishing.bin`);
    const failure = await failureOf(readUntilItFails(decoder));
    expect(failure).toMatchObject({ name: "ByteReadError", fileName: "vanishing.bin", reason: "vanished" });
  });

  it("is told by its name among the many files of a slide", async () => {
    const names = ["first.bin", "second.bin", "third.bin"];
    const specs = [];
    for (const name of names) specs.push(specFromFile(await fileOnDisk(name, patternedBytes(0, 5000))));
    await decoder.open({ entry: "first.bin", files: specs });
    for (const index of names.keys()) await decoder.read(index, 0, 100);
    await onDisk("second.bin", patternedBytes(1, 6000));
    await expect.poll(() => failureOf(decoder.check())).toMatchObject({ fileName: "second.bin", reason: "changed" });
  });

  it("does not matter when nobody has read it", async () => {
    const specs = [
      specFromFile(await fileOnDisk("read.bin", patternedBytes(0, 5000))),
      specFromFile(await fileOnDisk("unread.bin", patternedBytes(0, 5000))),
    ];
    await decoder.open({ entry: "read.bin", files: specs });
    await decoder.read(0, 0, 100);
    await onDisk("unread.bin", patternedBytes(1, 6000));
    await decoder.check();
  });
});

describe("a URL", () => {
  it("of another origin is refused before anything is asked of it", async () => {
    const failure = await failureOf(specFromUrl("https://elsewhere.example/slide.svs"));
    expect(failure).toMatchObject({ name: "CapabilityError", capability: "Opening a slide of another origin" });
  });

  it("that the server does not know is vanished", async () => {
    // Without this header Vite answers with its page for what it does not know.
    const failure = await failureOf(
      specFromUrl(await served("gone.bin", patternedBytes(0, 10))).then(async (spec) => {
        await commands.removeFile(`${FOLDER}/gone.bin`);
        await decoder.open({ entry: spec.path, files: [spec] });
        return decoder.read(0, 0, 10);
      }),
    );
    expect(failure).toMatchObject({ name: "ByteReadError" });
    expect(["vanished", "network", "changed"]).toContain(failure!.reason);
  });

  it("whose file is another one now is changed", async () => {
    const spec = await specFromUrl(await served("swapped.bin", patternedBytes(0, 1000)));
    await decoder.open({ entry: spec.path, files: [spec] });
    await onDisk("swapped.bin", patternedBytes(0, 2000));
    expect(await failureOf(decoder.read(0, 0, 10))).toMatchObject({ reason: "changed", fileName: "swapped.bin" });
  });
});

async function failureOf(result: Promise<unknown>): Promise<Record<string, unknown> | undefined> {
  try {
    await result;
    return undefined;
  } catch (thrown) {
    return thrown as Record<string, unknown>;
  }
}

async function readUntilItFails(reader: Remote<DecoderApi>): Promise<never> {
  for (;;) await reader.check();
}

async function onDisk(name: string, bytes: Uint8Array): Promise<void> {
  let text = "";
  for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
  await commands.writeFile(`${FOLDER}/${name}`, btoa(text), "base64");
}

/** A File as a person picks it: it lies on disk, and the browser reads it there. */
async function fileOnDisk(name: string, bytes: Uint8Array): Promise<File> {
  await onDisk(name, bytes);
  const input = document.createElement("input");
  input.type = "file";
  document.body.append(input);
  await userEvent.upload(input, `${FOLDER}/${name}`);
  input.remove();
  return input.files![0]!;
}

async function served(name: string, bytes: Uint8Array): Promise<string> {
  await onDisk(name, bytes);
  return new URL(`/test-results/bytes/${name}`, location.href).href;
}

async function privateFile(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<ByteSpec> {
  const root = await navigator.storage.getDirectory();
  const handle = await root.getFileHandle(name, { create: true });
  const writable = await handle.createWritable();
  await writable.write(bytes);
  await writable.close();
  return specFromHandle(handle);
}
