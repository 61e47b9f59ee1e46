import { join } from "node:path";
import { describe } from "vitest";
import { dropFiles } from "../support/drop.ts";
import { expect, hasSlides, SLIDES, test, waitForSlide, words } from "./app.ts";

const SAMPLE = "coverslip-sample.tiff";

// Every other end-to-end test ends with the same two looks: `openApp` fails it for a request to any other host.
describe("nothing leaves the origin", () => {
  test("a whole visit asks only its own server, for the app and the sample, by GET and HEAD", async ({ openApp }) => {
    const { page, url, requests, strayRequests } = await openApp();
    await page.getByRole("button", { name: words.first.trySample }).click();
    await waitForSlide(page, SAMPLE);
    await page.keyboard.press("6");
    await page.keyboard.press("?");
    await page.keyboard.press("Escape");
    if (hasSlides) {
      await dropFiles(page, [join(SLIDES, "svs/CMU-1-Small-Region.svs")]);
      await waitForSlide(page, "CMU-1-Small-Region.svs");
      await page.getByRole("button", { name: words.slidePanel.showLabel }).click();
    }
    await page.getByRole("button", { name: words.foot.nothingLeft }).click();
    await page.getByRole("region", { name: words.requests.title }).getByText(SAMPLE).first().waitFor();
    await page.reload();
    await page.goto(url);
    expect(strayRequests).toEqual([]);
    expect(requests.filter((request) => !/^(GET|HEAD) \/[\w./?=&-]*$/.test(request))).toEqual([]);
    expect(requests.join("\n")).not.toContain("CMU-1");
  });

  test("the policy of the page stops a script that tries, and the recorder sees what does get out", async ({
    openApp,
  }) => {
    const { page, context, strayRequests } = await openApp({
      expectedConsole: /content security policy|Content Security Policy|ERR_TUNNEL|Failed to load resource/i,
      expectStray: true,
    });
    const outcome = await page.evaluate(() => fetch("https://slides.example/steal").then(String, String));
    expect(outcome).toContain("TypeError");
    expect(strayRequests.filter((request) => request.startsWith("CONNECT"))).toEqual([]);
    const other = await context.newPage();
    await other.goto("https://slides.example/").catch(() => {});
    expect(strayRequests).toContain("CONNECT slides.example:443");
  });
});
