import { describe, expect, onTestFinished, test, vi } from "vitest";
import { CorruptSlideError, MissingCompanionError } from "#slide";
import { gatherHandles } from "../../../src/app/opening/gather.ts";
import type { Pickers } from "../../../src/app/opening/pickers.ts";
import { createSession } from "../../../src/app/opening/session.ts";
import { activeEntry, createSlidesStore } from "../../../src/app/stores/slides.ts";
import { type FakeTree, fakeFile, fakeFolder } from "../../support/fake-handles.ts";
import { type FakeSlides, fakeLibrary, namedSlide } from "../../support/fake-library.ts";
import { memoryKept } from "../../support/memory-kept.ts";
import { memoryStorage } from "../../support/memory-storage.ts";

function start(
  known: FakeSlides,
  picked: readonly FileSystemHandle[] = [],
  { kept = memoryKept(), tabStorage = memoryStorage() } = {},
) {
  const library = fakeLibrary(known);
  const slides = createSlidesStore();
  const pick = async () => (picked.length > 0 ? gatherHandles(picked) : undefined);
  const pickers: Pickers = { pickFiles: pick, pickFolder: pick };
  const page = () => new URL("https://a.example/app/");
  const session = createSession({ library, slides, kept, pickers, tabStorage, page });
  const names = () => slides.getState().entries.map(({ name, state }) => `${name} ${state.kind}`);
  const shown = () => activeEntry(slides.getState())?.name;
  const until = (check: () => void) => vi.waitFor(check, { timeout: 2000, interval: 1 });
  return { library, slides, kept, tabStorage, session, names, shown, until };
}

const slide = (name: string) => () => namedSlide(name);

describe("opening", () => {
  test("a picked file is opened and shown", async () => {
    const { session, slides, names, until } = start({ "a.svs": slide("a.svs") }, [fakeFile("a.svs", "x")]);
    await session.openSlide();
    await until(() => expect(slides.getState().slide?.name).toBe("a.svs"));
    expect(names()).toEqual(["a.svs ready"]);
  });

  test("a dialogue that was put away changes nothing", async () => {
    const { session, slides } = start({});
    await session.openSlide();
    expect(slides.getState()).toMatchObject({ entries: [], notices: [] });
  });

  test("a folder fills the rail by folder and name; unreadable slides get their reason and the others go on", async () => {
    const folder = fakeFolder("cases", {
      "b 10.svs": "x",
      "b 2.svs": "x",
      "a broken.svs": "x",
      "notes.txt": "x",
      ".DS_Store": "x",
      deep: { "c.svs": "x" },
    });
    const { session, slides, names, shown, until } = start(
      {
        "a broken.svs": new CorruptSlideError("a broken.svs", "bad"),
        "b 2.svs": slide("b 2.svs"),
        "b 10.svs": slide("b 10.svs"),
        "c.svs": slide("c.svs"),
      },
      [folder],
    );
    await session.openFolder();
    await until(() =>
      expect(names()).toEqual(["a broken.svs failed", "b 2.svs ready", "b 10.svs ready", "c.svs ready"]),
    );
    expect(shown()).toBe("b 2.svs");
    expect(slides.getState().entries.at(-1)).toMatchObject({ folder: "cases/deep", mpp: 0.25 });
    expect(slides.getState().entries[2]?.thumbnail?.width).toBeGreaterThan(0);
  });

  test("when no slide of a folder can be read, the first says why", async () => {
    const { session, names, shown, until } = start({}, [fakeFolder("f", { "a.svs": "x", "b.svs": "x" })]);
    await session.openFolder();
    await until(() => expect(names()).toEqual(["a.svs failed", "b.svs failed"]));
    await until(() => expect(shown()).toBe("a.svs"));
  });

  test("a file that is no slide is answered when it was chosen itself, and left out of a folder", async () => {
    const { session, names, until } = start({ "a.svs": slide("a.svs") }, [
      fakeFile("a.svs", "x"),
      fakeFile("b.txt", "x"),
    ]);
    await session.openSlide();
    await until(() => expect(names()).toEqual(["a.svs ready", "b.txt failed"]));
  });

  test("a folder without slides is said in a sentence that stays", async () => {
    const { session, slides } = start({}, [fakeFolder("holiday", { "a.txt": "x", "b.txt": "x" })]);
    await session.openFolder();
    expect(slides.getState().notices[0]?.failure.what).toBe("No slide was found in holiday.");
    expect(slides.getState().entries).toEqual([]);
  });

  test("the same file again does not stand twice", async () => {
    const { session, slides, until } = start({ "a.svs": slide("a.svs") }, [fakeFile("a.svs", "x")]);
    await session.openSlide();
    await until(() => expect(slides.getState().slide).toBeDefined());
    await session.openSlide();
    expect(slides.getState().entries).toHaveLength(1);
  });

  /** A folder whose files are found only once `open` is called. */
  function slowFolder(name: string, tree: FakeTree) {
    let open = () => {};
    const opened = new Promise<void>((resolve) => (open = resolve));
    const folder = fakeFolder(name, tree);
    const { entries } = folder;
    const slowEntries = async function* () {
      await opened;
      yield* entries();
    };
    return { folder: Object.assign(folder, { entries: slowEntries }), open };
  }

  test("a file that comes while a folder is looked through is shown at once, and the folder's slides come too", async () => {
    const { session, slides, names, shown, until } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") });
    const { folder, open } = slowFolder("f", { "a.svs": "x" });
    const looking = session.openHandles([folder]);
    await session.openHandles([fakeFile("b.svs", "x")]);
    await until(() => expect(slides.getState().slide?.name).toBe("b.svs"));
    open();
    await looking;
    await until(() => expect(names()).toEqual(["b.svs ready", "a.svs ready"]));
    expect(shown()).toBe("b.svs");
  });

  /** A drop of plain files. */
  const drop = (...names: string[]) =>
    ({ items: [], files: names.map((name) => new File(["x"], name)) }) as unknown as DataTransfer;

  test.each([
    { dropped: ["v.onnx"], model: ["v.onnx"], opened: [] },
    { dropped: ["a.svs", "v.onnx"], model: ["v.onnx"], opened: ["a.svs ready"] },
    {
      dropped: ["a.svs", "card.json", "v.onnx", "weights.bin"],
      model: ["card.json", "v.onnx", "weights.bin"],
      opened: ["a.svs ready"],
    },
    { dropped: ["a.svs", "notes.txt"], model: undefined, opened: ["a.svs ready", "notes.txt failed"] },
  ])("of a drop of $dropped the model is set apart and the rest is opened", async ({ dropped, model, opened }) => {
    const { session, slides, names, until } = start({ "a.svs": slide("a.svs") });
    const addModel = vi.fn();
    await session.openTransfer(drop(...dropped), (files) => addModel(files.map(({ name }) => name)));
    await until(() => expect(names()).toEqual(opened));
    expect(addModel.mock.calls).toEqual(model ? [[model]] : []);
    expect(slides.getState().notices).toEqual([]);
  });

  test("Stop ends all that is looked through", async () => {
    const { session, slides } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") });
    const first = slowFolder("f", { "a.svs": "x" });
    const second = slowFolder("g", { "b.svs": "x" });
    const looking = [session.openHandles([first.folder]), session.openHandles([second.folder])];
    session.stopGathering();
    first.open();
    second.open();
    await Promise.all(looking);
    expect(slides.getState()).toMatchObject({ entries: [], notices: [], gathering: undefined });
  });

  test("choosing another slide while one opens gives up the first, which says nothing", async () => {
    const { session, slides, names, until } = start({ "a.svs": "never", "b.svs": slide("b.svs") }, [
      fakeFile("a.svs", "x"),
      fakeFile("b.svs", "x"),
    ]);
    await session.openSlide();
    await until(() => expect(names()[0]).toBe("a.svs opening"));
    session.next();
    await until(() => expect(slides.getState().slide?.name).toBe("b.svs"));
    expect(names()[0]).toBe("a.svs waiting");
    expect(slides.getState().notices).toEqual([]);
  });

  test("one slide is open at a time: the one before is closed", async () => {
    const { session, slides, library, until } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") }, [
      fakeFile("a.svs", "x"),
      fakeFile("b.svs", "x"),
    ]);
    await session.openSlide();
    await until(() => expect(slides.getState().entries.every(({ state }) => state.kind === "ready")).toBe(true));
    session.next();
    await until(() => expect(slides.getState().slide?.name).toBe("b.svs"));
    const open = library.slides.filter((opened) => !(opened as unknown as { isClosed: boolean }).isClosed);
    expect(open).toEqual([slides.getState().slide]);
    session.next();
    session.previous();
    await until(() => expect(slides.getState().slide?.name).toBe("a.svs"));
  });

  test("closing the shown slide shows its neighbour, closing the last shows nothing", async () => {
    const { session, slides, shown, until } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") }, [
      fakeFile("a.svs", "x"),
      fakeFile("b.svs", "x"),
    ]);
    await session.openSlide();
    await until(() => expect(shown()).toBe("a.svs"));
    session.close(slides.getState().entries[0]!.id);
    await until(() => expect(slides.getState().slide?.name).toBe("b.svs"));
    session.close(slides.getState().entries[0]!.id);
    expect(slides.getState()).toMatchObject({ entries: [], slide: undefined, activeId: undefined });
  });

  test("a file without permission is said with what to do", async () => {
    const handle = fakeFile("a.svs", "x");
    handle.getFile = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
    const { session, slides } = start({}, []);
    await session.openHandles([handle]);
    expect(slides.getState().notices[0]?.failure.what).toBe("This page may not read a.svs.");
  });
});

describe("a slide that needs its folder", () => {
  const known: FakeSlides = { "a.mrxs": new MissingCompanionError("a.mrxs", "the folder a") };
  const whole = { "a.mrxs": slide("a.mrxs") };

  async function lone(folder: FileSystemDirectoryHandle) {
    const parts = start(known, [fakeFile("a.mrxs", "x")]);
    await parts.session.openSlide();
    await parts.until(() => expect(parts.names()).toEqual(["a.mrxs failed"]));
    const { id } = parts.slides.getState().entries[0]!;
    expect(parts.slides.getState().entries[0]?.state).toMatchObject({ failure: { awaitsFolder: true } });
    Object.assign(known, whole);
    await parts.session.openHandles([folder]);
    return { ...parts, id };
  }

  test.each([
    ["the folder around it", fakeFolder("cases", { "a.mrxs": "x", a: { "Slidedat.ini": "x", "Data0.dat": "x" } })],
    ["the companion folder itself", fakeFolder("a", { "Slidedat.ini": "x", "Data0.dat": "x" })],
    ["the folder that holds the companion", fakeFolder("data", { a: { "Slidedat.ini": "x", "Data0.dat": "x" } })],
  ])("goes on when given %s", async (_, folder) => {
    Object.assign(known, { "a.mrxs": new MissingCompanionError("a.mrxs", "the folder a") });
    const { slides, names, until } = await lone(folder);
    await until(() => expect(slides.getState().slide?.name).toBe("a.mrxs"));
    expect(names()).toEqual(["a.mrxs ready"]);
    const { input } = slides.getState().entries[0]!;
    expect("files" in input && input.files.map(({ path }) => path)).toEqual([
      "a.mrxs",
      "a/Data0.dat",
      "a/Slidedat.ini",
    ]);
  });

  test("a folder without it is refused by name, and it still waits", async () => {
    const parts = start({ "a.mrxs": new MissingCompanionError("a.mrxs", "the folder a") }, [
      fakeFolder("other", { "x.txt": "x" }),
    ]);
    await parts.session.openHandles([fakeFile("a.mrxs", "x")]);
    await parts.until(() => expect(parts.names()).toEqual(["a.mrxs failed"]));
    await parts.session.openFolder(parts.slides.getState().entries[0]!.id);
    expect(parts.slides.getState().notices[0]?.failure.what).toBe("a.mrxs is not in other.");
    expect(parts.names()).toEqual(["a.mrxs failed"]);
  });
});

describe("coming back", () => {
  test("a shown slide is remembered with its handle, and opens from the list", async () => {
    const { session, slides, kept, until } = start({ "a.svs": slide("a.svs") }, [fakeFile("a.svs", "x")]);
    await session.openSlide();
    await until(() => expect(kept.last?.names).toEqual(["a.svs"]));
    session.closeAll();
    await until(() => expect(kept.last).toBeUndefined());
    await session.openRecent((await session.recent())[0]!);
    await until(() => expect(slides.getState().slide?.name).toBe("a.svs"));
  });

  test("permission is asked for again, and a refusal is a sentence", async () => {
    const handle = fakeFile("a.svs", "x");
    const { session, slides, until } = start({ "a.svs": slide("a.svs") });
    handle.permission = "prompt";
    handle.answer = "denied";
    await session.resume({ roots: [handle], names: ["a.svs"], ids: ["/a.svs"] });
    expect(slides.getState().notices[0]?.failure.what).toContain("may not read a.svs");
    handle.permission = "prompt";
    handle.answer = "granted";
    await session.resume({ roots: [handle], names: ["a.svs"], ids: ["/a.svs"] });
    await until(() => expect(slides.getState().slide?.name).toBe("a.svs"));
  });

  test("the last session is offered, and opened by itself only where the browser still allows it", async () => {
    const handle = fakeFile("a.svs", "x");
    const kept = memoryKept();
    expect(await start({}, [], { kept }).session.lastSession()).toBeUndefined();
    kept.last = { roots: [handle], names: ["a.svs"], ids: ["/a.svs"] };
    const { session } = start({}, [], { kept });
    expect(await session.lastSession()).toMatchObject({ granted: true });
    handle.permission = "prompt";
    expect(await session.lastSession()).toMatchObject({ granted: false });
  });

  test("of a folder, the slide that was shown comes first", async () => {
    const { session, slides, until } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") });
    await session.resume({
      roots: [fakeFolder("f", { "a.svs": "x", "b.svs": "x" })],
      names: ["b.svs", "a.svs"],
      ids: ["f/b.svs", "f/a.svs"],
    });
    await until(() => expect(slides.getState().slide?.name).toBe("b.svs"));
    expect(slides.getState().entries.map(({ name }) => name)).toEqual(["a.svs", "b.svs"]);
  });

  test("what is opened again and again comes back once", async () => {
    const known = { "a.svs": slide("a.svs"), "b.svs": slide("b.svs") };
    const folder = fakeFolder("f", { "a.svs": "x", "b.svs": "x" });
    const { session, slides, kept, until } = start(known, [folder]);
    await session.openFolder();
    await session.openFolder();
    await until(() => expect(kept.last?.roots).toEqual([folder]));
    const next = start(known);
    await next.session.resume({ ...kept.last!, roots: [folder, folder] });
    await next.until(() => expect(next.names()).toEqual(["a.svs ready", "b.svs ready"]));
    expect(slides.getState().entries).toHaveLength(2);
  });

  test("the same slide twice in one drop stands once", async () => {
    const folder = fakeFolder("f", { "a.svs": "x", "b.svs": "x" });
    const { session, names, until } = start({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") });
    await session.openHandles([folder, folder]);
    await until(() => expect(names()).toEqual(["a.svs ready", "b.svs ready"]));
  });

  test("a closed slide stays closed, and a folder goes with its last one", async () => {
    const known = { "a.svs": slide("a.svs"), "b.svs": slide("b.svs"), "c.svs": slide("c.svs") };
    const first = fakeFolder("f", { "a.svs": "x", "b.svs": "x" });
    const second = fakeFolder("g", { "c.svs": "x" });
    const { session, slides, kept, until } = start(known);
    const close = (name: string) => session.close(slides.getState().entries.find((entry) => entry.name === name)!.id);
    await session.openHandles([first]);
    await session.openHandles([second]);
    await until(() => expect(kept.last?.names).toEqual(["c.svs", "a.svs", "b.svs"]));
    close("a.svs");
    await until(() => expect(kept.last?.names).toEqual(["c.svs", "b.svs"]));
    const next = start(known);
    await next.session.resume(kept.last!);
    await next.until(() => expect(next.names()).toEqual(["b.svs ready", "c.svs ready"]));
    close("c.svs");
    await until(() => expect(kept.last).toMatchObject({ roots: [first], names: ["b.svs"] }));
  });

  test("of slides of one name, the one that was shown is shown again", async () => {
    const known = { "a.svs": slide("a.svs") };
    const folder = fakeFolder("f", { one: { "a.svs": "x" }, two: { "a.svs": "x" } });
    const { session, slides, kept, until } = start(known, [folder]);
    await session.openFolder();
    await until(() => expect(slides.getState().entries.map(({ state }) => state.kind)).toEqual(["ready", "ready"]));
    session.next();
    await until(() => expect(kept.last?.ids).toEqual(["f/two/a.svs", "f/one/a.svs"]));
    const next = start(known);
    await next.session.resume(kept.last!);
    await until(() => expect(activeEntry(next.slides.getState())?.folder).toBe("f/two"));
  });

  test("a slide that is no longer in its folder is said to be gone", async () => {
    const { session, slides } = start({ "b.svs": slide("b.svs") });
    const folder = fakeFolder("f", { "b.svs": "x" });
    await session.resume({ roots: [folder], names: ["a.svs"], ids: ["f/a.svs"] });
    expect(slides.getState()).toMatchObject({ entries: [] });
    expect(slides.getState().notices[0]?.failure.what).toBe("a.svs cannot be opened from the list any more.");
  });

  test("trying again reads the file anew through its handle", async () => {
    const known: Record<string, FakeSlides[string]> = { "a.svs": new CorruptSlideError("a.svs", "bad") };
    const { session, slides, names, until } = start(known, [fakeFile("a.svs", "x")]);
    await session.openSlide();
    await until(() => expect(names()).toEqual(["a.svs failed"]));
    const before = slides.getState().entries[0]!.input;
    known["a.svs"] = slide("a.svs");
    await session.retry(slides.getState().entries[0]!.id);
    await until(() => expect(names()).toEqual(["a.svs ready"]));
    expect(slides.getState().entries[0]!.input).not.toBe(before);
  });

  test("a sample is an address, not a file, and is remembered as such", async () => {
    const { session, slides, kept, until } = start({ "coverslip-sample.tiff": slide("coverslip-sample.tiff") });
    session.openSample();
    await until(() => expect(slides.getState().slide).toBeDefined());
    expect(slides.getState().entries[0]?.input).toEqual(new URL("https://a.example/app/sample/coverslip-sample.tiff"));
    await until(() => expect([...kept.slides.values()][0]?.origin.kind).toBe("address"));
    expect(kept.last).toBeUndefined();
  });

  test("the way back of another tab stands while this one has opened nothing from disk", async () => {
    const { session, slides, kept, until } = start({ "coverslip-sample.tiff": slide("coverslip-sample.tiff") });
    kept.last = { roots: [fakeFile("a.svs", "x")], names: ["a.svs"], ids: ["/a.svs"] };
    session.openSample();
    await until(() => expect(slides.getState().slide).toBeDefined());
    session.closeAll();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(kept.last?.names).toEqual(["a.svs"]);
  });

  describe("of several tabs", () => {
    const known = { "a.svs": slide("a.svs"), "b.svs": slide("b.svs") };

    /** A tab with a slide, of those that keep their things in one place. */
    async function tab(name: string, kept: ReturnType<typeof memoryKept>) {
      const parts = start(known, [fakeFile(name, "x")], { kept });
      await parts.session.openSlide();
      await parts.until(() => expect(kept.last?.names).toEqual([name]));
      return parts;
    }
    const close = ({ kept, tabStorage }: ReturnType<typeof start>) =>
      kept.tabs.delete(tabStorage.getItem("coverslip.tab")!);
    const lastOf = async ({ session }: ReturnType<typeof start>) => (await session.lastSession())?.session.names;

    test("each comes back to its own slides when it is reloaded", async () => {
      const kept = memoryKept();
      const first = await tab("a.svs", kept);
      const second = await tab("b.svs", kept);
      for (const parts of [first, second]) close(parts);
      expect(await lastOf(start(known, [], first))).toEqual(["a.svs"]);
      expect(await lastOf(start(known, [], second))).toEqual(["b.svs"]);
    });

    test("a new one takes over from the one that was in front last of those that are closed, and from no other", async () => {
      vi.useFakeTimers({ toFake: ["Date"] });
      onTestFinished(() => void vi.useRealTimers());
      const kept = memoryKept();
      const tabs: ReturnType<typeof start>[] = [];
      for (const name of ["a.svs", "b.svs", "a.svs"]) {
        vi.advanceTimersByTime(1000);
        tabs.push(await tab(name, kept));
      }
      const [first, second] = tabs;
      expect(await lastOf(start(known, [], { kept }))).toBeUndefined();
      close(second!);
      vi.advanceTimersByTime(1000);
      await first!.session.seen();
      close(first!);
      expect(await lastOf(start(known, [], { kept }))).toEqual(["a.svs"]);
      expect(await lastOf(start(known, [], { kept }))).toEqual(["b.svs"]);
      expect(await lastOf(start(known, [], { kept }))).toBeUndefined();
    });

    test("one that was duplicated begins with the same slides, and goes its own way", async () => {
      const kept = memoryKept();
      const first = await tab("a.svs", kept);
      const tabStorage = memoryStorage();
      tabStorage.setItem("coverslip.tab", first.tabStorage.getItem("coverslip.tab")!);
      const second = start(known, [], { kept, tabStorage });
      const { session } = (await second.session.lastSession())!;
      await second.session.resume(session);
      await second.until(() => expect(second.names()).toEqual(["a.svs ready"]));
      second.session.closeAll();
      await second.until(() => expect(kept.sessions.size).toBe(1));
      expect(await lastOf(first)).toEqual(["a.svs"]);
    });
  });
});
