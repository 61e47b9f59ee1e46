import type { Check } from "./part.ts";

/** What became of one case. Plain data: it leaves the page. */
export interface Outcome {
  readonly passed: number;
  /** One line each. */
  readonly differences: readonly string[];
  readonly leftOut: readonly { readonly what: string; readonly reason: string }[];
}

/** Takes down what a part finds. */
export class Findings implements Check, Outcome {
  passed = 0;
  readonly differences: string[] = [];
  readonly leftOut: { what: string; reason: string }[] = [];

  same(field: string, got: unknown, expected: unknown): boolean {
    return this.holds(field, JSON.stringify(got) === JSON.stringify(expected), show(got), show(expected));
  }

  near(field: string, got: number, expected: number, tolerance: { absolute: number } | { relative: number }): boolean {
    const most = "absolute" in tolerance ? tolerance.absolute : Math.abs(expected) * tolerance.relative;
    const isNear = Math.abs(got - expected) <= most;
    return this.holds(field, isNear, String(got), `${expected} within ${most}`);
  }

  holds(field: string, holds: boolean, got: string, expected: string): boolean {
    if (holds) this.passed++;
    else this.differences.push(`${field}: got ${got}, expected ${expected}`);
    return holds;
  }

  leaveOut(what: string, reason: string): void {
    this.leftOut.push({ what, reason });
  }
}

/** Long values by their beginning: a difference is a line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 200 ? `${text.slice(0, 200)}… (${text.length} characters)` : text;
}
