import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import type { Plugin, UserConfig } from "vite";
import { defaultClientConditions } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { defineConfig } from "vitest/config";
import { CHROMIUM_ARGS, findChromium } from "./.scripts/chromium.mjs";
import { ISOLATION_HEADERS } from "./.scripts/headers.mjs";
import { createNotices } from "./.scripts/notices.mjs";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** onnxruntime's script without its wasm glue inside: that is a file of its own, of which there need not be two. */
const ONNX_RUNTIME = {
  resolve: { conditions: ["onnxruntime-web-use-extern-wasm", ...defaultClientConditions] },
  // Vite's bundled dependencies lose sight of the files beside them.
  optimizeDeps: { exclude: ["onnxruntime-web"] },
};

/** Three builds in one file: the app (default), the library (`--mode lib`), and the vitest projects. */
export default defineConfig(async ({ mode }) => {
  if (mode === "lib") return library;
  if (process.env.VITEST) return tests;
  return app();
});

async function app(): Promise<UserConfig> {
  // The service worker is built after the page.
  const notices = createNotices(path("."), [
    "workbox-core",
    "workbox-precaching",
    "workbox-routing",
    "workbox-strategies",
  ]);
  return {
    ...ONNX_RUNTIME,
    root: path("src/app"),
    publicDir: path("public"),
    base: "./",
    plugins: [react(), devStyles, notices.ofPage, await offline()],
    worker: { format: "es", plugins: () => [notices.ofWorkers] },
    server: { headers: ISOLATION_HEADERS, fs: { allow: [path(".")] } },
    preview: { headers: ISOLATION_HEADERS },
    build: {
      outDir: path("dist/app"),
      emptyOutDir: true,
      target: "es2023",
      // Nothing is inlined: the content security policy allows no data: scripts, workers or fonts.
      assetsInlineLimit: 0,
    },
  };
}

/** The development server puts styles into the page, which the content security policy of the built app forbids. */
const devStyles: Plugin = {
  name: "dev-styles",
  apply: "serve",
  transformIndexHtml: (html) => html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
};

async function offline() {
  // Only the app knows how it wants to be called and which files it opens.
  const { manifest } = await import("./src/app/offline/manifest.ts");
  return VitePWA({
    strategies: "injectManifest",
    srcDir: "../../workers",
    filename: "service-worker.ts",
    injectRegister: false,
    manifest,
    injectManifest: {
      // No webmanifest here: the plugin adds it, and an entry that stands twice keeps the worker from installing.
      globPatterns: ["**/*.{html,js,mjs,css,wasm,svg,png,ico,woff2}"],
      // The runtime of models is 27 MB that most visits never need: kept when it is first used (offline-service.ts).
      globIgnores: ["sample/**", "assets/ort-*.{mjs,wasm}"],
      maximumFileSizeToCacheInBytes: 32 * 1024 * 1024,
    },
  });
}

/**
 * Takes out of the library what only pages of Vite's own can be made of, so that every bundler reads its modules as if they had
 * been written by hand: `new URL("./file", import.meta.url)` for each worker and file, and nothing of Node's that is imported.
 */
const forBundlers: Plugin = {
  name: "coverslip:for-bundlers",
  enforce: "pre",
  // Vite's own announces files before an import, and cannot stand in a page beside the helper of the Vite that builds that.
  load: (id) => (id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : undefined),
  transform: (code) =>
    code
      // Vite would put an empty stub in place of the import; webpack and esbuild refuse it.
      .replaceAll(/await import\("(node:\w+)"\)/g, 'globalThis.process.getBuiltinModule("$1")')
      // How onnxruntime calls itself under webpack; there is no file of that name here.
      .replaceAll(/new \w+\("ort\.webgpu\.min\.mjs", ?import\.meta\.url\)\.href/g, "import.meta.url"),
  generateBundle: {
    order: "post",
    handler(_, bundle) {
      for (const output of Object.values(bundle)) {
        if (output.type !== "chunk") continue;
        output.code = output.code
          .replaceAll(/, \[\], import\.meta\.url\)/g, ")")
          .replaceAll("__vitePreload", "loadPart")
          .replaceAll(VITE_URL, 'new URL("./$1", import.meta.url)');
      }
    },
  },
};

/** A file's address as Vite writes it, which other bundlers, and Vite itself, do not take for one. */
const VITE_URL =
  /new URL\(\s*(?:\/\* @vite-ignore \*\/\s*)?new URL\("([^"]+)", import\.meta\.url\)\.href,\s*"" \+ import\.meta\.url\s*\)/g;

const libraryNotices = createNotices(path("."));

const library: UserConfig = {
  ...ONNX_RUNTIME,
  root: path("."),
  publicDir: false,
  // Relative to each file, so that the folder works wherever a server, a bundler or Node finds it.
  base: "./",
  plugins: [forBundlers, libraryNotices.ofPage],
  worker: {
    format: "es",
    plugins: () => [forBundlers, libraryNotices.ofWorkers],
    rolldownOptions: {
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
  build: {
    outDir: path("dist/lib"),
    emptyOutDir: true,
    target: "es2023",
    minify: false,
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: {
        index: path("src/index.ts"),
        slide: path("src/slide/index.ts"),
        viewer: path("src/viewer/index.ts"),
        pipeline: path("src/pipeline/index.ts"),
        models: path("src/models/index.ts"),
        storage: path("src/storage/index.ts"),
      },
      preserveEntrySignatures: "strict",
      // No hashes: openslide.wasm (LGPL parts inside) can be replaced by one's own build under the same name.
      output: {
        entryFileNames: "[name].js",
        chunkFileNames: "[name].js",
        assetFileNames: "[name][extname]",
      },
    },
  },
};

/** A file on each core, in threads: vitest would leave one core idle, and start a process for each file. */
const ALL_CORES = { pool: "threads", maxWorkers: "100%" } as const;

/** End-to-end tests that look at how long things take, how much memory they want, or what is left after a crash: beside no others. */
const ALONE = ["test/e2e/{endurance,resume}.test.ts"];
const E2E = {
  environment: "node",
  setupFiles: ["test/support/console-guard.ts"],
  // As long as playwright waits by itself; vitest would give up after a second.
  expect: { poll: { timeout: 30_000 } },
  testTimeout: 120_000,
  hookTimeout: 60_000,
};

const tests = {
  root: path("."),
  publicDir: false as const,
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          include: ["test/unit/**/*.test.ts"],
          ...ALL_CORES,
          setupFiles: ["test/support/console-guard.ts"],
          // Seconds of work for some, beside another file's.
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "parity",
          environment: "node",
          include: ["test/parity/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts"],
          ...ALL_CORES,
          setupFiles: ["test/support/console-guard.ts"],
          testTimeout: 60_000,
        },
      },
      // Two browsers at a time.
      {
        test: { ...E2E, name: "e2e", include: ["test/e2e/**/*.test.ts"], exclude: ALONE, maxWorkers: 2 },
      },
      {
        test: { ...E2E, name: "e2e-alone", include: ALONE, maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        plugins: [react()],
        publicDir: path("public"),
        resolve: ONNX_RUNTIME.resolve,
        worker: { format: "es" as const },
        server: { headers: ISOLATION_HEADERS, fs: { allow: [path(".")] } },
        // A dependency first seen while tests run makes Vite reload the page in the middle of one.
        optimizeDeps: {
          ...ONNX_RUNTIME.optimizeDeps,
          include: [
            "@noble/hashes/sha2.js",
            "comlink",
            "geos-wasm",
            "h5wasm",
            "react",
            "react-dom",
            "react-dom/client",
            "react/jsx-runtime",
            "react/jsx-dev-runtime",
            "react-aria-components",
            "lucide-react",
            "@tanstack/react-virtual",
            "@use-gesture/vanilla",
            "zustand",
            "zustand/vanilla",
            "zustand/middleware",
            "axe-core",
          ],
        },
        test: {
          name: "browser",
          include: ["test/browser/**/*.browser.test.{ts,tsx}", "test/parity/**/*.browser.test.ts"],
          setupFiles: ["test/support/console-guard.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                executablePath: findChromium(),
                // WebGPU by software, for the models.
                args: [...CHROMIUM_ARGS, "--enable-unsafe-webgpu"],
              },
            }),
            instances: [{ browser: "chromium" as const }],
          },
        },
      },
    ],
  },
};
