import { ModelLoadError } from "./errors.ts";
import { type ModelFacts, NotOnnxError, readOnnxFacts } from "./onnx-file.ts";

/**
 * What an ONNX file says of itself: what it takes and gives. Nothing is loaded, so it is quick for any size.
 *
 * @param external - files picked with it; weights of the model that are missing among them are refused here already.
 * @throws {ModelLoadError} where it is no ONNX model, or its weights are missing.
 */
export async function inspectModel(file: File, external: readonly File[] = []): Promise<ModelFacts> {
  const facts = await readFacts(file.name, file);
  const names = new Set(external.map(({ name }) => name));
  refuseMissing(file.name, facts, (path) => names.has(path.split("/").at(-1)!));
  return facts;
}

/** @throws {ModelLoadError} where it is no ONNX model. */
export async function readFacts(modelName: string, network: Blob): Promise<ModelFacts> {
  try {
    return await readOnnxFacts(network);
  } catch (error) {
    if (error instanceof NotOnnxError) throw new ModelLoadError(modelName, "not-onnx", error.message, { cause: error });
    throw error;
  }
}

/** @throws {ModelLoadError} where weights that the model keeps in files of their own are not given. */
export function refuseMissing(
  modelName: string,
  { externalFiles }: ModelFacts,
  isGiven: (path: string) => boolean,
): void {
  const missing = externalFiles.filter((path) => !isGiven(path));
  if (missing.length > 0) throw new ModelLoadError(modelName, "missing-data", missing.join(", "));
}
