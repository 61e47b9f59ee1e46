import type { ManifestOptions } from "vite-plugin-pwa";

/**
 * Slide files as the operating system knows them. They share no registered media type (only TIFF and DICOM have one), so
 * the extension does the work and the type is a private name that no other program claims.
 */
const FILE_TYPES = {
  "image/tiff": [".tif", ".tiff"],
  "application/dicom": [".dcm"],
  "application/x-whole-slide-image": [".svs", ".ndpi", ".mrxs", ".scn", ".bif", ".vms", ".vmu", ".svslide", ".czi"],
};

/** How the installed app calls itself and which files it opens. Read by vite.config.ts. */
export const manifest: Partial<ManifestOptions> = {
  id: "./",
  name: "Coverslip",
  short_name: "Coverslip",
  description: "Opens whole-slide pathology images on this device. Nothing is uploaded.",
  lang: "en",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#1b1b1b",
  theme_color: "#1b1b1b",
  categories: ["medical", "education", "utilities"],
  icons: [
    { src: "icons/coverslip.svg", sizes: "any", type: "image/svg+xml", purpose: "any" },
    { src: "icons/coverslip-192.png", sizes: "192x192", type: "image/png", purpose: "any" },
    { src: "icons/coverslip-512.png", sizes: "512x512", type: "image/png", purpose: "any" },
    { src: "icons/coverslip-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
  file_handlers: [{ action: "./", accept: FILE_TYPES }],
  launch_handler: { client_mode: "focus-existing" },
};
