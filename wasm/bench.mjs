// Times builds against one another, region by region in turn, so that a busy machine slows all of them alike:
//   node wasm/bench.mjs MODULE_FOLDER... [--native PYTHON] [--slides FOLDER] [--rounds N] [--only NAME]
//
// PYTHON must have openslide-python. The cache of decoded tiles is off. Milliseconds per read, median. Our reads include the
// conversion to straight RGBA, native's do not.
import { spawn } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { enterFolder, loadModule, openSlide } from "./instance.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
function option(name, otherwise) {
  const at = args.indexOf(name);
  return at >= 0 ? args.splice(at, 2)[1] : otherwise;
}
const slides = resolve(option("--slides", process.env.COVERSLIP_SLIDES ?? join(here, "../../shared/slides")));
const python = option("--native");
const rounds = Number(option("--rounds", "60"));
const only = option("--only", "");
const folders = args.length > 0 ? args : [join(here, "dist")];

const FILES = [
  { file: "svs/CMU-1-Small-Region.svs", name: "CMU 4:4:4" },
  { file: "tiff/example.tif", name: "example.tif 4:2:0" },
  { file: "svs/tcga-cr-7395-01a-01-ts1.svs", name: "tcga J2K 9/7" },
  { file: "dicom/wsi2dcm-jpeg2000/jpeg2000.dicom", name: "dicom J2K 5/3" },
].filter(({ name }) => name.includes(only));

const NATIVE = `
import ctypes, json, sys, time, openslide
from openslide import lowlevel
slide = None
for line in sys.stdin:
    q = json.loads(line)
    if 'open' in q:
        slide = openslide.OpenSlide(q['open']); slide.set_cache(openslide.OpenSlideCache(0)); print(0, flush=True); continue
    buf = (q['w'] * q['h'] * ctypes.c_uint32)()
    t = time.perf_counter(); lowlevel._read_region(slide._osr, buf, q['x'], q['y'], q['level'], q['w'], q['h'])
    print((time.perf_counter() - t) * 1000, flush=True)
`;

function native() {
  const child = spawn(python, ["-c", NATIVE], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question) => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    return Number((await lines.next()).value);
  };
  return {
    name: "native",
    open: (file) => ask({ open: join(slides, file) }),
    read: (x, y, level, w, h) => ask({ x, y, level, w, h }),
    end: () => child.stdin.end(),
  };
}

async function wasm(folder) {
  const os = await (await loadModule(folder))();
  enterFolder(os, slides);
  let slide = 0;
  const dest = os._malloc(1024 * 1024 * 4);
  return {
    name: folder.split("/").pop(),
    os,
    open(file) {
      if (slide) os._openslide_close(slide);
      ({ slide } = openSlide(os, file));
      os._cs_set_cache(slide, 0);
      return slide;
    },
    read(x, y, level, w, h) {
      const start = performance.now();
      os._cs_read_region(slide, dest, x, y, level, w, h);
      return performance.now() - start;
    },
    end() {},
  };
}

const variants = await Promise.all(folders.map(wasm));
const probe = variants[0];
if (python) variants.unshift(native());
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

let state = 12345;
const random = (n) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * n);
};

console.log(["", ...variants.map((v) => v.name)].join("\t"));
for (const { file, name } of FILES) {
  for (const variant of variants) await variant.open(file);
  const slide = probe.open(file);
  const [w, h] = [probe.os._cs_level_width(slide, 0), probe.os._cs_level_height(slide, 0)];
  const property = (key) =>
    Number(
      probe.os.UTF8ToString(
        probe.os._openslide_get_property_value(slide, probe.os.stringToNewUTF8(`openslide.level[0].${key}`)),
      ),
    );
  const [tw, th] = [property("tile-width"), property("tile-height")];
  for (const kind of ["tile", 256, 512]) {
    const times = variants.map(() => []);
    for (let round = -3; round < rounds; round++) {
      const [rw, rh] = kind === "tile" ? [tw, th] : [kind, kind];
      const x = kind === "tile" ? random(Math.floor(w / tw)) * tw : random(w - rw);
      const y = kind === "tile" ? random(Math.floor(h / th)) * th : random(h - rh);
      for (let i = 0; i < variants.length; i++) {
        const at = (i + round + 3) % variants.length;
        const time = await variants[at].read(x, y, 0, rw, rh);
        if (round >= 0) times[at].push(time);
      }
    }
    const medians = times.map(median);
    console.log(
      [
        `${name} ${kind}`,
        ...medians.map((m) => `${m.toFixed(2)}${python ? ` (${(m / medians[0]).toFixed(2)})` : ""}`),
      ].join("\t"),
    );
  }
}
for (const variant of variants) variant.end();
