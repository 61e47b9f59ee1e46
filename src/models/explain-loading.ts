import { messageOf } from "#base";
import { ModelLoadError, type ModelLoadReason } from "./errors.ts";

/** What onnxruntime says when it cannot load a model, by what it means for who brought it. */
const MEANINGS: readonly (readonly [RegExp, ModelLoadReason])[] = [
  [/bad_alloc|out of memory|allocat|memory access out of bounds|Array buffer allocation|too large/i, "memory"],
  [/protobuf parsing failed|ERROR_CODE: 7\b|not a valid (onnx )?model|No graph was found/i, "not-onnx"],
  [/external data|MountedFiles|Failed to load external/i, "missing-data"],
  [/Failed to fetch|NetworkError|no available backend found/i, "fetch"],
];

/** The typed error for what the runtime threw while it loaded a model. */
export function explainLoading(modelName: string, thrown: unknown): Error {
  if (thrown instanceof ModelLoadError) return thrown;
  const said = messageOf(thrown);
  const reason = MEANINGS.find(([pattern]) => pattern.test(said))?.[1] ?? "unsupported";
  return new ModelLoadError(modelName, reason, said, { cause: thrown });
}
