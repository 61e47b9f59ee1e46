import { basename, join } from "node:path";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { dropFiles } from "../support/drop.ts";
import { REPOSITORY } from "../support/page-build.ts";
import { median } from "./measure.ts";

/** From dropping a local slide on the built app, once it has loaded, to its first pixels on the screen: median, in ms. */
export async function measureFirstPixels(file: string, times: number): Promise<number> {
  const server = await serve(join(REPOSITORY, "dist/app"));
  const browser = await launchChromium({ args: ["--disable-gpu"] });
  const measured: number[] = [];
  try {
    for (let i = 0; i < times; i++) {
      const page = await browser.newPage();
      await page.goto(server.url, { waitUntil: "networkidle" });
      // A first visit keeps the app for later ones, which takes a core or two for a second; it has loaded after that.
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}));
      await page.evaluate(() => {
        addEventListener("drop", () => performance.mark("drop"), { capture: true, once: true });
      });
      await dropFiles(page, [file]);
      await page.waitForFunction(() => performance.getEntriesByName("coverslip:first-pixels").length > 0);
      const [dropped, drawn] = await page.evaluate(() =>
        ["drop", "coverslip:first-pixels"].map((name) => performance.getEntriesByName(name)[0]!.startTime),
      );
      measured.push(drawn! - dropped!);
      await page.close();
    }
  } catch (error) {
    throw new Error(`first pixels of ${basename(file)}`, { cause: error });
  } finally {
    await browser.close();
    await server.close();
  }
  return median(measured);
}
