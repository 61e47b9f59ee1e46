import { join } from "node:path";
import type { Page } from "playwright";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { findTissue, NO_GPU, openTab, runToEnd, type SmallSlide, writeSlides } from "./analysis-page.ts";
import { coloursShown, expect, temporaryFolder, test, waitForApp, waitForSlide, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";
const SAMPLE_FILE = join(REPOSITORY, "public/sample", SAMPLE);
/** Without its server the browser says that it could not look for an update of the service worker. */
const SERVER_IS_GONE = /ERR_CONNECTION_REFUSED|Failed to load resource|Failed to update a ServiceWorker/;

async function waitUntilStored(page: Page): Promise<void> {
  await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated", undefined, {
    timeout: 30_000,
  });
}

/** The sample is stored whole in idle time, once it was seen. Its name is in the cache before all of its bytes are. */
async function waitUntilSampleIsStored(page: Page): Promise<void> {
  // Not `waitForFunction`: with an interval it takes the promise of an answer for the answer.
  const isStored = () =>
    page.evaluate(async (name) => {
      for (const key of await caches.keys()) {
        const cache = await caches.open(key);
        const request = (await cache.keys()).find(({ url }) => url.endsWith(name));
        const stored = request && (await cache.match(request));
        if (!stored) continue;
        return (await stored.blob()).size === Number(stored.headers.get("content-length"));
      }
      return false;
    }, SAMPLE);
  await expect.poll(isStored, { timeout: 30_000, interval: 200 }).toBe(true);
}

describe("with the cable pulled", () => {
  test("the page, the sample once seen, and a local slide open after a reload", async ({ openApp }) => {
    const { page, url, goOffline } = await openApp({ expectedConsole: SERVER_IS_GONE });
    await page.goto(`${url}?sample`);
    await waitForSlide(page, SAMPLE);
    await waitUntilStored(page);
    await waitUntilSampleIsStored(page);
    await goOffline();

    await page.reload();
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);

    await page.goto(url);
    await waitForApp(page);
    await dropFiles(page, [SAMPLE_FILE]);
    await waitForSlide(page, SAMPLE);
    expect(await coloursShown(page)).toBeGreaterThan(20);
  });

  test("a slide is analysed after a reload, once one was", async ({ openApp, onTestFinished }) => {
    const { page, url, goOffline } = await openApp({
      expectedConsole: new RegExp(`${SERVER_IS_GONE.source}|${NO_GPU.source}`),
    });
    const analyse = async (name: SmallSlide) => {
      await dropFiles(page, writeSlides(temporaryFolder(onTestFinished), [name]));
      await waitForSlide(page, name);
      await openTab(page, "analyse");
      await findTissue(page);
      await runToEnd(page);
    };
    await page.goto(url);
    await waitUntilStored(page);
    await analyse("b-small.tiff");
    await goOffline();
    await page.reload();
    await waitForApp(page);
    await analyse("a-large.tiff");
  });
});

describe("on a host that sends no isolation headers", () => {
  test("the service worker adds them, and the page shares memory after one reload of its own", async ({ openApp }) => {
    const { page } = await openApp({ isolated: false });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await expect
      .poll(() => page.evaluate(() => crossOriginIsolated).catch(() => false), { timeout: 30_000 })
      .toBe(true);
    await waitForApp(page);
    await page.getByRole("button", { name: words.first.trySample }).click();
    await waitForSlide(page, SAMPLE);
    await page.getByRole("contentinfo").getByText(words.foot.isolated, { exact: true }).waitFor();
  });
});

describe("as an installed app", () => {
  test("Chromium accepts the manifest and hands it slides", async ({ openApp }) => {
    const { page, context } = await openApp();
    await waitUntilStored(page);
    const session = await context.newCDPSession(page);
    const { errors, data } = await session.send("Page.getAppManifest");
    expect(errors).toEqual([]);
    const manifest = JSON.parse(data ?? "{}");
    expect(manifest).toMatchObject({ name: "Coverslip", display: "standalone" });
    const endings = manifest.file_handlers.flatMap((one: { accept: Record<string, string[]> }) =>
      Object.values(one.accept).flat(),
    );
    expect(endings).toEqual(expect.arrayContaining([".svs", ".ndpi", ".mrxs", ".scn", ".bif", ".vms", ".dcm", ".czi"]));
  });
});
