import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { verifySlides } from "./slides.ts";
import { hasTridentAnswers } from "./trident/truth.ts";
import { verifyTrident } from "./trident/verify.ts";

const USAGE = `npm run verify -- FOLDER [--slides FOLDER]... [--out FILE] [--only TEXT] [--not-isolated]
  FOLDER          holds answers of native OpenSlide in FOLDER/expected/<path>.json, beside the slides; or answers of
                  TRIDENT, as its README.md says
  --slides FOLDER where the slides are, if not in FOLDER; for TRIDENT's answers more than once: looked through in order
  --out FILE      writes one JSON row a slide, or a case
  --only TEXT     only slides whose path holds TEXT, or cases whose name does
  --not-isolated  without shared memory, as on a host that sends no isolation headers`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      slides: { type: "string", multiple: true, default: [] },
      only: { type: "string", default: "" },
      "not-isolated": { type: "boolean", default: false },
    },
  });
  const given = positionals[0];
  if (given === undefined || positionals.length > 1) {
    console.error(USAGE);
    return 2;
  }
  const folder = resolve(given);
  const request = {
    folder,
    given,
    slidesFolders: values.slides.map((path) => resolve(path)),
    only: values.only,
    isolated: !values["not-isolated"],
    out: values.out,
  };
  const expected = join(folder, "expected");
  if ((await stat(expected).catch(() => undefined))?.isDirectory()) {
    if (values.slides.length > 1) {
      console.error("Slides with native answers lie in one folder.");
      return 2;
    }
    return verifySlides(request);
  }
  if (await hasTridentAnswers(folder)) return verifyTrident(request);
  console.error(`There is no folder ${expected}, and no answers of TRIDENT in ${folder}: nothing to compare with.`);
  return 2;
}

process.exitCode = await main();
