import { writeHdf5 } from "#storage";
import { JobFileError } from "../errors.ts";
import { coordsPath, geojsonPath, visualizationPath } from "../layout.ts";
import { coordsOutput, describeCoords, findCoordsFile, planGrid } from "../patch-coords.ts";
import { changedFields, type Fingerprint, fileDigest } from "../slide-record.ts";
import type { Step, StepContext, StepVerdict } from "../step.ts";
import { readThumbnail } from "../thumbnail.ts";
import { readContoursOf } from "./segment-tissue.ts";

/** Coords: which squares of the grid hold tissue, as an HDF5 file, and a picture of them. */
export const extractCoords: Step = {
  task: "coords",
  lockedOutput: ({ coordsFolder, stem }) => coordsPath(coordsFolder, stem),
  outputs: ({ coordsFolder, stem }) => ({
    coords_h5: coordsPath(coordsFolder, stem),
    coords_viz: visualizationPath(coordsFolder, stem),
  }),

  async inspect(context): Promise<StepVerdict> {
    const { folder, stem, coordsFolder, record, settings } = context;
    const found = await findCoordsFile(folder, coordsFolder, stem);
    const geojson = await folder.read(geojsonPath(stem));
    if (found) {
      const done = {
        kind: "done",
        reason: "already_generated",
        message: "Patch coords already generated; skipping.",
      } as const;
      const made = record.coords[coordsFolder];
      const isOurs = made !== undefined && made.file === (await fileDigest(found.file));
      // Without contours there is nothing to make them again from.
      const changed = isOurs && geojson ? changedFields(made.from, await fingerprintOf(context, geojson)) : [];
      if (changed.length === 0) return { ...done, notices: [] };
      if (settings.whenSettingsDiffer === "keep") return { ...done, notices: [{ kind: "other_settings", changed }] };
      if ((await readContoursOf(stem, geojson!)).length > 0) return { kind: "todo", changed };
    }
    if (!geojson) {
      return {
        kind: "cannot",
        reason: "geojson_not_found",
        message: "Tissue GeoJSON not found; run segmentation first.",
        outputs: { tissue_geojson: null },
      };
    }
    const contours = (await readContoursOf(stem, geojson)).length;
    context.count({ contours });
    if (contours > 0) return { kind: "todo", changed: undefined };
    return {
      kind: "cannot",
      reason: "empty_geodataframe",
      message: "Tissue GeoDataFrame is empty; no coordinates to extract.",
      outputs: { tissue_geojson: geojsonPath(stem) },
    };
  },

  async run(context) {
    const { folder, stem, coordsFolder, settings, engines, meter, signal } = context;
    const geojson = await folder.read(geojsonPath(stem));
    if (!geojson) throw new JobFileError(geojsonPath(stem), "it was removed while it was needed");
    const polygons = await readContoursOf(stem, geojson);
    const { slide, scale } = await context.open();
    const grid = planGrid(slide, scale, settings.patches, { toEmbed: settings.tasks.includes("features") });
    const { patchSize, minTissueProportion } = settings.patches;
    const coords = await engines.tissue.selectPatches({ grid, patchSize, minTissueProportion }, polygons, signal);
    const count = coords.length / 2;
    const attributes = describeCoords(settings.patches, scale, slide, {
      stem,
      saveTo: `${folder.name}/${coordsFolder}`,
    });
    const file = writeHdf5([coordsOutput(coords, attributes)]);
    const picture =
      settings.visualize === false
        ? undefined
        : await engines.tissue.drawPatches(
            await readThumbnail(slide, signal),
            { coords, sideLevel0: grid.patchSizeSource, lines: captionOf(context, slide, scale, count) },
            signal,
          );
    const from = await fingerprintOf(context, geojson);
    const made = { from, file: await fileDigest(file) };
    await context.checkLock();
    await meter.time("writing", async () => {
      if (picture) await folder.write(visualizationPath(coordsFolder, stem), picture);
      await context.changeRecord((record) => {
        record.coords[coordsFolder] = made;
      });
      await folder.write(coordsPath(coordsFolder, stem), file);
    });
    context.count({ patches: count });
    context.report(count, count);
    if (count === 0) context.notice({ kind: "no_patches" });
    return { message: "Patch coords generated." };
  },
};

async function fingerprintOf({ settings: { patches }, givenMpp }: StepContext, geojson: Blob): Promise<Fingerprint> {
  const { target, patchSize, overlap, minTissueProportion } = patches;
  const settings = { ...target, patchSize, overlap, minTissueProportion };
  return { contours: await fileDigest(geojson), ...settings, ...(givenMpp === undefined ? {} : { givenMpp }) };
}

/** The four lines in the picture's corner. */
function captionOf(
  { settings: { patches } }: StepContext,
  slide: { readonly width: number; readonly height: number },
  scale: { readonly mpp: number; readonly magnification: number },
  count: number,
): string[] {
  const target = "mag" in patches.target ? `${patches.target.mag}x` : `${patches.target.mpp} um/px`;
  return [
    `${count} patches`,
    `width=${slide.width}, height=${slide.height}`,
    `mpp=${scale.mpp}, mag=${scale.magnification}`,
    `patch=${patches.patchSize} w. overlap=${patches.overlap} @ ${target}`,
  ];
}
