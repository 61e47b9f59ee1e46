/** Hands a file to the browser's downloads. */
export function saveZip(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download reads on after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
