import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SCATTERING_CARD } from "./scattering-card.ts";
import { scatteringModel } from "./scattering-graph.ts";

/** Writes the built-in encoders into a folder: `npx tsx src/models/built-in/write.ts OUTDIR`. */
const folder = process.argv[2];
if (!folder) throw new Error("the folder to write into is missing");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, `${SCATTERING_CARD.id}.onnx`), scatteringModel(SCATTERING_CARD.summary));
