import type { Pixels } from "#slide";
import type { TileImage } from "./tile-renderer.ts";

/** A tile as the GPU draws it. */
export interface TileTexture extends TileImage {
  readonly texture: WebGLTexture;
  readonly width: number;
  readonly height: number;
}

/** Uploads a tile, premultiplied and with mipmaps. */
export function uploadTile(gl: WebGL2RenderingContext, { data, width, height }: Pixels): TileTexture | undefined {
  const texture = gl.createTexture();
  if (!texture) return undefined;
  gl.bindTexture(gl.TEXTURE_2D, texture);
  const levels = 1 + Math.floor(Math.log2(Math.max(width, height)));
  gl.texStorage2D(gl.TEXTURE_2D, levels, gl.RGBA8, width, height);
  gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  gl.generateMipmap(gl.TEXTURE_2D);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
  // Mipmaps add a third.
  return { texture, width, height, bytes: Math.ceil((width * height * 16) / 3) };
}
