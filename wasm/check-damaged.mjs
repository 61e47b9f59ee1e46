// Compares the built module with native OpenSlide on damaged slides, pixels and error texts:
//   node wasm/check-damaged.mjs [MODULE_FOLDER] [--slides FOLDER] [--answers JSON]
//
// The answers come from test/parity/openslide/make_damaged.py; damage() there and here must stay the same.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadModule, openSlide, readRegion } from "./instance.mjs";

/** Marsaglia's xorshift32. */
function randomFrom(seed) {
  let x = (Math.imul(seed, 2654435761) + 1) >>> 0 || 1;
  return (n) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % n;
  };
}

function damage(data, { seed, flips, start }) {
  const below = randomFrom(seed);
  for (let i = 0; i < flips; i++) {
    const at = start + below(data.length - start);
    data[at] ^= 1 << below(8);
  }
}

/** The files of a slide by path: for DICOM its whole folder; of one that was made, what the answers hold. */
function filesOf(slides, { slide, made }) {
  const folder = dirname(slide);
  if (made) {
    return Object.entries(made).map(([name, data]) => [
      `${folder}/${name}`,
      new Uint8Array(Buffer.from(data, "base64")),
    ]);
  }
  const paths = slide.startsWith("dicom/")
    ? readdirSync(join(slides, folder)).map((name) => `${folder}/${name}`)
    : [slide];
  return paths.map((path) => [path, new Uint8Array(readFileSync(join(slides, path)))]);
}

async function answer(makeInstance, slides, damaged, tiles) {
  const os = await makeInstance();
  os.FS.mkdirTree("/damaged");
  os.FS.chdir("/damaged");
  for (const [name, data] of filesOf(slides, damaged)) {
    if (name === damaged.slide) damage(data, damaged);
    os.FS.mkdirTree(`/damaged/${dirname(name)}`);
    os.FS.writeFile(`/damaged/${name}`, data, { canOwn: true });
  }
  const out = [];
  let { slide, error } = openSlide(os, damaged.slide);
  for (const [level, x, y, w, h] of tiles) {
    if (!slide) return [`!${error}`];
    const got = readRegion(os, slide, x, y, level, w, h);
    out.push(got.error === undefined ? got.rgba.slice(0, 8) : `!${got.error}`);
    if (got.error === undefined) continue;
    os._openslide_close(slide);
    ({ slide, error } = openSlide(os, damaged.slide));
  }
  return out;
}

/** Compares every recorded case; gives how many answers and a line for each difference. */
export async function checkDamaged(moduleFolder, slides, answersFile) {
  const makeInstance = await loadModule(moduleFolder);
  const { cases } = JSON.parse(readFileSync(answersFile, "utf8"));
  const tally = { cases: cases.length, answers: 0, differences: [] };
  for (const damaged of cases) {
    const tiles = damaged.tiles.split("\n").map((line) => line.split(" ").map(Number));
    const expectedAnswers = damaged.answers.split("\n");
    const found = await answer(makeInstance, slides, damaged, tiles).catch((failure) => [`trap: ${failure}`]);
    tally.answers += expectedAnswers.length;
    expectedAnswers.forEach((expected, i) => {
      if (expected === "?" || found[i] === expected) return; // "?": native's own answer varies
      tally.differences.push(
        `${damaged.slide} seed ${damaged.seed} [${tiles[i]}]: found ${found[i]}, expected ${expected}`,
      );
    });
  }
  return tally;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const here = dirname(fileURLToPath(import.meta.url));
  const args = process.argv.slice(2);
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at >= 0 ? args.splice(at, 2)[1] : otherwise;
  };
  const slides = resolve(option("--slides", process.env.COVERSLIP_SLIDES ?? join(here, "../../shared/slides")));
  const answers = option("--answers", join(here, "../test/parity/openslide/damaged.json"));
  if (!existsSync(slides)) {
    console.log(`skipped: no slides at ${slides}`);
  } else {
    const tally = await checkDamaged(resolve(args[0] ?? join(here, "dist")), slides, answers);
    for (const line of tally.differences.slice(0, 40)) console.log(line);
    console.log(`${tally.cases} damaged slides: ${tally.answers} answers, ${tally.differences.length} differences`);
    process.exitCode = tally.differences.length > 0 ? 1 : 0;
  }
}
