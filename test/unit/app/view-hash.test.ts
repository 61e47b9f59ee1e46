import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createAddressBar } from "../../../src/app/slide-pane/address-bar.ts";
import { formatViewHash, parseViewHash } from "../../../src/app/slide-pane/view-hash.ts";
import type { SlideEntry } from "../../../src/app/stores/slides.ts";

const view = { centerX: 101_234.4, centerY: 45_678.6, downsample: 1.50001, rotation: Math.PI / 2 };

describe("view hash", () => {
  test("a view survives being written and read, to the pixel", () => {
    const back = parseViewHash(formatViewHash(view))!;
    expect(back).toEqual({ centerX: 101_234, centerY: 45_679, downsample: 1.5, rotation: Math.PI / 2 });
    expect(formatViewHash({ ...view, rotation: 0 })).toBe("#x=101234&y=45679&d=1.5");
    expect(formatViewHash({ ...view, rotation: -2 * Math.PI })).toBe("#x=101234&y=45679&d=1.5");
  });

  test.each(["", "#", "#x=1&y=2", "#x=1&y=2&d=0", "#x=1&y=2&d=-4", "#x=a&y=2&d=4", "#x=&y=2&d=4", "#x=1&y=2&d=4&r=q"])(
    "nonsense is no view: %s",
    (hash) => expect(parseViewHash(hash)).toBeUndefined(),
  );
});

describe("address bar", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function place(url: string, shownBefore?: string) {
    const kept = new Map<string, string>(shownBefore === undefined ? [] : [["coverslip.shown", shownBefore]]);
    const events = new EventTarget();
    const window = {
      location: new URL(url) as unknown as Location,
      history: {
        state: null,
        replaceState(state: unknown, _title: string, to: string) {
          window.history.state = state;
          window.location = new URL(to, window.location.href) as unknown as Location;
        },
      } as { -readonly [Key in keyof History]: History[Key] },
      addEventListener: events.addEventListener.bind(events),
      removeEventListener: events.removeEventListener.bind(events),
      /** A link is pasted, or Back pressed: then the state of that entry comes with it. */
      goTo(to: string, state: unknown = null) {
        window.history.replaceState(state, "", to);
        events.dispatchEvent(new Event("hashchange"));
      },
      sessionStorage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
        removeItem: (key: string) => void kept.delete(key),
      } as Storage,
    };
    return window;
  }
  const local = (name: string) => ({ id: name, name, origin: { kind: "none" } }) as SlideEntry;
  const sample = {
    id: "s",
    name: "s.tiff",
    origin: { kind: "address", address: "./sample/coverslip-sample.tiff" },
  } as SlideEntry;

  test("a reload gives the view of the same slide back, once", () => {
    const bar = createAddressBar(place("https://a.example/#x=10&y=20&d=4", "a.svs"));
    bar.shown(local("a.svs"));
    expect(bar.takeView(local("a.svs"))).toMatchObject({ centerX: 10, centerY: 20, downsample: 4 });
    expect(bar.takeView(local("a.svs"))).toBeUndefined();
  });

  test("the view of one slide is not given to another", () => {
    const bar = createAddressBar(place("https://a.example/#x=10&y=20&d=4", "a.svs"));
    expect(bar.takeView(local("b.svs"))).toBeUndefined();
    expect(bar.takeView(local("a.svs"))).toBeUndefined();
  });

  test("a link to the sample's view opens it in a fresh tab, and a local slide does not take it", () => {
    const url = "https://a.example/?sample#x=10&y=20&d=4&r=90";
    expect(createAddressBar(place(url)).takeView(sample)).toMatchObject({ rotation: Math.PI / 2 });
    expect(createAddressBar(place(url)).takeView(local("a.svs"))).toBeUndefined();
  });

  test("moving writes the newest view a little later, and showing another slide takes it away", () => {
    const window = place("https://a.example/app/");
    const bar = createAddressBar(window);
    bar.shown(sample);
    expect(window.location.href).toBe("https://a.example/app/?sample");
    bar.takeView(sample);
    bar.moved({ centerX: 1, centerY: 1, downsample: 1, rotation: 0 });
    bar.moved({ centerX: 2, centerY: 3, downsample: 4, rotation: 0 });
    expect(window.location.hash).toBe("");
    vi.runAllTimers();
    expect(window.location.href).toBe("https://a.example/app/?sample#x=2&y=3&d=4");
    bar.moved({ centerX: 9, centerY: 9, downsample: 9, rotation: 0 });
    bar.shown(local("a.svs"));
    vi.runAllTimers();
    expect(window.location.href).toBe("https://a.example/app/");
  });

  test("a view that is pasted or gone back to is told, in place of the move that was about to be written", () => {
    const window = place("https://a.example/");
    const bar = createAddressBar(window);
    bar.shown(local("a.svs"));
    bar.takeView(local("a.svs"));
    const went: number[] = [];
    const stop = bar.follow(({ centerX }) => went.push(centerX));
    bar.moved({ centerX: 1, centerY: 1, downsample: 1, rotation: 0 });
    vi.runAllTimers();
    const before = { hash: window.location.hash, state: window.history.state };
    expect(went).toEqual([]);
    bar.moved({ centerX: 2, centerY: 2, downsample: 1, rotation: 0 });
    window.goTo("#x=10&y=20&d=4");
    vi.runAllTimers();
    expect(window.location.hash).toBe("#x=10&y=20&d=4");
    window.goTo(before.hash, before.state);
    expect(went).toEqual([10, 1]);
    window.goTo("#nonsense");
    stop();
    window.goTo("#x=30&y=20&d=4");
    expect(went).toEqual([10, 1]);
  });

  test("going back to another slide's view leaves the shown one, and the address speaks of it again", () => {
    const window = place("https://a.example/?sample");
    const bar = createAddressBar(window);
    const went = vi.fn();
    bar.follow(went);
    bar.shown(sample);
    bar.takeView(sample);
    bar.moved({ centerX: 1, centerY: 1, downsample: 1, rotation: 0 });
    vi.runAllTimers();
    const ofSample = { url: window.location.href, state: window.history.state };
    bar.shown(local("a.svs"));
    bar.moved({ centerX: 2, centerY: 2, downsample: 1, rotation: 0 });
    window.goTo(ofSample.url, ofSample.state);
    expect(window.location.href).toBe("https://a.example/#x=2&y=2&d=1");
    const ofA = window.history.state;
    bar.shown(local("b.svs"));
    window.goTo("#x=2&y=2&d=1", ofA);
    expect(went).not.toHaveBeenCalled();
    expect(window.location.href).toBe("https://a.example/");
  });

  test("a view that comes while the first slide is on its way is where that begins", () => {
    const window = place("https://a.example/?sample#x=1&y=2&d=3");
    const bar = createAddressBar(window);
    bar.shown(sample);
    bar.follow(() => {});
    window.goTo("#x=10&y=20&d=4");
    expect(bar.takeView(sample)).toMatchObject({ centerX: 10 });
  });

  test("a blocked session storage only costs the memory of the slide's name", () => {
    const window = place("https://a.example/#x=1&y=2&d=3");
    const refuse = () => {
      throw new DOMException("no", "SecurityError");
    };
    window.sessionStorage = { getItem: refuse, setItem: refuse, removeItem: refuse } as unknown as Storage;
    const bar = createAddressBar(window);
    bar.shown(local("a.svs"));
    expect(bar.takeView(local("a.svs"))).toMatchObject({ centerX: 1 });
  });
});
