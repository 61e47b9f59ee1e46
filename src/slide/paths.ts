/** The last part of a path with forward slashes: the file name. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
