import { ModelLoadError } from "./errors.ts";
import { type ModelFacts, NotOnnxError, readOnnxFacts } from "./onnx-file.ts";

/**
 * What an ONNX file says of itself: what it takes and gives. Nothing is loaded, so it is quick for any size.
 *
 * @param external - files picked with it; weights of the model that are missing among them are refused here already.
 * @throws {ModelLoadError} where it is no ONNX model, or its weights are missing.
 */
export async function inspectModel(file: File, external: readonly File[] = []): Promise<ModelFacts> {
  let facts: ModelFacts;
  try {
    facts = await readOnnxFacts(file);
  } catch (error) {
    if (error instanceof NotOnnxError) throw new ModelLoadError(file.name, "not-onnx", error.message, { cause: error });
    throw error;
  }
  const names = new Set(external.map(({ name }) => name));
  const missing = facts.externalFiles.filter((path) => !names.has(path.split("/").at(-1)!));
  if (missing.length > 0) throw new ModelLoadError(file.name, "missing-data", missing.join(", "));
  return facts;
}
