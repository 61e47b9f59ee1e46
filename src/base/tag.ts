/**
 * The name of a value's kind: "File", "ArrayBuffer", "Null". What comes from another frame, or another realm of Node's, is of
 * none of this one's classes, so that `instanceof` does not know it; its tag is the same.
 */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}
