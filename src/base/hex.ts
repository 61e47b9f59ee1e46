/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Random lower-case hexadecimal digits, for ids. */
export function randomHex(digits: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(Math.ceil(digits / 2)));
  return toHex(bytes).slice(0, digits);
}

/** Hexadecimal digest of text (as UTF-8) or bytes. */
export async function digest(algorithm: "SHA-1" | "SHA-256", data: string | BufferSource): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return toHex(new Uint8Array(await crypto.subtle.digest(algorithm, bytes)));
}
