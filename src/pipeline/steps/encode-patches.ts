import { digest } from "#base";
import { type Hdf5Attributes, RowLogBusyError, writeHdf5 } from "#storage";
import type { EncoderHolder, MadeWith } from "../encoder-holder.ts";
import { JobFileError } from "../errors.ts";
import { coordsPath, DATASETS, FEATURES_ATTRIBUTES, featuresFolder, featuresPath, oldFeaturesPath } from "../layout.ts";
import { coordsOutput, findCoordsFile, patchSizeOf, planFromAttributes, readCoordsFile } from "../patch-coords.ts";
import { changedFields, type FeaturesRecord, type Fingerprint, fileDigest } from "../slide-record.ts";
import type { Step, StepContext, StepResult, StepVerdict } from "../step.ts";
import { makeRows, rowLogKey } from "./feature-rows.ts";

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
    (await folder.find(featuresPath(coordsFolder, encoderId, stem))) ??
    (await folder.find(oldFeaturesPath(coordsFolder, encoderId, stem)));
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
  if (isOurs) context.count({ patches: made.total });
  const changed = isOurs ? changedFields(made.from, await fingerprintOf(context, coords.file)) : [];
  if (changed.length === 0) {
    if (isOurs) await dropLeftRows(context);
    return { ...done, notices: [] };
  }
  if (settings.whenSettingsDiffer === "keep") return { ...done, notices: [{ kind: "other_settings", changed }] };
  return { kind: "todo", changed };
}

async function run(context: StepContext, holder: EncoderHolder): Promise<StepResult> {
  const { folder, stem, coordsFolder, encoderId, settings, meter, engines } = context;
  const found = await findCoordsFile(folder, coordsFolder, stem);
  if (!found) throw new JobFileError(coordsPath(coordsFolder, stem), "it was removed while it was needed");
  const { coords, attributes } = await readCoordsFile(found, engines.openHdf5);
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
    await context.changeRecord((record) => {
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

/** A tab that was killed in its last moment left the rows of the finished file. */
async function dropLeftRows(context: StepContext): Promise<void> {
  const { engines, coordsFolder, encoderId } = context;
  try {
    await engines.dropRowLog(rowLogKey(context, featuresFolder(coordsFolder, encoderId)));
  } catch (error) {
    // Whoever has it open is about to drop it.
    if (!(error instanceof RowLogBusyError)) throw error;
  }
}

/** What features depend on: the coords file as it is, and the model. */
async function fingerprintOf({ settings }: StepContext, coords: Blob): Promise<Fingerprint> {
  const encoder = settings.encoder!;
  const model = encoder.kind === "stored" ? encoder.sha256 : await digest("SHA-256", JSON.stringify(encoder.card));
  return { coords: await fileDigest(coords), model };
}
