import { fileURLToPath } from "node:url";
import { createServer, type ViteDevServer } from "vite";

/** Serves the harness page, with the slides of `public/` and the isolation headers. */
export async function serveHarness(): Promise<{ server: ViteDevServer; url: string }> {
  const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
  const server = await createServer({
    configFile: false,
    root: path("."),
    publicDir: path("../../../public"),
    logLevel: "error",
    cacheDir: path("../../../node_modules/.cache/coverslip/viewer-harness"),
    worker: { format: "es" },
    server: {
      port: 0,
      // Someone saving a file must not reload a page that is being measured.
      hmr: false,
      watch: null,
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
      },
      fs: { allow: [path("../../.."), path("../../../../shared/slides")] },
    },
  });
  await server.listen();
  return { server, url: server.resolvedUrls!.local[0]! };
}
