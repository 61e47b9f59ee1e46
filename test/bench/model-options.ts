import { cpus, loadavg } from "node:os";
import { serve } from "../../.scripts/serve.mjs";
import { launchChromium } from "../support/chromium.ts";
import { buildTestPage } from "../support/page-build.ts";
import type { Trial } from "./model-options.worker.ts";

/**
 * Times the built-in encoder in Chromium under the runtime's options: `npx tsx test/bench/model-options.ts [rounds]`.
 * What src/models uses was chosen by this; nothing is asserted.
 */

const USED = { threads: 1, batch: 8, spinning: false, optimisation: "all" } as const;
const TRIALS: readonly Omit<Trial, "model" | "rounds">[] = [
  ...[1, 2, 4, 8, 16].map((batch) => ({ ...USED, batch })),
  ...[1, 4, 8].flatMap((batch) => [false, true].map((spinning) => ({ ...USED, threads: 2, batch, spinning }))),
  ...(["basic", "disabled"] as const).map((optimisation) => ({ ...USED, optimisation })),
];

const rounds = Number(process.argv[2] ?? 5);
const server = await serve(await buildTestPage("test/bench/model-options.html"));
const browser = await launchChromium({ args: ["--disable-gpu"] });
const page = await browser.newPage();
await page.goto(`${server.url}model-options.html`);
console.log(`Chromium ${browser.version()}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${rounds} rounds`);
for (const trial of TRIALS) {
  const times = await page.evaluate((options) => modelOptionsBench.run(options), { ...trial, rounds });
  times.sort((a, b) => a - b);
  const [best, median] = [times[0]!, times[times.length >> 1]!].map((ms) => ms.toFixed(2));
  const { threads, batch, spinning, optimisation } = trial;
  const how = `threads ${threads}, batch ${batch}, spinning ${spinning ? "on" : "off"}, optimisation ${optimisation}`;
  console.log(`${best} ms a patch at best, ${median} median   ${how}   (load ${loadavg()[0]!.toFixed(1)})`);
}
await browser.close();
await server.close();
