import type { Slide } from "#slide";

/**
 * One part of a folder of TRIDENT's answers, compared in the page through the app's own code. A part is a file of this
 * folder with one line in `parts.ts`; nothing else knows it.
 */
export interface Part {
  /**
   * What there is to compare, without comparing it. Names are paths below the folder, where a case is one entry of a
   * file with "#" and its place: "coords/CMU-holes.json", "geometry.json#12".
   */
  list(truth: TruthFolder): Promise<readonly PartCase[]>;
}

export interface PartCase {
  readonly name: string;
  /** May throw: an error is a difference like any other. */
  run(tools: Tools): Promise<void>;
}

/** The folder of answers. Paths are below it, with forward slashes. */
export interface TruthFolder {
  /** Every path that begins with `prefix`, sorted. */
  paths(prefix: string): string[];
  /** @throws where there is no such file. */
  json<T>(path: string): Promise<T>;
  file(path: string): File;
}

export interface Tools {
  readonly truth: TruthFolder;
  readonly check: Check;
  /** Opens a slide by its path below a `--slides` folder, as the app does. Closed after the case. */
  openSlide(path: string): Promise<Slide>;
  /** The file itself, by its path below a `--slides` folder. */
  slideFile(path: string): Promise<SlideFile>;
}

export interface SlideFile {
  readonly file: File;
  /** TIFF compression tags of its directories; empty for other formats. */
  readonly compressions: readonly number[];
}

/** Takes down what agrees and what does not. Every call is one passed or one failed. */
export interface Check {
  /** Equal as JSON. @returns whether it was. */
  same(field: string, got: unknown, expected: unknown): boolean;
  /** Within `tolerance`, absolute, or relative to the expected number. */
  near(field: string, got: number, expected: number, tolerance: { absolute: number } | { relative: number }): boolean;
  /** Anything else. */
  holds(field: string, holds: boolean, got: string, expected: string): boolean;
  /** Says that this case, or something of it, is not compared, and why. Not counted; every run prints it. */
  leaveOut(what: string, reason: string): void;
}
