// @ts-check
import { join } from "node:path";
import { serve } from "./serve.mjs";
import { ROOT, runScript, setUp } from "./setup.mjs";

const FIRST_PORT = 4173;

await runScript(async () => {
  const began = Date.now();
  const done = await setUp({ after: 1 });
  const { url } = await serve(join(ROOT, "dist/app"), { port: FIRST_PORT });
  console.log(`[${done + 1}/${done + 1}] serving, ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  console.log(`\nCoverslip is at ${url}   (Ctrl+C ends it)`);
});
