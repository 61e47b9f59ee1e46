import { readAll, specFromDisk } from "#bytes";
import type { OpenSlideModule } from "../../../wasm/dist/openslide.mjs";

/** Where the module is served; a file of its own that can be replaced (LGPL). */
const WASM_URL = new URL("../../../wasm/dist/openslide.wasm", import.meta.url);

/** Compiles OpenSlide once; the result is posted to every worker. */
export async function compileOpenSlide(): Promise<WebAssembly.Module> {
  if (WASM_URL.protocol === "file:") {
    // On Windows the path of a file URL has a slash before its drive.
    const path = decodeURIComponent(WASM_URL.pathname).replace(/^\/(?=[A-Za-z]:)/, "");
    return WebAssembly.compile(await readAll(specFromDisk(path)));
  }
  const response = await fetch(WASM_URL);
  if (!response.ok) throw new Error(`${WASM_URL.pathname}: HTTP ${response.status}`);
  // A static host that does not know the type makes compileStreaming refuse.
  return response.headers.get("Content-Type")?.startsWith("application/wasm")
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}

/** A fresh instance of OpenSlide with its own memory. */
export async function instantiateOpenSlide(compiled: WebAssembly.Module): Promise<OpenSlideModule> {
  // Loaded here and not with the page: with workers, the page itself never instantiates anything.
  const { default: createOpenSlide } = await import("../../../wasm/dist/openslide.mjs");
  return createOpenSlide({
    instantiateWasm(imports, receive) {
      WebAssembly.instantiate(compiled, imports).then((instance) => receive(instance, compiled));
      return {};
    },
    // OpenSlide and GLib complain on standard error before they fail; the failure itself carries the message.
    print: () => {},
    printErr: () => {},
  });
}

export type { OpenSlideModule };
