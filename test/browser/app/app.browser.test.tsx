import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { page, userEvent } from "vitest/browser";
import { MissingCompanionError, type Slide } from "#slide";
import { words } from "../../../src/app/words.ts";
import { axeFinds } from "../../support/axe-finds.ts";
import { fakeFolder } from "../../support/fake-handles.ts";
import { namedSlide } from "../../support/fake-library.ts";
import { mountApp } from "../../support/mounted-app.tsx";

const slide =
  (name: string, more: Partial<Slide> = {}) =>
  () =>
    namedSlide(name, more);
const shown = (name: string) => page.getByRole("application", { name: words.pane.slide(name) });
const field = () => page.getByRole("textbox", { name: words.pane.magnification });
const { slidePanel } = words;

beforeEach(() => page.viewport(1440, 900));

describe("the first screen", () => {
  test("says what this is, offers every way to begin, and that it is no diagnosis", async () => {
    await mountApp({});
    for (const name of [words.first.openSlide, words.first.openFolder, words.first.trySample]) {
      await expect.element(page.getByRole("button", { name })).toBeVisible();
    }
    await expect.element(page.getByText(words.first.research)).toBeVisible();
    await expect.element(page.getByText(words.stored.title)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
  });

  test("lists recent slides by name; one can be forgotten, and all of them", async () => {
    const recent = ["a.svs", "b.svs"].map((name) => ({
      id: name,
      name,
      openedAt: 1,
      origin: { kind: "none" } as const,
    }));
    await mountApp({}, recent);
    await page.getByRole("button", { name: words.first.forgetOne("a.svs") }).click();
    await expect.element(page.getByText("b.svs")).toBeVisible();
    expect(page.getByText("a.svs").elements()).toEqual([]);
    await page.getByRole("button", { name: words.first.forgetRecent }).click();
    await expect.poll(() => page.getByText("b.svs").elements()).toEqual([]);
  });
});

describe("a shown slide", () => {
  test("has its facts, its levels with who reads them, and nothing for axe to find", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs", { reader: "OpenSlide 4.0.1", properties: { "x.y": "z" } }) });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    await expect.element(page.getByText(slidePanel.readBy("OpenSlide 4.0.1"))).toBeVisible();
    const rows = page.getByRole("table").getByRole("row").elements();
    expect(rows.map((row) => [...row.children].map((cell) => cell.textContent)).slice(1)).toEqual([
      ["0", "20,000 × 10,000", "1", "256 × 256", "0.25"],
      ["1", "5,000 × 2,500", "4", "256 × 256", "1"],
      ["2", "1,250 × 625", "16", "256 × 256", "4"],
      ["3", "312 × 156", "64", "256 × 256", "16"],
    ]);
    expect(await axeFinds()).toEqual([]);
    app.parts.settings.getState().set({ theme: "light", panelTab: "view" });
    await expect.element(page.getByText(words.viewPanel.orientation)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
  });

  test("has its levels whole in a panel that is too narrow for them: long figures are wrapped", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    app.parts.settings.getState().set({ panelWidthPx: 260 });
    const table = page.getByRole("table");
    await expect.element(table).toBeVisible();
    const panel = table.element().closest("[data-scroller]")!;
    await expect.poll(() => panel.clientWidth).toBeLessThan(260);
    expect(panel.scrollWidth).toBe(panel.clientWidth);
  });

  test("has its magnification, scale and place from the moment they appear", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    let first: (string | null)[] | undefined;
    // Called after what put the elements there, and before the browser paints or does anything else.
    const appearing = new MutationObserver(() => {
      if (field().elements().length === 0) return;
      first ??= [
        (field().element() as HTMLInputElement).value,
        page.getByRole("img", { name: /Scale bar/ }).elements()[0]?.textContent ?? null,
        page.getByText(words.pane.centre).elements()[0]?.textContent ?? null,
      ];
    });
    appearing.observe(document.body, { childList: true, subtree: true });
    onTestFinished(() => appearing.disconnect());
    await app.open("a.svs");
    await expect.element(field()).toBeVisible();
    expect(first).toEqual([
      expect.stringMatching(/^[\d.]+×$/),
      expect.stringMatching(/^[\d.]+ .m$/),
      expect.stringMatching(/10,000, 5,000 px$/),
    ]);
  });

  test("is magnified by what is typed, and refuses what is no magnification with a word", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await field().fill("10x");
    await userEvent.keyboard("{Enter}");
    await expect.poll(() => app.parts.chrome.getState().viewer!.view.downsample).toBeCloseTo(4, 5);
    await expect.element(field()).toHaveValue("10×");
    await field().fill("much");
    await userEvent.keyboard("{Enter}");
    await expect.element(page.getByRole("alert")).toHaveTextContent(words.pane.notAMagnification("much"));
  });

  test("is marked as interpolated beyond the scanner's own magnification, and only there", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    const mark = page.getByText(words.pane.interpolated);
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ downsample: 1 });
    await expect.element(mark).not.toBeVisible();
    viewer!.setView({ downsample: 0.5 });
    await expect.element(mark).toBeVisible();
  });

  test("goes to the view of a link that is pasted into the address of its page", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    app.pasteView({ centerX: 3000, centerY: 2000, downsample: 2, rotation: 0 });
    expect(app.parts.chrome.getState().viewer!.view).toMatchObject({ centerX: 3000, centerY: 2000, downsample: 2 });
  });

  test("without pixel size and objective it claims no magnification and no scale", async () => {
    const app = await mountApp({ "a.tif": slide("a.tif", { mpp: undefined, objectivePower: undefined }) });
    await app.open("a.tif");
    await expect.element(page.getByText(words.pane.noPixelSize)).toBeVisible();
    await expect.element(page.getByText(words.pane.unknownMagnification)).toBeVisible();
    expect(field().elements()).toEqual([]);
    expect(page.getByRole("img", { name: /Scale bar/ }).elements()).toEqual([]);
  });

  test("says where the pointer is in µm and pixels", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 8000, centerY: 4000, downsample: 2 });
    await expect.element(page.getByText(`${words.pane.centre} 2,000 µm, 1,000 µm · 8,000, 4,000 px`)).toBeVisible();
    const { left, top } = shown("a.svs").element().getBoundingClientRect();
    const at = { x: 300, y: 200 };
    const target = document.elementFromPoint(left + at.x, top + at.y)!;
    target.dispatchEvent(new PointerEvent("pointermove", { clientX: left + at.x, clientY: top + at.y, bubbles: true }));
    const { x, y } = viewer!.toSlide(at.x, at.y);
    const count = (value: number) => Math.floor(value).toLocaleString("en");
    const pixels = `${count(x)}, ${count(y)} px`;
    await expect.element(page.getByText(pixels)).toHaveTextContent(/^[\d,]+ µm, [\d,]+ µm · /);
  });

  test("shows macro and thumbnail at once, the label only when asked for", async () => {
    const read: string[] = [];
    const images = ["label", "macro", "thumbnail"].map((name) => ({ name, width: 8, height: 4, iccSizeBytes: 0 }));
    const readAssociatedImage = async (name: string) => {
      read.push(name);
      return { data: new Uint8ClampedArray(8 * 4 * 4), width: 8, height: 4 };
    };
    const app = await mountApp({ "a.svs": slide("a.svs", { associatedImages: images, readAssociatedImage }) });
    await app.open("a.svs");
    await expect.element(page.getByRole("img", { name: /^macro/ })).toBeVisible();
    expect(read).toEqual(["macro", "thumbnail"]);
    await page.getByRole("button", { name: slidePanel.showLabel }).click();
    await expect.element(page.getByRole("img", { name: /^label/ })).toBeVisible();
    await page.getByRole("button", { name: slidePanel.hideLabel }).click();
    await expect.poll(() => page.getByRole("img", { name: /^label/ }).elements()).toEqual([]);
  });

  test("has its properties to search; of thousands only those in sight are in the page", async () => {
    const properties = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p.${index}`, `value ${index}`]));
    const app = await mountApp({ "a.svs": slide("a.svs", { properties }) });
    await app.open("a.svs");
    await expect.element(page.getByText("p.0", { exact: true })).toBeInTheDocument();
    expect(page.getByRole("button", { name: /^Copy p/ }).elements().length).toBeLessThan(60);
    await page.getByRole("searchbox", { name: slidePanel.search }).fill("value 2718");
    await expect.element(page.getByText("p.2718", { exact: true })).toBeVisible();
    expect(page.getByRole("button", { name: /^Copy p/ }).elements()).toHaveLength(1);
    await page.getByRole("searchbox", { name: slidePanel.search }).fill("no such");
    await expect.element(page.getByText(slidePanel.noMatch("no such"))).toBeVisible();
  });
});

describe("when something goes wrong", () => {
  test("the reason stands in the pane with its details, the app goes on, and axe finds nothing", async () => {
    const app = await mountApp({ "b.svs": slide("b.svs") });
    await app.open("a.svs");
    const alert = page.getByRole("alert");
    await expect.element(alert).toHaveTextContent("a.svs cannot be read as a slide.");
    await alert.getByText(words.failures.details, { exact: true }).click();
    await expect.element(alert.getByText(/^UnsupportedFormatError:/)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    await app.open("b.svs");
    await expect.element(shown("b.svs")).toBeVisible();
    expect(page.getByRole("alert").elements()).toEqual([]);
  });

  test("a lone slide of several files asks for its folder by name and goes on", async () => {
    const known: Record<string, Error | (() => Slide)> = {
      "a.mrxs": new MissingCompanionError("a.mrxs", "the folder a"),
    };
    const app = await mountApp(known);
    await app.open("a.mrxs");
    await expect.element(page.getByRole("alert")).toHaveTextContent("a.mrxs needs the folder a.");
    known["a.mrxs"] = slide("a.mrxs");
    app.pick(fakeFolder("cases", { "a.mrxs": "x", a: { "Slidedat.ini": "x" } }));
    await page.getByRole("alert").getByRole("button", { name: words.failures.actions["open-folder"] }).click();
    await expect.element(shown("a.mrxs")).toBeVisible();
  });

  test("a tile that cannot be read is said over the slide, which stays, until it is put away", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    app.parts.session.readFailed(new Error("tile 7"));
    app.parts.session.readFailed(new Error("tile 8"));
    await expect.element(page.getByRole("alert")).toHaveTextContent("Something went wrong with a.svs.");
    expect(await axeFinds()).toEqual([]);
    await page.getByRole("button", { name: words.failures.dismiss }).click();
    await expect.poll(() => page.getByRole("alert").elements()).toEqual([]);
    await expect.element(shown("a.svs")).toBeVisible();
  });
});

describe("keys", () => {
  async function twoSlides() {
    const app = await mountApp({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs") });
    await app.open("a.svs", "b.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    return app;
  }

  test("N and P go through the slides, and each is found as it was left", async () => {
    const app = await twoSlides();
    app.parts.chrome.getState().viewer!.setView({ centerX: 5000, centerY: 5000, downsample: 2 });
    await userEvent.keyboard("n");
    await expect.element(shown("b.svs")).toBeVisible();
    await userEvent.keyboard("p");
    await expect.element(shown("a.svs")).toBeVisible();
    expect(app.parts.chrome.getState().viewer!.view).toMatchObject({ centerX: 5000, downsample: 2 });
  });

  test("[ and ] hide and show the sides, and not while somebody types", async () => {
    await twoSlides();
    const rail = page.getByRole("navigation", { name: words.slides.title });
    await userEvent.keyboard("[[");
    await expect.poll(() => rail.elements()).toEqual([]);
    await page.getByRole("searchbox", { name: slidePanel.search }).fill("");
    await userEvent.keyboard("[[");
    expect(rail.elements()).toEqual([]);
    await expect.element(page.getByRole("searchbox", { name: slidePanel.search })).toHaveValue("[");
  });

  test("H held clears the view, and letting go brings everything back", async () => {
    await twoSlides();
    const tools = page.getByRole("toolbar", { name: words.pane.tools });
    await expect.element(tools).toBeVisible();
    await userEvent.keyboard("{h>}");
    await expect.poll(() => tools.elements()).toEqual([]);
    await userEvent.keyboard("{/h}");
    await expect.element(tools).toBeVisible();
  });

  test("Ctrl+K finds a command by name and runs it; Escape puts the panel away", async () => {
    const app = await twoSlides();
    await userEvent.keyboard("{Control>}k{/Control}");
    const input = page.getByRole("combobox", { name: words.commands.placeholder });
    await expect.element(input).toHaveFocus();
    expect(await axeFinds()).toEqual([]);
    await userEvent.keyboard("light th{Enter}");
    expect(app.parts.settings.getState().theme).toBe("light");
    await userEvent.keyboard("{Control>}k{/Control}");
    await expect.element(input).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    await expect.poll(() => input.elements()).toEqual([]);
  });

  test("a floating panel gives the focus back, also when one has led to another", async () => {
    await twoSlides();
    const before = page.getByRole("tab", { name: words.layout.tabs.view });
    await before.click();
    await expect.element(before).toHaveFocus();
    const input = page.getByRole("combobox", { name: words.commands.placeholder });
    await userEvent.keyboard("{Control>}k{/Control}");
    await expect.element(input).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    await expect.element(before).toHaveFocus();
    await userEvent.keyboard("{Control>}k{/Control}");
    await expect.element(input).toHaveFocus();
    await userEvent.keyboard(`${words.commands.names.keys}{Enter}`);
    await expect.element(page.getByRole("dialog", { name: words.keys.title })).toHaveFocus();
    await userEvent.keyboard("{Escape}");
    await expect.element(before).toHaveFocus();
  });

  test("? shows every key, and the request log opens from the foot", async () => {
    await twoSlides();
    await userEvent.keyboard("?");
    const keys = page.getByRole("dialog", { name: words.keys.title });
    await expect.element(keys.getByText(words.commands.names.next)).toBeVisible();
    for (const heading of keys.element().querySelectorAll("h3")) {
      expect(heading.nextElementSibling?.childElementCount, heading.textContent).toBeGreaterThan(0);
    }
    expect(await axeFinds()).toEqual([]);
    await page.getByRole("button", { name: words.foot.nothingLeft }).click();
    await expect.element(page.getByRole("dialog", { name: words.requests.title })).toBeVisible();
    expect(keys.elements()).toEqual([]);
  });
});

describe("the rail", () => {
  test("of hundreds of slides only those in sight are in the page; the filter finds by name", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `case-${index}.svs`);
    const app = await mountApp(Object.fromEntries(names.map((name) => [name, slide(name)])));
    await app.open(...names);
    await expect.element(shown("case-0.svs")).toBeVisible();
    const rail = page.getByRole("list", { name: words.slides.title });
    await expect.element(rail.getByText("case-3.svs", { exact: true })).toBeVisible();
    expect(rail.getByRole("listitem").elements().length).toBeLessThan(40);
    await page.getByRole("searchbox", { name: words.slides.filter }).fill("case-377");
    await expect.element(rail.getByText("case-377.svs")).toBeVisible();
    expect(rail.getByRole("listitem").elements()).toHaveLength(1);
  });

  test("arrow keys walk it, Enter shows, Delete closes", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs"), "b.svs": slide("b.svs"), "c.svs": slide("c.svs") });
    await app.open("a.svs", "b.svs", "c.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    const row = (name: string) => page.getByRole("button", { name: new RegExp(`^${name}`) });
    await expect.element(row("a.svs")).toBeVisible();
    (row("a.svs").element() as HTMLElement).focus();
    await userEvent.keyboard("{ArrowDown}");
    await expect.element(row("b.svs")).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    await expect.element(shown("b.svs")).toBeVisible();
    await userEvent.keyboard("{Delete}");
    await expect.element(shown("c.svs")).toBeVisible();
    expect(row("b.svs").elements()).toEqual([]);
    await expect.element(row("c.svs")).toHaveFocus();
    // The last one's place is taken by the one before.
    await userEvent.keyboard("{Delete}");
    await expect.element(row("a.svs")).toHaveFocus();
  });

  test("its edge is dragged or moved by arrow keys, within limits, and kept", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    const edge = page.getByRole("separator", { name: words.layout.railWidth });
    await expect.element(edge).toBeVisible();
    (edge.element() as HTMLElement).focus();
    const before = app.parts.settings.getState().railWidthPx;
    await userEvent.keyboard("{ArrowRight}");
    expect(app.parts.settings.getState().railWidthPx).toBe(before + 16);
    for (let press = 0; press < 20; press++) await userEvent.keyboard("{ArrowLeft}");
    expect(app.parts.settings.getState().railWidthPx).toBe(180);
  });
});

describe("at any width", () => {
  /** What lies over the slide, and how far it is from lying over each other. */
  function collisions(): string[] {
    const main = document.querySelector("main")!;
    const { width } = main.getBoundingClientRect();
    const parts = main.querySelectorAll<HTMLElement>("[class*='over_'] > *, [class*='panelButton']");
    const boxes = [...parts].map((part) => ({ name: part.className, box: part.getBoundingClientRect() }));
    const seen = boxes.filter(({ box }) => box.width > 0);
    expect(seen.length).toBeGreaterThan(3);
    const { left } = main.getBoundingClientRect();
    const outside = seen.filter(({ box }) => box.left < left || box.right > left + width).map(({ name }) => name);
    const over = seen.flatMap((a, at) =>
      seen
        .slice(at + 1)
        .filter(
          (b) =>
            a.box.right > b.box.left &&
            b.box.right > a.box.left &&
            a.box.bottom > b.box.top &&
            b.box.bottom > a.box.top,
        )
        .map((b) => `${a.name} over ${b.name}`),
    );
    // What a plate cannot hold sticks out of it.
    const clipped = [...main.querySelectorAll<HTMLElement>("[class*='tools_'], [class*='corner_']")]
      .filter((plate) => plate.scrollWidth > plate.clientWidth)
      .map((plate) => plate.className);
    return [...outside, ...over, ...clipped];
  }

  // As a mouse has it, and as fingers do.
  test.each([28, 44])("nothing lies over each other with buttons of %i px", { timeout: 60_000 }, async (target) => {
    document.documentElement.style.setProperty("--target", `${target}px`);
    onTestFinished(() => document.documentElement.removeAttribute("style"));
    const name = "a-rather-long-name-of-a-slide-that-somebody-gave.svs";
    const app = await mountApp({ [name]: slide(name) });
    await app.open(name);
    await expect.element(shown(name)).toBeVisible();
    const { viewer } = app.parts.chrome.getState();
    viewer!.setView({ centerX: 19_999, centerY: 9999, downsample: 0.7 });
    for (const width of [320, 390, 480, 560, 640, 720, 721, 768, 900, 960, 1000, 1001, 1100, 1280, 1440, 1600]) {
      await page.viewport(width, 900);
      for (const [railOpen, panelOpen] of [
        [false, false],
        [true, false],
        [false, true],
        [true, true],
      ]) {
        app.parts.settings.getState().set({ railOpen: railOpen!, panelOpen: panelOpen! });
        await expect.poll(() => innerWidth).toBe(width);
        const sides = `${width} px, rail ${railOpen}, panel ${panelOpen}`;
        await expect.poll(() => `${sides}: ${collisions()}`).toBe(`${sides}: `);
        expect(document.querySelector("main")!.clientWidth, sides).toBeGreaterThanOrEqual(320);
      }
    }
  });

  test("a narrow window has one side at a time, and gives both back when it is wide again", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    const rail = page.getByRole("navigation", { name: words.slides.title });
    const panel = page.getByRole("complementary", { name: words.layout.panel });
    await expect.element(rail).toBeVisible();
    await page.viewport(768, 1024);
    await expect.poll(() => rail.elements()).toEqual([]);
    await expect.element(panel).toBeVisible();
    await page.getByRole("button", { name: words.layout.showRail }).click();
    await expect.element(rail).toBeVisible();
    expect(panel.elements()).toEqual([]);
    await page.getByRole("button", { name: words.layout.showPanel }).click();
    await expect.element(panel).toBeVisible();
    expect(rail.elements()).toEqual([]);
    await page.viewport(1440, 900);
    await expect.element(rail).toBeVisible();
    await expect.element(panel).toBeVisible();
  });
});

describe("on a phone", () => {
  test("one sheet holds the same tabs, and is pulled up and down", async () => {
    await page.viewport(390, 844);
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await app.open("a.svs");
    await expect.element(shown("a.svs")).toBeVisible();
    await page.getByRole("tab", { name: words.layout.tabs.view }).click();
    await expect.element(page.getByText(words.viewPanel.orientation)).toBeVisible();
    expect(await axeFinds()).toEqual([]);
    await page.getByRole("button", { name: words.layout.sheetUp }).click();
    expect(app.parts.chrome.getState().sheet).toBe("full");
    await page.getByRole("button", { name: words.layout.sheetDown }).click();
    expect(app.parts.chrome.getState().sheet).toBe("closed");
  });
});

describe("a drag over the page", () => {
  function drag(type: string, fill: (transfer: DataTransfer) => void): DragEvent {
    const dataTransfer = new DataTransfer();
    fill(dataTransfer);
    const event = new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event;
  }

  // An element that comes under the pointer between the last dragover and the drop is entered first: a drop was lost.
  test.each(["dragenter", "dragover"])("is accepted at %s when it carries files, and only then", async (type) => {
    await mountApp({});
    await expect.element(page.getByText(words.first.research)).toBeVisible();
    expect(drag(type, (transfer) => transfer.setData("text/plain", "words")).defaultPrevented).toBe(false);
    // The page listens a moment after it is painted.
    await expect
      .poll(() => drag(type, (transfer) => transfer.items.add(new File(["x"], "a.svs"))).defaultPrevented)
      .toBe(true);
    await expect.element(page.getByText(words.layout.dropHere)).toBeVisible();
  });

  test("a dropped file without a handle is opened all the same", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await expect.element(page.getByText(words.first.research)).toBeVisible();
    drag("drop", (transfer) => transfer.items.add(new File(["x"], "a.svs")));
    await expect.element(shown("a.svs")).toBeVisible();
    expect(app.parts.slides.getState().entries[0]?.origin.kind).toBe("none");
  });

  test("a model dropped together with a slide goes to the models, and the slide is opened", async () => {
    const app = await mountApp({ "a.svs": slide("a.svs") });
    await expect.element(page.getByText(words.first.research)).toBeVisible();
    drag("drop", (transfer) => {
      transfer.items.add(new File(["x"], "v.onnx"));
      transfer.items.add(new File(["x"], "a.svs"));
    });
    await expect.element(shown("a.svs")).toBeVisible();
    const adding = () => app.parts.analysis.store.getState().analysis?.models.getState().adding;
    await expect.poll(adding).toMatchObject({ kind: "asking", fileName: "v.onnx" });
  });
});
