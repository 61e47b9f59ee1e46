import { afterEach, beforeEach, expect, vi } from "vitest";

/**
 * Setup of every vitest project: a warning or an error on the console that no test asked for fails the test.
 * A test that provokes one says so with `expectConsole`.
 */
let unexpected: string[] = [];
let allowed: RegExp[] = [];

/** From here to the end of the running test, console output that matches is fine. */
export function expectConsole(pattern: RegExp): void {
  allowed.push(pattern);
}

beforeEach(() => {
  unexpected = [];
  allowed = [];
  for (const method of ["warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      const text = values.map((value) => (value instanceof Error ? value.stack : String(value))).join(" ");
      if (!allowed.some((pattern) => pattern.test(text))) unexpected.push(`console.${method}: ${text}`);
    });
  }
});

afterEach(() => {
  vi.mocked(console.warn).mockRestore();
  vi.mocked(console.error).mockRestore();
  expect(unexpected, "unexpected console output").toEqual([]);
});
