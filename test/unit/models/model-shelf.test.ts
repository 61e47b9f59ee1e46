import { describe, expect, it } from "vitest";
import { createMemoryFolder } from "#storage";
import { SCATTERING_CARD } from "../../../src/models/built-in/scattering-card.ts";
import { ModelShelf } from "../../../src/models/model-shelf.ts";
import { tinyModel } from "../../support/tiny-models.ts";

const file = (ending: Parameters<typeof tinyModel>[0] = "embedding") => new File([tinyModel(ending)], `${ending}.onnx`);
/** Stands in for the worker: any name will do that differs with the content. */
const hash = async (blob: Blob) =>
  `${blob.size}-${(await blob.bytes()).reduce((sum, byte) => (sum * 31 + byte) | 0, 7)}`;

function shelfOf() {
  const folder = createMemoryFolder();
  return { folder, shelf: new ModelShelf(folder, hash) };
}

describe("the shelf of models", () => {
  it("lists what was added, by name", async () => {
    const { shelf } = shelfOf();
    await shelf.add(file("tokens"), { ...SCATTERING_CARD, name: "b" });
    await shelf.add(file("plane"), { ...SCATTERING_CARD, name: "a" });
    expect((await shelf.list()).map(({ card, file }) => [card.name, file.name])).toEqual([
      ["a", "plane.onnx"],
      ["b", "tokens.onnx"],
    ]);
  });

  it("holds a model once, with its latest card", async () => {
    const { shelf } = shelfOf();
    const first = await shelf.add(file(), SCATTERING_CARD);
    const again = await shelf.add(file(), { ...SCATTERING_CARD, name: "renamed" });
    expect(again.sha256).toBe(first.sha256);
    expect((await shelf.list()).map(({ card }) => card.name)).toEqual(["renamed"]);
  });

  it("gives the very bytes back", async () => {
    const { shelf } = shelfOf();
    const { sha256 } = await shelf.add(file(), SCATTERING_CARD);
    const kept = await shelf.files(sha256);
    expect(await (kept!.network as Blob).bytes()).toEqual(tinyModel());
    await shelf.remove(sha256);
    expect(await shelf.files(sha256)).toBeUndefined();
    expect(await shelf.list()).toEqual([]);
  });

  it("does not show what was not written to the end", async () => {
    const { folder, shelf } = shelfOf();
    const { sha256 } = await shelf.add(file(), SCATTERING_CARD);
    await folder.remove(`${sha256}/model.json`);
    expect(await shelf.list()).toEqual([]);
    await shelf.add(file(), SCATTERING_CARD);
    await folder.write(`${sha256}/network.onnx`, "half");
    expect(await shelf.files(sha256)).toBeUndefined();
  });

  it("stops when it is told to, and keeps nothing", async () => {
    const { shelf } = shelfOf();
    const control = new AbortController();
    const adding = shelf.add(file(), SCATTERING_CARD, {
      signal: control.signal,
      onProgress: () => control.abort("enough"),
    });
    control.abort("enough");
    await expect(adding).rejects.toBe("enough");
    expect(await shelf.list()).toEqual([]);
  });

  it("takes nothing that is no model", async () => {
    const { shelf } = shelfOf();
    const text = new File(["only words, and enough of them"], "words.onnx");
    await expect(shelf.add(text, SCATTERING_CARD)).rejects.toMatchObject({
      name: "ModelLoadError",
      reason: "not-onnx",
    });
  });
});
