import { join } from "node:path";
import type { CDPSession, Page } from "playwright";
import { describe } from "vitest";
import { FileSink } from "../fixtures/file-sink.ts";
import { encodeJpegTile, type JpegTile } from "../fixtures/jpeg-tile.ts";
import { TiffWriter } from "../fixtures/tiff-writer.ts";
import { dropFiles } from "../support/drop.ts";
import { TabUsage } from "../support/tab-memory.ts";
import { expect, temporaryFolder, test, waitForSlide, waitUntilIdle } from "./app.ts";

const GIB = 2 ** 30;
const SAMPLE = "coverslip-sample.tiff";
const TILE = 256;
const NEAR = [200, 60, 120] as const;
const FAR = [40, 120, 200] as const;

async function flatTile(colour: readonly number[]): Promise<JpegTile> {
  const pixels = new Uint8Array(TILE * TILE * 3);
  for (let at = 0; at < pixels.length; at += 3) pixels.set(colour, at);
  return encodeJpegTile(pixels, TILE, TILE, { quality: 90, layout: "ycbcr420" });
}

/** A pyramid of flat tiles; the right half of level 0 is another colour, and its bytes lie at `farOffset`. */
async function writeSlide(file: string, edge: number, farOffset: number | undefined): Promise<void> {
  const near = await flatTile(NEAR);
  const far = await flatTile(FAR);
  const sink = new FileSink(file);
  const tiff = new TiffWriter(sink, { big: true });
  for (const [index, size] of [edge, edge / 4].entries()) {
    const level = tiff.addDirectory({
      width: size,
      height: size,
      tileWidth: TILE,
      tileHeight: TILE,
      compression: "jpeg",
      photometric: "ycbcr",
      chromaSubsampling: [2, 2],
      jpegTables: near.tables,
      subfileType: index === 0 ? 0 : 1,
    });
    const nearPlace = level.writeTile(0, 0, near.tile);
    const farPlace = index === 0 ? level.writeTile(level.columns - 1, 0, far.tile, farOffset ?? tiff.end) : nearPlace;
    for (let row = 0; row < level.rows; row++) {
      for (let column = 0; column < level.columns; column++) {
        level.placeTile(column, row, column < level.columns / 2 ? nearPlace : farPlace);
      }
    }
  }
  tiff.finish();
  sink.close();
}

async function millisecondsToFirstPixels(page: Page, file: string, name: string): Promise<number> {
  await page.evaluate(() => {
    performance.clearMarks();
    addEventListener("drop", () => performance.mark("drop"), { capture: true, once: true });
  });
  await dropFiles(page, [file]);
  await waitForSlide(page, name);
  return page.evaluate(() => {
    const [drawn] = performance.getEntriesByName("coverslip:first-pixels");
    return drawn!.startTime - performance.getEntriesByName("drop")[0]!.startTime;
  });
}

async function colourInTheMiddle(page: Page): Promise<number[]> {
  const box = (await page.getByRole("application").boundingBox())!;
  const clip = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2), width: 4, height: 4 };
  const png = (await page.screenshot({ clip })).toString("base64");
  return page.evaluate(async (encoded) => {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(4, 4).getContext("2d")!;
    context.drawImage(image, 0, 0);
    return Array.from(context.getImageData(1, 1, 1, 1).data.subarray(0, 3));
  }, png);
}

describe("a slide of 6 GiB", () => {
  test("opens like a small one, and is read right beyond 4 GiB", async ({ openApp, onTestFinished }) => {
    const folder = temporaryFolder(onTestFinished);
    await writeSlide(join(folder, "small.tiff"), 16_384, undefined);
    await writeSlide(join(folder, "large.tiff"), 16_384, 6 * GIB);
    const small: number[] = [];
    const large: number[] = [];
    let page!: Page;
    for (let round = 0; round < 3; round++) {
      for (const [name, times] of [
        ["small.tiff", small],
        ["large.tiff", large],
      ] as const) {
        ({ page } = await openApp());
        await page.waitForTimeout(1500); // the workers are started meanwhile, as they are for a person
        times.push(await millisecondsToFirstPixels(page, join(folder, name), name));
      }
    }
    console.log(`first pixels after the drop: small ${small.map(Math.round)} ms, 6 GiB ${large.map(Math.round)} ms`);
    expect(Math.min(...large)).toBeLessThan(Math.min(...small) * 2 + 200);

    // As large as it gets, just left of the middle, where the colours meet.
    await page.keyboard.press("7");
    await waitUntilIdle(page);
    await page.keyboard.press("ArrowRight");
    await waitUntilIdle(page);
    await expect.poll(async () => distance(await colourInTheMiddle(page), FAR)).toBeLessThan(6);
    for (let presses = 0; presses < 3; presses++) await page.keyboard.press("ArrowLeft");
    await waitUntilIdle(page);
    await expect.poll(async () => distance(await colourInTheMiddle(page), NEAR)).toBeLessThan(6);
  });
});

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, channel) => Math.abs(value - b[channel]!)));
}

async function heapAfterCollecting(
  session: CDPSession,
): Promise<{ usedBytes: number; nodes: number; listeners: number }> {
  for (let times = 0; times < 3; times++) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes, jsEventListeners } = await session.send("Memory.getDOMCounters");
  return { usedBytes: usedSize, nodes, listeners: jsEventListeners };
}

describe("a long look at a slide", () => {
  test("panning 1,000 views for a minute stays below 1 GiB and leaks nothing", { timeout: 400_000 }, async ({
    openApp,
  }) => {
    const { page, context, url } = await openApp();
    await page.goto(`${url}?sample#x=10240&y=7680&d=1`);
    await waitForSlide(page, SAMPLE);
    const session = await context.newCDPSession(page);
    const usage = await TabUsage.of(context.browser()!);
    const keys = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowRight"];
    let peakBytes = 0;
    const pan = async (views: number) => {
      for (let pressed = 0; pressed < views; pressed++) {
        await page.keyboard.press(keys[Math.floor(pressed / 8) % keys.length]!);
        await page.waitForTimeout(50);
        if (pressed % 50 === 0) peakBytes = Math.max(peakBytes, await usage.bytes());
      }
      await waitUntilIdle(page);
    };
    await pan(200); // caches filled, code compiled
    const before = await heapAfterCollecting(session);
    await pan(1000);
    const after = await heapAfterCollecting(session);
    console.log(
      `panning 1,200 views: tab at most ${Math.round(peakBytes / 1e6)} MB; heap ${Math.round(before.usedBytes / 1e5) / 10} MB, then ${Math.round(after.usedBytes / 1e5) / 10} MB`,
    );
    expect(peakBytes).toBeLessThan(GIB);
    expect(after.usedBytes - before.usedBytes).toBeLessThan(4e6);
    expect(after.nodes - before.nodes).toBeLessThan(200);
    expect(after.listeners - before.listeners).toBeLessThan(20);
  });
});
