import { Canvas2dRenderer } from "./canvas2d-renderer.ts";
import { gpuName, softwareRendererName } from "./driver-name.ts";
import type { TileRenderer } from "./tile-renderer.ts";
import { type ContextEvents, WebGl2Renderer } from "./webgl2-renderer.ts";

export type RendererChoice = "auto" | "webgl2" | "canvas2d";

/** A drawer, and why it was taken: a part of a sentence, such as "software renderer (SwiftShader)". */
export interface ChosenRenderer {
  readonly renderer: TileRenderer;
  readonly reason: string;
}

export function chooseRenderer(choice: RendererChoice, events: ContextEvents): ChosenRenderer {
  if (choice === "canvas2d") return { renderer: new Canvas2dRenderer(), reason: "asked for" };
  const driver = probeDriver();
  if (driver === undefined) return { renderer: new Canvas2dRenderer(), reason: "no WebGL2" };
  const software = softwareRendererName(driver);
  if (software && choice === "auto") {
    return { renderer: new Canvas2dRenderer(), reason: `software renderer (${software})` };
  }
  try {
    return { renderer: new WebGl2Renderer(events), reason: choice === "auto" ? gpuName(driver) : "asked for" };
  } catch {
    // The driver said yes and then no: whatever the cause, the processor can draw.
    return { renderer: new Canvas2dRenderer(), reason: "WebGL2 does not work" };
  }
}

/** What draws WebGL2 here, in the driver's words; undefined where nothing does. */
function probeDriver(): string | undefined {
  const canvas = document.createElement("canvas");
  const gl = canvas.getContext("webgl2");
  if (!gl) return undefined;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const driver = String(gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return driver;
}
