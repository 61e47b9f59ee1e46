/** What the page is asked about one slide, and what it answers. Plain data, through playwright's `evaluate`. */
export interface Question {
  /** The slide to open. */
  readonly path: string;
  /** Path of every file in the page's file input, in its order. */
  readonly paths: readonly string[];
  /** Files that are known to belong to the slide; undefined: whatever the app itself groups with it. */
  readonly together: readonly string[] | undefined;
  readonly downsamples: readonly string[];
  readonly regions: readonly {
    x: number;
    y: number;
    level: number;
    width: number;
    height: number;
  }[];
  /** Levels to digest block by block. */
  readonly blockLevels: readonly number[];
  readonly blockSize: number;
  /** Whether to make a thumbnail: of a level without smaller ones it takes all pixels. */
  readonly thumbnail: boolean;
}

export interface Failure {
  /** Class of the error. */
  readonly name: string;
  readonly message: string;
  /** What the reader said, where the class keeps it. */
  readonly detail: string | undefined;
  /** One of ours, as opposed to a slip of the program. */
  readonly typed: boolean;
}

export type OrFailure<T> = T | { readonly failure: Failure };

export interface Digest {
  /** Of the straight RGBA bytes. */
  readonly sha256: string;
  /** Of the same pixels as premultiplied ARGB, little-endian. */
  readonly argbSha256: string;
  readonly meanRgba: readonly number[];
}

export interface Profile {
  readonly length: number;
  readonly sha256: string;
}

export interface Opened {
  readonly outcome: "opened";
  readonly vendor: string;
  readonly reader: string;
  readonly levels: readonly {
    width: number;
    height: number;
    downsample: number;
  }[];
  readonly properties: Readonly<Record<string, string>>;
  readonly bestLevels: Readonly<Record<string, number>>;
  readonly icc: OrFailure<{ profile: Profile | null }>;
  readonly associated: Readonly<
    Record<string, OrFailure<Digest & { width: number; height: number; icc: Profile | null }>>
  >;
  /** undefined: not asked for. */
  readonly thumbnail:
    | OrFailure<{
        width: number;
        height: number;
        meanRgb: readonly number[];
      }>
    | undefined;
  readonly regions: readonly OrFailure<Digest>[];
  /** Level -> 8 hex digits a block, "error   " for the first that fails, nothing after it. */
  readonly blocks: Readonly<Record<string, string>>;
}

export interface Refused {
  readonly outcome: "refused";
  readonly failure: Failure;
}

/** The page, not the slide, came to an end. */
export interface Lost {
  readonly outcome: "lost";
  readonly reason: string;
}

export type Answer = Opened | Refused | Lost;
