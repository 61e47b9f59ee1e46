import { describe, expect, onTestFinished, test, vi } from "vitest";
import { calm } from "../../../src/app/offline/calm.ts";
import { createRequestsStore } from "../../../src/app/stores/requests.ts";
import {
  createSettingsStore,
  DEFAULT_SETTINGS,
  readSettings,
  SETTINGS_KEY,
  SETTINGS_VERSION,
} from "../../../src/app/stores/settings.ts";
import { createSlidesStore } from "../../../src/app/stores/slides.ts";
import { memoryStorage } from "../../support/memory-storage.ts";

describe("settings", () => {
  test("what was set is there at the next visit, with its version", () => {
    const storage = memoryStorage();
    createSettingsStore(storage).getState().set({ theme: "light", panelWidthPx: 400 });
    expect(JSON.parse(storage.getItem(SETTINGS_KEY)!)).toMatchObject({ version: SETTINGS_VERSION });
    expect(createSettingsStore(storage).getState()).toMatchObject({
      theme: "light",
      panelWidthPx: 400,
      railOpen: true,
    });
  });

  test("a hand-edited store cannot bring a value that no setting has", () => {
    const stored = {
      theme: "pink",
      renderer: "canvas2d",
      railWidthPx: 9999,
      panelOpen: "yes",
      panelTab: "jobs",
      extra: 1,
    };
    expect(readSettings(stored)).toEqual({ renderer: "canvas2d" });
    expect(readSettings(null)).toEqual({});
    expect(readSettings("x")).toEqual({});
  });

  test("reset brings the first visit back", () => {
    const store = createSettingsStore(memoryStorage());
    store.getState().set({ showOverview: false, theme: "dark" });
    store.getState().reset();
    expect(store.getState()).toMatchObject(DEFAULT_SETTINGS);
  });
});

describe("requests", () => {
  const origin = "https://slides.example";

  test("an address is one row however often it is asked for", () => {
    const store = createRequestsStore(origin);
    const url = `${origin}/a.svs`;
    store.getState().record([{ url, bytes: 10 }]);
    store.getState().record([
      { url, bytes: 5 },
      { url: `${origin}/b.js`, bytes: 1 },
    ]);
    expect(store.getState()).toMatchObject({ total: 3, blocked: 0 });
    expect(store.getState().rows[0]).toEqual({ url, count: 2, bytes: 15, sameOrigin: true, blocked: false });
  });

  test("another origin and what was stopped are told apart; what never leaves the page is left out", () => {
    const store = createRequestsStore(origin);
    store.getState().record([
      { url: "https://elsewhere.example/x", bytes: 0, blocked: true },
      { url: "blob:https://slides.example/1", bytes: 10 },
      { url: "data:text/plain,a", bytes: 10 },
    ]);
    const { rows, total, blocked } = store.getState();
    expect({ total, blocked }).toEqual({ total: 0, blocked: 1 });
    expect(rows).toEqual([
      { url: "https://elsewhere.example/x", count: 1, bytes: 0, sameOrigin: false, blocked: true },
    ]);
  });

  test("the list ends somewhere, the count does not", () => {
    const store = createRequestsStore(origin);
    store.getState().record(Array.from({ length: 700 }, (_, index) => ({ url: `${origin}/${index}`, bytes: 0 })));
    expect(store.getState().total).toBe(700);
    expect(store.getState().rows).toHaveLength(500);
  });
});

describe("slides", () => {
  const failure = { what: "It broke.", why: "Why.", next: "Next.", details: { name: "E", message: "m" } };

  test("the same sentence is not shown twice, and again once it was put away", () => {
    const store = createSlidesStore();
    store.getState().notify(failure);
    store.getState().notify({ ...failure, why: "Other." });
    expect(store.getState().notices).toHaveLength(1);
    store.getState().dismiss(store.getState().notices[0]!.id);
    expect(store.getState().notices).toHaveLength(0);
    store.getState().notify(failure);
    expect(store.getState().notices).toHaveLength(1);
  });
});

test("it is calm once nothing about the slides has changed for a while, and not in the middle of opening", async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const slides = createSlidesStore();
  const settled = vi.fn();
  void calm(slides, 2000).then(settled);
  await vi.advanceTimersByTimeAsync(1900);
  slides.getState().setGathering({ folder: "slides", files: 1 });
  await vi.advanceTimersByTimeAsync(1900);
  slides.getState().setGathering(undefined);
  await vi.advanceTimersByTimeAsync(1999);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(settled).toHaveBeenCalledOnce();
});
