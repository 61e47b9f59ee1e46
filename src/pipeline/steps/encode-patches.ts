import { encoderTransform, GpuLostError, type PatchEncoder } from "#models";
import type { Slide } from "#slide";
import { type Hdf5Attributes, type RowLog, writeHdf5 } from "#storage";
import { digest } from "../clock.ts";
import type { EncoderHolder, MadeWith } from "../encoder-holder.ts";
import { EncoderUnsteadyError, JobFileError } from "../errors.ts";
import { coordsPath, DATASETS, FEATURES_ATTRIBUTES, featuresFolder, featuresPath, oldFeaturesPath } from "../layout.ts";
import { type PatchBatch, PatchBatches } from "../patch-batches.ts";
import {
  coordsOutput,
  findCoordsFile,
  type PatchCoords,
  patchSizeOf,
  planFromAttributes,
  readCoordsOf,
} from "../patch-coords.ts";
import type { PatchGrid } from "../patch-grid.ts";
import {
  changedFields,
  changeSlideRecord,
  type FeaturesRecord,
  type Fingerprint,
  fileDigest,
  fingerprintDigest,
} from "../slide-record.ts";
import type { Step, StepContext, StepResult, StepVerdict } from "../step.ts";

/** How often the GPU may be lost with no batch in between. */
const MAX_LOSSES_IN_A_ROW = 5;
/** Batches given to the encoder before the first comes back: it never waits for a message. */
const BATCHES_AT_ENCODER = 2;
const FLOAT_BYTES = 4;

/** Features: one vector a patch. `holder` keeps the encoder for all slides. */
export function encodePatches(holder: EncoderHolder): Step {
  return {
    task: "features",
    lockedOutput: ({ coordsFolder, encoderId, stem }) => featuresPath(coordsFolder, encoderId, stem),
    outputs: ({ coordsFolder, encoderId, stem }) => ({
      features_path: featuresPath(coordsFolder, encoderId, stem),
      coords_path: coordsPath(coordsFolder, stem),
    }),
    inspect,
    run: (context) => run(context, holder),
  };
}

async function inspect(context: StepContext, isLocked: boolean): Promise<StepVerdict> {
  const { folder, stem, coordsFolder, encoderId, record, settings } = context;
  const coords = await findCoordsFile(folder, coordsFolder, stem);
  if (!coords) {
    return {
      kind: "cannot",
      reason: "coords_not_found",
      message: "Patch coords not found; run the coords step first.",
      outputs: { coords_path: coordsPath(coordsFolder, stem) },
    };
  }
  const found =
    (await folder.read(featuresPath(coordsFolder, encoderId, stem))) ??
    (await folder.read(oldFeaturesPath(coordsFolder, encoderId, stem)));
  if (!found) return { kind: "todo", changed: undefined };
  const done = {
    kind: "done",
    reason: "already_extracted",
    message: "Patch features already extracted; skipping.",
  } as const;
  const made = record.features[featuresFolder(coordsFolder, encoderId)];
  const isOurs = made?.file !== undefined && made.file === (await fileDigest(found));
  // Under a lock, what is there may be half of somebody's; ours is put in place whole.
  if (isLocked && !isOurs) return { kind: "todo", changed: undefined };
  const changed = isOurs ? changedFields(made.from, await fingerprintOf(context, coords.file)) : [];
  if (changed.length === 0) return { ...done, notices: [] };
  if (settings.whenSettingsDiffer === "keep") return { ...done, notices: [{ kind: "other_settings", changed }] };
  return { kind: "todo", changed };
}

async function run(context: StepContext, holder: EncoderHolder): Promise<StepResult> {
  const { folder, stem, coordsFolder, encoderId, settings, path, meter } = context;
  const found = await findCoordsFile(folder, coordsFolder, stem);
  if (!found) throw new JobFileError(coordsPath(coordsFolder, stem), "it was removed while it was needed");
  const { coords, attributes } = await readCoords(context, found);
  const total = coords.length / 2;
  context.count({ patches: total });
  context.report(0, total);
  const { dimension } = settings.encoder!.card;
  const from = await fingerprintOf(context, found.file);
  const folderName = featuresFolder(coordsFolder, encoderId);

  /** Puts the finished file in its place. */
  const finish = async (rows: Blob, madeWith: MadeWith) => {
    await context.checkLock();
    const describe: Hdf5Attributes = {
      [FEATURES_ATTRIBUTES.name]: { type: "string", value: stem },
      [FEATURES_ATTRIBUTES.saveToDir]: { type: "string", value: `${folder.name}/${folderName}` },
      [FEATURES_ATTRIBUTES.encoder]: { type: "string", value: encoderId },
    };
    const shape = [total, dimension];
    const file = writeHdf5([
      { name: DATASETS.features, type: "float32", shape, data: rows, attributes: describe },
      coordsOutput(coords, attributes),
    ]);
    const made: FeaturesRecord = { from, ...madeWith, total, file: await fileDigest(file) };
    await changeSlideRecord(folder, stem, path, (record) => {
      record.features[folderName] = made;
    });
    await folder.write(featuresPath(coordsFolder, encoderId, stem), file);
  };

  if (total === 0) {
    context.notice({ kind: "no_patches" });
    // Nothing to embed: no encoder is asked, and none is to blame.
    await finish(new Blob([]), { device: "wasm", batchSize: 1 });
    return { message: "Patch features extracted." };
  }
  const { slide, scale } = await context.open();
  const grid = planFromAttributes(attributes, slide, scale, found.path);
  const patchSize = patchSizeOf(attributes);
  const { log, madeWith } = await makeRows(context, holder, { slide, grid, patchSize, coords, from, folderName });
  try {
    await meter.time("writing", async () => finish(await log.file(), madeWith));
    await log.drop();
  } finally {
    await log.close();
  }
  return { message: "Patch features extracted." };
}

interface RowsPlan {
  readonly slide: Slide;
  readonly grid: PatchGrid;
  /** At the coords' scale. */
  readonly patchSize: number;
  readonly coords: Int32Array;
  readonly from: Fingerprint;
  readonly folderName: string;
}

/**
 * All rows, in the row log: those that are there already, and the rest. Goes on by itself when the GPU is lost, with the same
 * device and batch size if they can be had again, else from the first row.
 */
async function makeRows(
  context: StepContext,
  holder: EncoderHolder,
  plan: RowsPlan,
): Promise<{ log: RowLog; madeWith: MadeWith }> {
  const { signal, stem, engines, settings, jobId } = context;
  const { from, folderName, coords } = plan;
  const total = coords.length / 2;
  const key = `${jobId}/${folderName}/${stem}`;
  const rowBytes = settings.encoder!.card.dimension * FLOAT_BYTES;
  const record = context.record.features[folderName];
  // What an unfinished run of the same coords and model went on with.
  const begun =
    record && record.file === undefined && changedFields(record.from, from).length === 0 ? record : undefined;
  let madeWith: MadeWith | undefined = begun && { device: begun.device, batchSize: begun.batchSize };
  let isFirst = true;
  let losses = 0;
  let lossesInARow = 0;
  for (;;) {
    const encoder = await holder.get(madeWith, signal);
    const { device, batchSize } = encoder;
    const changed =
      madeWith && (madeWith.device !== device ? "device" : madeWith.batchSize !== batchSize ? "batch" : undefined);
    let rowsLost = 0;
    if (changed && madeWith) rowsLost = await countRows(context, key, rowBytes, await belongsTo(plan, madeWith));
    if (changed && rowsLost > 0) context.notice({ kind: "began_anew", rowsLost, why: changed });
    if (!madeWith || changed) {
      madeWith = { device, batchSize };
      await noteBegun(context, plan, madeWith);
    }
    const log = await engines.openRowLog(key, { rowBytes, belongsTo: await belongsTo(plan, madeWith), signal });
    const before = log.rows;
    try {
      if (isFirst && before > 0) context.notice({ kind: "resumed", rows: before });
      isFirst = false;
      context.report(before, total);
      await encodeRest(context, plan, encoder, log);
      return { log, madeWith };
    } catch (error) {
      const made = log.rows - before;
      await log.close();
      if (!(error instanceof GpuLostError)) throw error;
      lossesInARow = made > 0 ? 1 : lossesInARow + 1;
      if (lossesInARow > MAX_LOSSES_IN_A_ROW) throw new EncoderUnsteadyError(lossesInARow, { cause: error });
      context.notice({ kind: "gpu_lost", times: ++losses });
      await holder.close();
    }
  }
}

/** Embeds what the log does not hold yet, batch by batch; each is kept before the next but one is asked for. */
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
  try {
    for (let batch = await batches.take(); batch || pending.length > 0; batch &&= await batches.take()) {
      if (batch) start(batch);
      if (batch && pending.length < BATCHES_AT_ENCODER) continue;
      const { count, rows } = pending.shift()!;
      const values = await meter.time("waitingForModel", () => rows);
      await meter.time("writing", () => log.append(values));
      meter.addPatches(count);
      report(log.rows, total);
    }
  } finally {
    batches.close();
  }
}

/** Rows that are about to be thrown away; opening the log for something else empties it. */
async function countRows({ engines, signal }: StepContext, key: string, rowBytes: number, belongsTo: string) {
  const log = await engines.openRowLog(key, { rowBytes, belongsTo, signal });
  await log.close();
  return log.rows;
}

function belongsTo({ from }: RowsPlan, madeWith: MadeWith): Promise<string> {
  return fingerprintDigest({ ...from, ...madeWith });
}

/** So that a run which ends here is gone on with in the same way. */
async function noteBegun({ folder, stem, path }: StepContext, plan: RowsPlan, madeWith: MadeWith): Promise<void> {
  await changeSlideRecord(folder, stem, path, (record) => {
    record.features[plan.folderName] = { from: plan.from, ...madeWith, total: plan.coords.length / 2 };
  });
}

async function readCoords(
  { engines }: StepContext,
  { path, file }: { path: string; file: File },
): Promise<PatchCoords> {
  const hdf5 = await engines.openHdf5(file);
  try {
    return await readCoordsOf(hdf5, path);
  } finally {
    await hdf5.close();
  }
}

/** What features depend on: the coords file as it is, and the model. */
async function fingerprintOf({ settings }: StepContext, coords: Blob): Promise<Fingerprint> {
  const encoder = settings.encoder!;
  const model = encoder.kind === "stored" ? encoder.sha256 : await digest("SHA-256", JSON.stringify(encoder.card));
  return { coords: await fileDigest(coords), model };
}
