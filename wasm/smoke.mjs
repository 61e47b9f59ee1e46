// The last step of build.sh: opens OpenSlide's built-in synthetic slide and compares it with native. node smoke.mjs FOLDER
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

// Premultiplied BGRA, as native openslide_read_region() writes it.
const QUICKHASH = "df61b6c2860ef5864fa03231d73a8aaf2026310f43283ec56e5f4fb7b7b05eca";
const PIXELS = "5620aa377dbf7764449a66724eb6aaa32906e134772aaf65bf44ff8935903cf7";

const folder = resolve(process.argv[2]);
const { default: createOpenSlide } = await import(pathToFileURL(`${folder}/openslide.mjs`).href);
const slides = await createOpenSlide({
  preRun: [(module) => Object.assign(module.ENV, { OPENSLIDE_DEBUG: "synthetic" })],
});

function check(what, found, expected) {
  if (found !== expected) throw new Error(`${what}: found ${found}, expected ${expected}`);
}

check("version", slides.UTF8ToString(slides._openslide_get_version()), "4.0.1");
const slide = slides._openslide_open(slides.stringToNewUTF8(""));
check("error", slides._openslide_get_error(slide), 0);
const property = slides._openslide_get_property_value(slide, slides.stringToNewUTF8("openslide.quickhash-1"));
check("quickhash-1", slides.UTF8ToString(property), QUICKHASH);

const width = slides._cs_level_width(slide, 0);
const height = slides._cs_level_height(slide, 0);
check("size", `${width} x ${height}`, "176 x 16");
const bytes = width * height * 4;
const pixels = slides._malloc(bytes);
check("read", slides._cs_read_region(slide, pixels, 0, 0, 0, width, height), 0);
// Every pixel of the synthetic slide is opaque or empty, so swapping red and blue gives back what OpenSlide wrote.
const rgba = slides.HEAPU8.slice(pixels, pixels + bytes);
for (let i = 0; i < bytes; i += 4) [rgba[i], rgba[i + 2]] = [rgba[i + 2], rgba[i]];
check("pixels", createHash("sha256").update(rgba).digest("hex"), PIXELS);
console.log("smoke test passed");
