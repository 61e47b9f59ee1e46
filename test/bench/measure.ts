/** Times of one batch. */
export interface BatchTimes {
  readonly wallMs: number;
  /** When each request was done, since the batch began. */
  readonly doneAtMs: readonly number[];
}

/** One line of the table, and of `--out`. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: number | null;
  readonly reference: number | null;
  readonly ratio: number | null;
}

/** Batches of one kind, ours and native in turn. */
export class Series {
  readonly #ours: BatchTimes[] = [];
  readonly #reference: BatchTimes[] = [];

  addOurs(times: BatchTimes): void {
    this.#ours.push(times);
  }

  addReference(times: BatchTimes): void {
    this.#reference.push(times);
  }

  /**
   * Mean time a request, and the 95th percentile of the time from one finished request to the next: with requests
   * queued ahead, what each costs is the distance between them and not how long it waited in the queue.
   */
  rows(name: string): Row[] {
    return [
      row(name, "ms", mean(this.#ours), mean(this.#reference)),
      row(`${name}-p95`, "ms", percentile(gaps(this.#ours), 0.95), percentile(gaps(this.#reference), 0.95)),
    ];
  }
}

export function row(name: string, unit: string, ours: number | null, reference: number | null): Row {
  const round = (value: number | null) => (value === null ? null : Number(value.toPrecision(4)));
  const ratio = ours !== null && reference ? ours / reference : null;
  return { name, unit, ours: round(ours), reference: round(reference), ratio: round(ratio) };
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function mean(batches: readonly BatchTimes[]): number {
  const wall = batches.reduce((sum, batch) => sum + batch.wallMs, 0);
  return wall / batches.reduce((sum, batch) => sum + batch.doneAtMs.length, 0);
}

function gaps(batches: readonly BatchTimes[]): number[] {
  return batches.flatMap(({ doneAtMs }) => {
    const sorted = [...doneAtMs].sort((a, b) => a - b);
    return sorted.map((at, index) => at - (sorted[index - 1] ?? 0));
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** The rows as a table for people. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ["", "ours", "native", "ratio"],
    ...rows.map(({ name, unit, ours, reference, ratio }) => [
      name,
      ours === null ? "" : `${ours.toFixed(2)} ${unit}`,
      reference === null ? "" : `${reference.toFixed(2)} ${unit}`,
      ratio === null ? "" : ratio.toFixed(2),
    ]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]!.length)));
  return cells
    .map((line) => line.map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join("  "))
    .join("\n");
}
