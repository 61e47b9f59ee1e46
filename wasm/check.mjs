// Compares the built module with native OpenSlide's recorded answers: node wasm/check.mjs [MODULE_FOLDER] [--slides FOLDER]
//
// Every slide of the shared set: vendor, refusals with their texts, properties, levels, ICC profiles, associated images,
// sampled regions, and every 512 px block of every level (expected/blocks.json). Exits 1 on any difference but the known.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { enterFolder, errorOf, loadModule, openSlide, readRegion, sha256, withBytes, withString } from "./instance.mjs";

/** libwebp is not in the source distribution, so these two do not open. */
const KNOWN = new Set(["tiff/sparse.tiff", "tiff/usda_naip_256_webp_z3.tif"]);

/** Compares everything; gives how much was compared and a line for each difference. */
export async function checkSlides(moduleFolder, slides) {
  const makeInstance = await loadModule(moduleFolder);
  const tally = { files: 0, comparisons: 0, blocks: 0, known: 0, differences: [] };
  let os;
  const restart = async () => {
    os = await makeInstance();
    enterFolder(os, slides);
  };
  await restart();
  const compare = (file, what, found, expected) => {
    tally.comparisons++;
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
    if (KNOWN.has(file)) tally.known++;
    else tally.differences.push(`${file}: ${what}: found ${brief(found)}, expected ${brief(expected)}`);
  };
  // A trap is a difference, and spoils the instance.
  const guarded = async (file, check) => {
    try {
      check();
    } catch (error) {
      compare(file, "trap", String(error), null);
      await restart();
    }
  };
  for (const { file, openslide } of expectedFiles(join(slides, "expected"))) {
    tally.files++;
    await guarded(file, () =>
      checkFile(os, file, openslide, (what, found, expected) => compare(file, what, found, expected)),
    );
  }
  const { block, slides: blocks } = JSON.parse(readFileSync(join(slides, "expected/blocks.json"), "utf8"));
  for (const [file, levels] of Object.entries(blocks))
    await guarded(file, () => {
      tally.blocks += checkBlocks(os, file, block, levels, (what, found, expected) =>
        compare(file, what, found, expected),
      );
    });
  return tally;
}

const brief = (value) => JSON.stringify(value)?.slice(0, 200);
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

function* expectedFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* expectedFiles(path);
    else if (entry.name !== "blocks.json") {
      const document = JSON.parse(readFileSync(path, "utf8"));
      for (const one of document.files ?? [document]) if (one.openslide) yield one;
    }
  }
}

function namesAt(os, list) {
  const found = [];
  for (let p = list >> 2; os.HEAPU32[p]; p++) found.push(os.UTF8ToString(os.HEAPU32[p]));
  return found;
}

function checkFile(os, file, expected, compare) {
  const vendor = withString(os, file, (p) => os._openslide_detect_vendor(p));
  compare("vendor", vendor ? os.UTF8ToString(vendor) : null, expected.detect_format);
  let { slide, error } = openSlide(os, file);
  compare("refusal", error, expected.opens ? null : expected.error);
  if (!slide) return;
  if (!expected.opens) return os._openslide_close(slide);
  const reopenAfterError = () => {
    if (errorOf(os, slide) === null) return;
    os._openslide_close(slide);
    ({ slide } = openSlide(os, file));
  };
  checkFacts(os, slide, expected, compare);
  if (!expected.icc_error)
    checkIcc(
      os,
      "slide",
      os._cs_icc_size(slide),
      (dest) => os._cs_read_icc(slide, dest),
      expected.icc_profile,
      compare,
    );
  const images = namesAt(os, os._openslide_get_associated_image_names(slide));
  compare("associated images", images.sort(), Object.keys(expected.associated_images).sort());
  for (const [name, image] of Object.entries(expected.associated_images)) {
    checkAssociated(os, slide, name, image, compare);
    reopenAfterError();
  }
  for (const { kind, location, level, size, error: wanted, rgba_sha256 } of expected.regions) {
    const got = readRegion(os, slide, ...location, level, ...size);
    compare(`region ${kind}`, got.error ?? got.rgba, wanted ?? rgba_sha256);
    reopenAfterError();
  }
  os._openslide_close(slide);
}

function checkFacts(os, slide, expected, compare) {
  const levels = Array.from({ length: os._openslide_get_level_count(slide) }, (_, i) => i);
  const sizes = levels.map((i) => [os._cs_level_width(slide, i), os._cs_level_height(slide, i)]);
  compare("levels", sizes, expected.level_dimensions);
  compare(
    "downsamples",
    levels.map((i) => os._openslide_get_level_downsample(slide, i)),
    expected.level_downsamples,
  );
  for (const [downsample, level] of Object.entries(expected.best_level_for_downsample)) {
    const best = os._openslide_get_best_level_for_downsample(slide, Number(downsample));
    compare(`best level for ${downsample}`, best, level);
  }
  const propertyValue = (name) =>
    os.UTF8ToString(withString(os, name, (p) => os._openslide_get_property_value(slide, p)));
  const names = namesAt(os, os._openslide_get_property_names(slide));
  compare(
    "properties",
    sorted(Object.fromEntries(names.map((name) => [name, propertyValue(name)]))),
    sorted(expected.properties),
  );
}

function checkIcc(os, what, size, read, expected, compare) {
  compare(`${what} ICC length`, size, expected?.length ?? 0);
  if (!expected || size !== expected.length) return;
  withBytes(os, size, (dest) => {
    compare(`${what} ICC read`, read(dest), 0);
    compare(`${what} ICC bytes`, sha256(os.HEAPU8.subarray(dest, dest + size)), expected.sha256);
  });
}

function checkAssociated(os, slide, name, expected, compare) {
  withString(os, name, (pointer) =>
    withBytes(os, 16, (wh) => {
      const failed = os._cs_associated_size(slide, pointer, wh);
      const [w, h] = [os.HEAPF64[wh >> 3], os.HEAPF64[(wh >> 3) + 1]];
      if (!expected.error) compare(`${name} size`, [failed, w, h], [0, ...expected.size]);
      if (failed) return;
      withBytes(os, w * h * 4, (dest) => {
        const status = os._cs_read_associated(slide, pointer, dest);
        compare(`${name} error`, status ? errorOf(os, slide) : null, expected.error ?? null);
        if (!status)
          compare(`${name} pixels`, sha256(os.HEAPU8.subarray(dest, dest + w * h * 4)), expected.rgba_sha256);
      });
      if (expected.error) return;
      const size = os._cs_associated_icc_size(slide, pointer);
      const read = (dest) => os._cs_read_associated_icc(slide, pointer, dest);
      checkIcc(os, name, size, read, expected.icc_profile, compare);
    }),
  );
}

/** Reads as make_blocks.py of the shared slides does, up to the first error; gives how many blocks. */
function checkBlocks(os, file, block, levels, compare) {
  const { slide, error } = openSlide(os, file);
  if (!slide) {
    compare("blocks", error, null);
    return 0;
  }
  let count = 0;
  let failed = false;
  for (const [key, { rgba }] of Object.entries(levels)) {
    const level = Number(key);
    const [w, h] = [os._cs_level_width(slide, level), os._cs_level_height(slide, level)];
    const scale = os._openslide_get_level_downsample(slide, level);
    let at = 0;
    for (let y = 0; y < h && !failed; y += block)
      for (let x = 0; x < w && !failed; x += block) {
        const [bw, bh] = [Math.min(block, w - x), Math.min(block, h - y)];
        const got = readRegion(os, slide, Math.trunc(x * scale), Math.trunc(y * scale), level, bw, bh);
        failed = got.error !== undefined;
        compare(`level ${level} block ${x},${y}`, failed ? "error   " : got.rgba.slice(0, 8), rgba.slice(at, at + 8));
        at += 8;
        count++;
      }
    if (failed) break;
  }
  os._openslide_close(slide);
  return count;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const here = dirname(fileURLToPath(import.meta.url));
  const args = process.argv.slice(2);
  const option = args.indexOf("--slides");
  const given = option >= 0 ? args.splice(option, 2)[1] : process.env.COVERSLIP_SLIDES;
  const slides = resolve(given ?? join(here, "../../shared/slides"));
  if (!existsSync(join(slides, "expected/blocks.json"))) {
    console.log(`skipped: no slides with recorded answers at ${slides}`);
  } else {
    const started = performance.now();
    const tally = await checkSlides(resolve(args[0] ?? join(here, "dist")), slides);
    for (const line of tally.differences.slice(0, 40)) console.log(line);
    const { files, blocks, comparisons, known, differences } = tally;
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(
      `${files} files, ${blocks} blocks: ${comparisons} comparisons, ${differences.length} differences, ${known} known, ${seconds} s`,
    );
    process.exitCode = differences.length > 0 ? 1 : 0;
  }
}
