// A decoder in a thread of Node, for tests: reads at random and compares every byte with the pattern.
import { parentPort, workerData } from "node:worker_threads";
import { openSyncFiles, type SharedBlocks, type SlideFiles } from "#bytes";
import { firstDifference, randomNumbers } from "../../support/patterned-bytes.ts";

export interface DecoderTask {
  readonly files: SlideFiles;
  readonly shared: SharedBlocks;
  readonly seed: number;
  readonly reads: number;
  readonly longest: number;
}

const { files, shared, seed, reads, longest } = workerData as DecoderTask;
const opened = await openSyncFiles(files, shared);
const random = randomNumbers(seed);
const differences: string[] = [];
let bytesRead = 0;
for (let i = 0; i < reads; i++) {
  const index = Math.floor(random() * opened.files.length);
  const file = opened.files[index]!;
  // Some of them run over the end, and many lie close together, as tiles of a row do.
  const position = Math.floor(random() ** 2 * (file.size + 100));
  const target = new Uint8Array(1 + Math.floor(random() ** 3 * longest));
  const got = file.read(target, position);
  const expected = Math.max(0, Math.min(target.length, file.size - position));
  if (got !== expected) differences.push(`${file.path}: ${got} bytes at ${position} where ${expected} were expected`);
  const at = firstDifference(target.subarray(0, got), index, position);
  if (at >= 0) differences.push(`${file.path}: a wrong byte at ${position + at}`);
  bytesRead += got;
}
opened.close();
parentPort!.postMessage({ differences: differences.slice(0, 10), bytesRead });
