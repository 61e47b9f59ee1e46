/** The first whole number from `from` on that meets a condition, `end` where none does; all after it must meet it as well. */
export function firstWhere(from: number, end: number, isMet: (value: number) => boolean): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isMet(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
