import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright";
import { test as base, expect } from "vitest";
import { type StaticServer, serve } from "../../.scripts/serve.mjs";
import { words } from "../../src/app/words.ts";
import { launchChromium } from "../support/chromium.ts";
import { REPOSITORY } from "../support/page-build.ts";

export { expect, words };

/** The built app; another build than that of `npm run build` can be named. */
const APP = process.env.COVERSLIP_APP ?? join(REPOSITORY, "dist/app");
/** Real slides; tests that need them are skipped where they are not. */
export const SLIDES = process.env.COVERSLIP_SLIDES ?? join(REPOSITORY, "../shared/slides");
export const hasSlides = existsSync(SLIDES);
if (!hasSlides) console.log(`Tests with real slides are skipped: there is no ${SLIDES} (set COVERSLIP_SLIDES).`);

export interface AppOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly theme?: "light" | "dark";
  readonly touch?: boolean;
  /** Default true; false: as on a host that sends no isolation headers. */
  readonly isolated?: boolean;
  /** Runs in the page before anything of the app does. */
  readonly before?: () => void;
  /** More switches for Chromium. */
  readonly args?: readonly string[];
  /** This test asks another host on purpose. */
  readonly expectStray?: boolean;
  /** Console output that this test provokes. */
  readonly expectedConsole?: RegExp;
}

/** The built app in a browser of its own, with everything it asks for written down. */
export interface App {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly url: string;
  /** Every request that reached for another host, whoever in the browser made it. */
  readonly strayRequests: readonly string[];
  /** Every request to the app's own server, as "GET /path". */
  readonly requests: readonly string[];
  /** Ends the server: the cable is pulled. */
  goOffline(): Promise<void>;
}

// playwright then tells the requests of service workers as well.
process.env.PW_EXPERIMENTAL_SERVICE_WORKER_NETWORK_EVENTS = "1";

/**
 * A test gets `openApp`. What it opened is closed behind it, and must not have written to the console, thrown, broken
 * the content security policy, or asked any other host for anything.
 */
export const test = base.extend<{ openApp: (options?: AppOptions) => Promise<App> }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures it depends on here
  openApp: async ({}, use) => {
    const opened: (() => Promise<void>)[] = [];
    await use(async (options = {}) => {
      const { app, close } = await start(options);
      opened.push(close);
      return app;
    });
    for (const close of opened) await close();
  },
});

async function start(options: AppOptions): Promise<{ app: App; close: () => Promise<void> }> {
  if (!existsSync(join(APP, "index.html"))) throw new Error("dist/app is missing: npm run build first");
  const requests: string[] = [];
  const strayRequests: string[] = [];
  const complaints: string[] = [];
  const isolated = options.isolated ?? true;
  const server = await serve(APP, { isolated, onRequest: (method, url) => requests.push(`${method} ${url}`) });
  const proxy = await startRecordingProxy(strayRequests);
  const browser = await launchChromium({
    args: [...(options.args ?? [])],
    // Everything but localhost goes to the recorder: service workers and the browser itself included.
    proxy: { server: proxy.url, bypass: "localhost" },
  });
  const context = await browser.newContext({
    viewport: options.viewport ?? { width: 1440, height: 900 },
    colorScheme: options.theme ?? "dark",
    hasTouch: options.touch ?? false,
    isMobile: options.touch ?? false,
    locale: "en-GB",
  });
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== new URL(server.url).origin) strayRequests.push(request.url());
  });
  const page = await context.newPage();
  if (options.before) await page.addInitScript(options.before);
  page.on("console", (message) => {
    if (message.type() !== "warning" && message.type() !== "error") return;
    if (!options.expectedConsole?.test(message.text())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.stack ?? error.message}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`content security policy: ${event.violatedDirective} stopped ${event.blockedURI}`);
    });
  });
  await page.goto(server.url);
  await waitForApp(page);
  const app: App = { page, context, url: server.url, requests, strayRequests, goOffline: () => server.close() };
  return {
    app,
    async close() {
      await stop(browser, server);
      await proxy.close();
      expect(complaints, "console output, errors and policy violations").toEqual([]);
      if (!options.expectStray) expect(strayRequests, "requests to other hosts").toEqual([]);
    },
  };
}

async function stop(browser: Browser, server: StaticServer): Promise<void> {
  await browser.close();
  await server.close();
}

async function startRecordingProxy(record: string[]): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (!isBrowsersOwn(request.url)) record.push(`${request.method} ${request.url}`);
    response.writeHead(403).end();
  });
  server.on("connect", (request, socket) => {
    if (!isBrowsersOwn(request.url)) record.push(`CONNECT ${request.url}`);
    // The browser may hang up before it has its answer.
    socket.on("error", () => {});
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port for the recorder");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((done) => server.close(() => done()).closeAllConnections()),
  };
}

/**
 * Chromium itself asks its maker for updates and the like, whatever page is open. What a page, worker or service
 * worker asks for is recorded by playwright too, whichever host it is.
 */
function isBrowsersOwn(url = ""): boolean {
  return /^(https?:\/\/)?[\w-]+\.(google|googleapis|gstatic)\.com[:/]/.test(url);
}

/** Waits until the page listens: the drawing surface is made in the same breath. */
export async function waitForApp(page: Page): Promise<void> {
  await page.locator("main canvas").first().waitFor({ state: "attached" });
}

/** Waits until the slide of that name is shown and none of its tiles is awaited. */
export async function waitForSlide(page: Page, name: string): Promise<void> {
  await page.getByRole("application", { name: words.pane.slide(name) }).waitFor({ timeout: 30_000 });
  await page.waitForFunction(() => performance.getEntriesByName("coverslip:first-pixels").length > 0);
  await waitUntilIdle(page);
}

/** Waits until the foot says that nothing is being read. On a phone the foot is in the sheet: there, a moment. */
export async function waitUntilIdle(page: Page): Promise<void> {
  const foot = page.getByRole("contentinfo", { name: words.foot.label });
  if (await foot.isVisible()) await foot.getByText(words.foot.idle, { exact: true }).waitFor({ timeout: 30_000 });
}

/** How many clearly different colours the middle of the slide pane shows: an empty pane has one. */
export async function coloursShown(page: Page): Promise<number> {
  const box = await page.getByRole("application").boundingBox();
  if (!box) throw new Error("no slide pane");
  const clip = { x: box.x + box.width / 4, y: box.y + box.height / 4, width: box.width / 2, height: box.height / 2 };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 4) {
      seen.add(((data[at]! >> 4) << 8) | ((data[at + 1]! >> 4) << 4) | (data[at + 2]! >> 4));
    }
    return seen.size;
  }, png);
}

/** The browser's own dialogues cannot be answered by a test: without them the app uses a plain file input, which can. */
export function withoutPickers(): void {
  Reflect.deleteProperty(window, "showOpenFilePicker");
  Reflect.deleteProperty(window, "showDirectoryPicker");
}

/** A folder that is gone after the test. */
export function temporaryFolder(onTestFinished: (clean: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "coverslip-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
