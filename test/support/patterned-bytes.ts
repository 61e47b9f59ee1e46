/** The byte that stands at a position of a made-up file: files and neighbours differ, so that a byte from elsewhere shows. */
function patternAt(seed: number, position: number): number {
  let x = Math.imul((position ^ (position / 2 ** 32)) + seed * 7919, 0x9e3779b1);
  x ^= x >>> 15;
  x = Math.imul(x, 0x85ebca6b);
  return (x ^ (x >>> 13)) & 0xff;
}

/** A made-up file, or a stretch of one. */
export function patternedBytes(seed: number, length: number, position = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = patternAt(seed, position + i);
  return bytes;
}

/** Where the bytes are not those of the pattern; -1 when they are. */
export function firstDifference(bytes: Uint8Array, seed: number, position: number): number {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== patternAt(seed, position + i)) return i;
  return -1;
}

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
