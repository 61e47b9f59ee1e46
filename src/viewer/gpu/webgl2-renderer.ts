import { CapabilityError } from "#base";
import type { Pixels } from "#slide";
import { intersection, type Size, type SlideBox, visibleBox } from "../viewport.ts";
import { FRAGMENT_SHADER, VERTEX_SHADER } from "./shaders.ts";
import {
  type FrameView,
  type PlacedTile,
  scaleOf,
  type TileImage,
  type TileRenderer,
  type TileScene,
} from "./tile-renderer.ts";
import { type TileTexture, uploadTile } from "./tile-texture.ts";

type UniformName = "place" | "texels" | "turn" | "toClip" | "crispness" | "fill";
type Uniforms = Record<UniformName, WebGLUniformLocation | null>;
type Color = readonly [red: number, green: number, blue: number];

/** What happens to the GPU beneath us. */
export interface ContextEvents {
  /** All tiles are gone and none can be loaded. */
  readonly onLost: () => void;
  /** Drawing works again, from nothing. */
  readonly onRestored: () => void;
}

/** Draws on the GPU: a texture a tile, a quad a tile, everything anew in every frame. */
export class WebGl2Renderer implements TileRenderer {
  readonly kind = "webgl2";
  readonly paintsOverlay = false;
  readonly canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #events: ContextEvents;
  #uniforms!: Uniforms;
  #lost = false;
  surround = "#808080";

  /** @throws {CapabilityError} where the browser gives no WebGL2 context. */
  constructor(events: ContextEvents) {
    this.#events = events;
    this.canvas = document.createElement("canvas");
    const gl = this.canvas.getContext("webgl2", {
      alpha: false,
      antialias: false,
      depth: false,
      stencil: false,
      powerPreference: "high-performance",
    });
    if (!gl) throw new CapabilityError("WebGL2", "the browser gives no context");
    this.#gl = gl;
    this.canvas.addEventListener("webglcontextlost", this.#onLost);
    this.canvas.addEventListener("webglcontextrestored", this.#onRestored);
    this.#prepare();
  }

  resize({ width, height }: Size): void {
    this.canvas.width = width;
    this.canvas.height = height;
    this.#gl.viewport(0, 0, width, height);
  }

  load(pixels: Pixels): TileImage | undefined {
    return this.#lost ? undefined : uploadTile(this.#gl, pixels);
  }

  release(image: TileImage): void {
    this.#gl.deleteTexture((image as TileTexture).texture);
  }

  draw(frame: FrameView, scenes: readonly TileScene[]): void {
    if (this.#lost) return;
    const gl = this.#gl;
    const { view, deviceSize } = frame;
    gl.uniform2f(this.#uniforms.turn, Math.cos(view.rotation), Math.sin(view.rotation));
    gl.uniform2f(this.#uniforms.toClip, 2 / deviceSize.width, -2 / deviceSize.height);
    const [red, green, blue] = parseColor(this.surround);
    gl.clearColor(red, green, blue, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    const visible = visibleBox(frame.view, frame.size);
    for (const scene of scenes) {
      const tiles = scene.tilesIn(visible);
      if (tiles.length === 0) continue;
      this.#drawBackground(frame, visible, scene);
      for (const tile of tiles) this.#drawTile(frame, visible, tile);
    }
  }

  destroy(): void {
    this.canvas.removeEventListener("webglcontextlost", this.#onLost);
    this.canvas.removeEventListener("webglcontextrestored", this.#onRestored);
    // Browsers allow some sixteen contexts; waiting for the garbage collector would cost other viewers theirs.
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
    this.canvas.width = 0;
    this.canvas.height = 0;
    this.canvas.remove();
  }

  #drawBackground(frame: FrameView, visible: SlideBox, { extent, background }: TileScene): void {
    const gl = this.#gl;
    const box = intersection(extent, visible);
    if (box.left >= box.right || box.top >= box.bottom) return;
    const scale = scaleOf(frame);
    this.#place(frame, box, scale);
    gl.uniform4f(this.#uniforms.fill, ...parseColor(background), 1);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
    gl.uniform4f(this.#uniforms.fill, 0, 0, 0, 0);
  }

  #drawTile(frame: FrameView, visible: SlideBox, { image, box, filled, crisp }: PlacedTile): void {
    const gl = this.#gl;
    const { texture, width } = image as TileTexture;
    const scale = scaleOf(frame);
    // A coarse tile may reach a million pixels beyond the screen, where a 32-bit float is no longer sure of the pixel:
    // what cannot be seen is cut off here, in doubles. Edges that can be seen stay the very numbers neighbours use.
    const shown = intersection(box, visible);
    if (shown.left >= shown.right || shown.top >= shown.bottom) return;
    const perX = filled.x / (box.right - box.left);
    const perY = filled.y / (box.bottom - box.top);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    this.#place(frame, shown, scale);
    gl.uniform4f(
      this.#uniforms.texels,
      (shown.left - box.left) * perX,
      (shown.top - box.top) * perY,
      (shown.right - box.left) * perX,
      (shown.bottom - box.top) * perY,
    );
    gl.uniform1f(this.#uniforms.crispness, crisp ? scale / (perX * width) : 0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #place({ view }: FrameView, box: SlideBox, scale: number): void {
    this.#gl.uniform4f(
      this.#uniforms.place,
      (box.left - view.centerX) * scale,
      (box.top - view.centerY) * scale,
      (box.right - view.centerX) * scale,
      (box.bottom - view.centerY) * scale,
    );
  }

  #prepare(): void {
    const gl = this.#gl;
    const program = link(gl);
    // biome-ignore lint/correctness/useHookAtTopLevel: WebGL's name, not React's
    gl.useProgram(program);
    const location = (name: UniformName) => gl.getUniformLocation(program, name);
    this.#uniforms = {
      place: location("place"),
      texels: location("texels"),
      turn: location("turn"),
      toClip: location("toClip"),
      crispness: location("crispness"),
      fill: location("fill"),
    };
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    const corner = gl.getAttribLocation(program, "corner");
    gl.enableVertexAttribArray(corner);
    gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
  }

  #onLost = (event: Event): void => {
    // Without this the browser does not try to restore it.
    event.preventDefault();
    this.#lost = true;
    this.#events.onLost();
  };

  #onRestored = (): void => {
    this.#lost = false;
    this.#prepare();
    this.#events.onRestored();
  };
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram()!;
  for (const [type, source] of [
    [gl.VERTEX_SHADER, VERTEX_SHADER],
    [gl.FRAGMENT_SHADER, FRAGMENT_SHADER],
  ] as const) {
    const shader = gl.createShader(type)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  // A context lost in the middle fails to link too; then the loss is what counts.
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    throw new CapabilityError("WebGL2", gl.getProgramInfoLog(program) ?? "the shader does not link");
  }
  return program;
}

const colors = new Map<string, Color>();

/** Any CSS colour as red, green, blue from 0 to 1. */
function parseColor(css: string): Color {
  const known = colors.get(css);
  if (known) return known;
  const context = new OffscreenCanvas(1, 1).getContext("2d")!;
  context.fillStyle = css;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  const color = [red / 255, green / 255, blue / 255] as const;
  colors.set(css, color);
  return color;
}
