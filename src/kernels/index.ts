export { compositeOver } from "./composite.ts";
export { halveRgba } from "./halve-rgba.ts";
export { type Image8, type ResizeBox, reduceByBox, resizeLanczos } from "./resize.ts";
