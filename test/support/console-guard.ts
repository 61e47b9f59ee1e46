import { afterEach, beforeEach, expect, vi } from "vitest";
import { expectedPatterns } from "./expected-console.ts";

/**
 * Setup of every vitest project: a warning or an error on the console that no test asked for fails the test.
 * A test that provokes one says so with `expectConsole`.
 */
let unexpected: string[] = [];

beforeEach(() => {
  unexpected = [];
  expectedPatterns.length = 0;
  for (const method of ["warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((...values: unknown[]) => {
      const text = values.map((value) => (value instanceof Error ? value.stack : String(value))).join(" ");
      if (!expectedPatterns.some((pattern) => pattern.test(text))) unexpected.push(`console.${method}: ${text}`);
    });
  }
});

afterEach(() => {
  vi.mocked(console.warn).mockRestore();
  vi.mocked(console.error).mockRestore();
  expect(unexpected, "unexpected console output").toEqual([]);
});
