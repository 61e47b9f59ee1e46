/** What a run is asked for, whatever kind of answers it compares with. */
export interface VerifyRequest {
  /** Where the answers are. */
  readonly folder: string;
  /** As the person named it. */
  readonly given: string;
  /** Where the slides are, looked through in this order. */
  readonly slidesFolders: readonly string[];
  /** Only what has this in its name. */
  readonly only: string;
  readonly isolated: boolean;
  /** Where to write one JSON row a case. */
  readonly out: string | undefined;
}
