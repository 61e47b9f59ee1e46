export { compositeOver } from "./composite.ts";
export { type Image8, type ResizeBox, reduceByBox, resizeLanczos } from "./resize.ts";
