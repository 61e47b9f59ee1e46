import type { ViewState } from "#viewer";

/** `#x=…&y=…&d=…&r=…`: centre in level-0 pixels, downsample, and rotation in degrees where there is any. */
export function formatViewHash(view: ViewState): string {
  const degrees = ((((view.rotation * 180) / Math.PI) % 360) + 360) % 360;
  const parts = [`x=${Math.round(view.centerX)}`, `y=${Math.round(view.centerY)}`, `d=${round(view.downsample)}`];
  if (round(degrees) !== 0 && round(degrees) !== 360) parts.push(`r=${round(degrees)}`);
  return `#${parts.join("&")}`;
}

/** The view of an address, or undefined where it holds none or nonsense. */
export function parseViewHash(hash: string): ViewState | undefined {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const number = (name: string) => {
    const text = fields.get(name);
    return text === null || text.trim() === "" ? Number.NaN : Number(text);
  };
  const centerX = number("x");
  const centerY = number("y");
  const downsample = number("d");
  const degrees = fields.has("r") ? number("r") : 0;
  if (![centerX, centerY, downsample, degrees].every(Number.isFinite) || downsample <= 0) return undefined;
  return { centerX, centerY, downsample, rotation: (degrees * Math.PI) / 180 };
}

/** Four digits after the point: a hundredth of a screen pixel over the widest slide. */
function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
