import { type CanvasHTMLAttributes, useLayoutEffect, useRef } from "react";
import type { Pixels } from "#slide";

export interface PixelsCanvasProps extends CanvasHTMLAttributes<HTMLCanvasElement> {
  pixels: Pixels;
}

/** Pixels as they are, one canvas pixel each; CSS gives the size on screen. */
export function PixelsCanvas({ pixels, ...props }: PixelsCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const image = new ImageData(pixels.data, pixels.width, pixels.height);
    canvas.current?.getContext("2d")?.putImageData(image, 0, 0);
  }, [pixels]);
  return <canvas ref={canvas} width={pixels.width} height={pixels.height} {...props} />;
}
