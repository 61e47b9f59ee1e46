/**
 * Names of drivers that draw WebGL with the processor. WebGL2 exists there, but pans at 6 frames a second where canvas
 * 2D does 60 (decisions/0003).
 */
const SOFTWARE_RENDERERS = [
  "SwiftShader",
  "llvmpipe",
  "softpipe",
  "swrast",
  "Software Rasterizer",
  "Apple Software Renderer",
  "Microsoft Basic Render",
  "Mesa OffScreen",
  "GDI Generic",
];

/** The name by which a driver is known to draw in software, undefined for a GPU. */
export function softwareRendererName(driver: string): string | undefined {
  return SOFTWARE_RENDERERS.find((name) => driver.toLowerCase().includes(name.toLowerCase()));
}

/** The GPU in a driver's self-description, e.g. "NVIDIA GeForce RTX 3060"; all of it where the form is unknown. */
export function gpuName(driver: string): string {
  // "ANGLE (vendor, device, version)"; the device may bring brackets of its own.
  const device = /^ANGLE \([^,]*, (.*), [^,]*\)$/.exec(driver)?.[1] ?? driver;
  return device
    .replace(/^ANGLE Metal Renderer: /, "")
    .replace(/ \(0x[0-9a-f]+\).*$/i, "")
    .replace(/ Direct3D.*$/, "")
    .replace(/\/PCIe.*$/, "")
    .replace(/, or similar$/, "");
}
