import { WorkerCrashedError } from "#bridge";
import { encoderTransform, GpuLostError, type PatchEncoder } from "#models";
import type { Slide } from "#slide";
import type { RowLog } from "#storage";
import type { EncoderHolder, MadeWith } from "../encoder-holder.ts";
import { EncoderUnsteadyError } from "../errors.ts";
import { type PatchBatch, PatchBatches } from "../patch-batches.ts";
import type { PatchGrid } from "../patch-grid.ts";
import { changedFields, type Fingerprint, fingerprintDigest } from "../slide-record.ts";
import type { StepContext } from "../step.ts";

/** How often the GPU may be lost with no batch in between. */
const MAX_LOSSES_IN_A_ROW = 5;
/** Batches given to the encoder before the first comes back: it never waits for a message. */
const BATCHES_AT_ENCODER = 2;
/** Batches that wait for the disk at most: what a killed tab has to make again. */
const MAX_UNKEPT_BATCHES = 4;
const FLOAT_BYTES = 4;

/** What is to be embedded. */
export interface RowsPlan {
  readonly slide: Slide;
  readonly grid: PatchGrid;
  /** At the coords' scale. */
  readonly patchSize: number;
  readonly coords: Int32Array;
  /** What the rows depend on, but for the device and batch size. */
  readonly from: Fingerprint;
  /** Path of the folder they are for. */
  readonly folderName: string;
}

/** Names a slide's rows among all row logs of the browser. */
export function rowLogKey({ jobId, stem }: Pick<StepContext, "jobId" | "stem">, folderName: string): string {
  return `${jobId}/${folderName}/${stem}`;
}

/**
 * All rows, in the row log: those that are there already, and the rest. Goes on by itself when the GPU is lost, with the same
 * device and batch size if they can be had again, else from the first row.
 */
export async function makeRows(
  context: StepContext,
  holder: EncoderHolder,
  plan: RowsPlan,
): Promise<{ log: RowLog; madeWith: MadeWith }> {
  const { signal, report } = context;
  const total = plan.coords.length / 2;
  const begun = await findBegun(context, plan);
  let madeWith = begun?.madeWith;
  if (begun) {
    context.notice({ kind: "resumed", rows: begun.rows });
    report(begun.rows, total);
  }
  // Cut off after the last row: there is nothing left to embed, and no device to be had for it.
  if (begun?.rows === total) return { log: await openLog(context, plan, begun.madeWith), madeWith: begun.madeWith };

  let losses = 0;
  let lossesInARow = 0;
  for (;;) {
    let log: RowLog | undefined;
    let before = 0;
    try {
      const encoder = await holder.get(madeWith, signal, { losses: lossesInARow });
      madeWith = await settle(context, plan, madeWith, encoder);
      log = await openLog(context, plan, madeWith);
      before = log.rows;
      report(before, total);
      await encodeRest(context, plan, encoder, log);
      return { log, madeWith };
    } catch (error) {
      const made = (log?.rows ?? 0) - before;
      await log?.close();
      // Whoever needs it next opens another one.
      if (error instanceof GpuLostError || error instanceof WorkerCrashedError) await holder.close();
      if (!(error instanceof GpuLostError)) throw error;
      lossesInARow = made > 0 ? 1 : lossesInARow + 1;
      if (lossesInARow > MAX_LOSSES_IN_A_ROW) throw new EncoderUnsteadyError(lossesInARow, { cause: error });
      context.notice({ kind: "gpu_lost", times: ++losses });
    }
  }
}

/** What an unfinished run left, where there are rows of it. Says so where they are of no more use. */
async function findBegun(
  context: StepContext,
  plan: RowsPlan,
): Promise<{ madeWith: MadeWith; rows: number } | undefined> {
  const record = context.record.features[plan.folderName];
  if (!record) return undefined;
  const { from, device, batchSize } = record;
  const madeWith = { device, batchSize };
  const rows = await countRows(context, { ...plan, from }, madeWith);
  if (rows === 0) return undefined;
  const changed = changedFields(from, plan.from);
  if (changed.length === 0) return { madeWith, rows };
  context.notice({ kind: "began_anew", rowsLost: rows, why: changed.includes("model") ? "model" : "coords" });
  return undefined;
}

/** With what the rows are made from now on; where that is something else than before, those before do not count. */
async function settle(
  context: StepContext,
  plan: RowsPlan,
  before: MadeWith | undefined,
  { device, batchSize }: PatchEncoder,
): Promise<MadeWith> {
  if (before?.device === device && before.batchSize === batchSize) return before;
  const rowsLost = before ? await countRows(context, plan, before) : 0;
  if (before && rowsLost > 0) {
    context.notice({ kind: "began_anew", rowsLost, why: before.device !== device ? "device" : "batch" });
  }
  // So that a run which ends here is gone on with in the same way.
  const { from, coords, folderName } = plan;
  await context.changeRecord((record) => {
    record.features[folderName] = { from, device, batchSize, total: coords.length / 2 };
  });
  return { device, batchSize };
}

/** Embeds what the log does not hold yet, batch by batch, and keeps it meanwhile. */
async function encodeRest(
  { meter, signal, settings, report }: StepContext,
  { slide, grid, patchSize, coords }: RowsPlan,
  encoder: PatchEncoder,
  log: RowLog,
): Promise<void> {
  const { card } = settings.encoder!;
  const total = coords.length / 2;
  const transform = encoderTransform(card, patchSize);
  const batches = new PatchBatches({
    slide,
    coords,
    grid,
    recipe: { sizePx: patchSize, filter: "pillow-bicubic", fill: "black", transform },
    sidePx: card.input.sizePx,
    batchSize: encoder.batchSize,
    begin: log.rows,
    meter,
    signal,
  });
  meter.beginPatches();
  const pending: { count: number; rows: Promise<Float32Array> }[] = [];
  let idleSince = 0;
  const start = ({ pixels, count }: PatchBatch) => {
    const asked = performance.now();
    const rows = encoder.encode(pixels, count, { signal });
    rows.then(
      () => {
        const now = performance.now();
        meter.add("model", now - Math.max(asked, idleSince));
        idleSince = now;
      },
      () => {},
    );
    pending.push({ count, rows });
  };
  const keeper = new RowKeeper(async (rows) => {
    await meter.time("writing", () => log.append(rows));
    report(log.rows, total);
  });
  try {
    for (let batch = await batches.take(); batch || pending.length > 0; batch &&= await batches.take()) {
      if (batch) start(batch);
      if (batch && pending.length < BATCHES_AT_ENCODER) continue;
      const { count, rows } = pending.shift()!;
      await keeper.add(await meter.time("waitingForModel", () => rows));
      meter.addPatches(count);
    }
  } finally {
    batches.close();
    // After a lost GPU or a cancel, too: what was computed is not computed again.
    await keeper.finish();
  }
}

/** Keeps rows while the next are made. What comes while the disk is busy is kept together, in order. */
class RowKeeper {
  readonly #append: (rows: Float32Array) => Promise<void>;
  readonly #unkept: Float32Array[] = [];
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(append: (rows: Float32Array) => Promise<void>) {
    this.#append = append;
  }

  /** Waits only where the disk has fallen far behind. @throws what keeping earlier rows ended with. */
  async add(rows: Float32Array): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    this.#unkept.push(rows);
    this.#running ??= this.#run();
    if (this.#unkept.length >= MAX_UNKEPT_BATCHES) await this.finish();
  }

  /** Resolves when all are kept. */
  async finish(): Promise<void> {
    await this.#running;
    if (this.#failure) throw this.#failure.error;
  }

  async #run(): Promise<void> {
    try {
      while (this.#unkept.length > 0) await this.#append(joinRows(this.#unkept.splice(0)));
    } catch (error) {
      this.#failure = { error };
    }
    this.#running = undefined;
  }
}

function joinRows(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Rows of that kind that are kept; a log of another kind is emptied by asking. */
async function countRows(context: StepContext, plan: RowsPlan, madeWith: MadeWith): Promise<number> {
  const log = await openLog(context, plan, madeWith);
  await log.close();
  return log.rows;
}

async function openLog(context: StepContext, plan: RowsPlan, { device, batchSize }: MadeWith): Promise<RowLog> {
  const { settings, engines, signal } = context;
  return engines.openRowLog(rowLogKey(context, plan.folderName), {
    rowBytes: settings.encoder!.card.dimension * FLOAT_BYTES,
    belongsTo: await fingerprintDigest({ ...plan.from, device, batchSize }),
    signal,
  });
}
