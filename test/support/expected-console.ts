/** Patterns of console output that the running test provokes. Apart from the guard, which vitest loads a second time. */
export const expectedPatterns: RegExp[] = [];

/** From here to the end of the running test, console output that matches is fine. */
export function expectConsole(pattern: RegExp): void {
  expectedPatterns.push(pattern);
}
