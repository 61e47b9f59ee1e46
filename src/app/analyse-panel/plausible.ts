/** A slide of glass is 76 mm long; a scan of much less than a millimetre, or of more than two slides, is a slip. */
const PLAUSIBLE_MM = { min: 0.3, max: 160 };
const PLAUSIBLE_UM = { min: 0.02, max: 20 };

/** Whether a scan of so many pixels can have pixels of that size. */
export function isPlausible({ width, height }: { width: number; height: number }, um: number): boolean {
  const longMm = (Math.max(width, height) * um) / 1000;
  return um >= PLAUSIBLE_UM.min && um <= PLAUSIBLE_UM.max && longMm >= PLAUSIBLE_MM.min && longMm <= PLAUSIBLE_MM.max;
}
