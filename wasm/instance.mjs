// Makes instances of a built module in Node, for checks and timings, with folders of this machine as their files.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { hostFiles } from "./host-files.mjs";

/** Loads and compiles the module in `folder` once; the function it gives makes instances. */
export async function loadModule(folder) {
  const { default: createOpenSlide } = await import(pathToFileURL(resolve(folder, "openslide.mjs")).href);
  const compiled = await WebAssembly.compile(readFileSync(join(folder, "openslide.wasm")));
  return () =>
    createOpenSlide({
      instantiateWasm: (imports, done) => {
        WebAssembly.instantiate(compiled, imports).then((instance) => done(instance, compiled));
        return {};
      },
      printErr: () => {},
    });
}

/** Shows a folder of this machine, read-only, as the instance's current folder. */
export function enterFolder(os, folder) {
  os.FS.mkdir("/host");
  os.FS.mount(hostFiles(os.FS), { folder }, "/host");
  os.FS.chdir("/host");
}

export const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Calls `use` with a zero-terminated copy of `text`. */
export function withString(os, text, use) {
  const pointer = os.stringToNewUTF8(text);
  try {
    return use(pointer);
  } finally {
    os._free(pointer);
  }
}

/** Calls `use` with fresh memory. */
export function withBytes(os, length, use) {
  const pointer = os._malloc(length);
  try {
    return use(pointer);
  } finally {
    os._free(pointer);
  }
}

/** The text of a slide's error, or null. */
export function errorOf(os, slide) {
  const pointer = os._openslide_get_error(slide);
  return pointer ? os.UTF8ToString(pointer) : null;
}

/** Opens a slide: `{ slide }` or `{ error }`. */
export function openSlide(os, path) {
  const slide = withString(os, path, (pointer) => os._openslide_open(pointer));
  if (!slide) return { slide: 0, error: "Unsupported or missing image file" };
  const error = errorOf(os, slide);
  if (error === null) return { slide, error };
  os._openslide_close(slide);
  return { slide: 0, error };
}

/** The digest of a region's straight RGBA bytes, `{ rgba }`, or `{ error }`, after which the slide is spent. */
export function readRegion(os, slide, x, y, level, width, height) {
  const bytes = width * height * 4;
  return withBytes(os, bytes, (dest) =>
    os._cs_read_region(slide, dest, x, y, level, width, height)
      ? { error: errorOf(os, slide) }
      : { rgba: sha256(os.HEAPU8.subarray(dest, dest + bytes)) },
  );
}
