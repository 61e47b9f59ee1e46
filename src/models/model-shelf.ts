import { Lifeline } from "#base";
import { spawnModelWorker, WorkerCrashedError } from "#bridge";
import { type Folder, openOpfsFolder } from "#storage";
import type { EncoderCard } from "./card.ts";
import { inspectModel } from "./inspect-model.ts";
import type { ModelFile, StoredModel } from "./model.ts";
import type { ModelSource, ModelWorkerApi } from "./worker-contract.ts";

const SHELF = "models";
/** Written last: a model without it was never whole. */
const RECORD = "model.json";
const NETWORK = "network.onnx";

/** Options of `ModelShelf.add`. */
export interface AddModelOptions {
  /** Files of weights beside the model, named as the model names them. */
  readonly external?: readonly File[];
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

/** Models that the user brought, in the browser's private file system, each under the SHA-256 of its ONNX file. */
export class ModelShelf {
  readonly #folder: Folder;
  readonly #hash: (file: Blob, onProgress: (bytes: number) => void, signal?: AbortSignal) => Promise<string>;

  constructor(
    folder: Folder,
    hash: (file: Blob, onProgress: (bytes: number) => void, signal?: AbortSignal) => Promise<string> = hashInWorker,
  ) {
    this.#folder = folder;
    this.#hash = hash;
  }

  /** What stands there, by name. */
  async list(): Promise<readonly StoredModel[]> {
    const models: StoredModel[] = [];
    for (const { name, kind } of await this.#folder.list("")) {
      const record = kind === "folder" ? await this.#record(name) : undefined;
      if (record) models.push(record);
    }
    return models.sort((a, b) => a.card.name.localeCompare(b.card.name));
  }

  /**
   * Copies a model onto the shelf, or gives the one that stands there a new card. It appears whole or not at all.
   *
   * @throws {ModelLoadError} where the file is no ONNX model, or its weights were not given.
   * @throws {StorageFullError} where the device, or the browser's share of it, is full.
   */
  async add(
    file: File,
    card: EncoderCard,
    { external = [], onProgress = () => {}, signal }: AddModelOptions = {},
  ): Promise<StoredModel> {
    const { externalFiles } = await inspectModel(file, external);
    const weights = externalFiles.map((path) => ({
      path,
      file: external.find(({ name }) => name === path.split("/").at(-1))!,
    }));
    // Each byte is read twice: to know its hash, and to be copied.
    const total = 2 * [file, ...weights.map((weight) => weight.file)].reduce((sum, { size }) => sum + size, 0);
    let before = 0;
    const hashed = async (blob: File, name: string): Promise<ModelFile> => {
      const sha256 = await this.#hash(blob, (bytes) => onProgress(before + bytes, total), signal);
      before += blob.size;
      return { name, bytes: blob.size, sha256 };
    };
    const network = await hashed(file, file.name);
    const others: ModelFile[] = [];
    for (const { path, file: weight } of weights) others.push(await hashed(weight, path));

    const place = network.sha256;
    const copy = async (blob: File, { bytes }: ModelFile, name: string) => {
      signal?.throwIfAborted();
      if ((await this.#folder.read(`${place}/${name}`))?.size !== bytes)
        await this.#folder.write(`${place}/${name}`, blob);
      before += bytes;
      onProgress(before, total);
    };
    const kept = await this.#record(place);
    // The same network with other weights beside it is another model: nothing of the old one may stay.
    if (kept && !sameFiles(kept.external, others)) await this.#folder.remove(place);
    await copy(file, network, NETWORK);
    for (const [i, { file: weight }] of weights.entries()) await copy(weight, others[i]!, weightName(i));
    const model: StoredModel = {
      kind: "stored",
      card,
      sha256: place,
      file: network,
      external: others,
      addedAt: new Date().toISOString(),
    };
    await this.#folder.write(`${place}/${RECORD}`, JSON.stringify(model));
    return model;
  }

  /** Takes a model away; does nothing where it is gone already. */
  async remove(sha256: string): Promise<void> {
    // The record first: what is left of a removal that was cut short is no model.
    await this.#folder.remove(`${sha256}/${RECORD}`);
    await this.#folder.remove(sha256);
  }

  /** The files of a model, for its worker; undefined where it is not there, or not whole. */
  async files(sha256: string): Promise<Omit<ModelSource, "name"> | undefined> {
    const record = await this.#record(sha256);
    const network = await this.#folder.read(`${sha256}/${NETWORK}`);
    if (!record || network?.size !== record.file.bytes) return undefined;
    const external: { path: string; file: Blob }[] = [];
    for (const [i, { name, bytes }] of record.external.entries()) {
      const file = await this.#folder.read(`${sha256}/${weightName(i)}`);
      if (file?.size !== bytes) return undefined;
      external.push({ path: name, file });
    }
    return { network, external };
  }

  async #record(sha256: string): Promise<StoredModel | undefined> {
    const record = await this.#folder.read(`${sha256}/${RECORD}`);
    return record && JSON.parse(await record.text());
  }
}

/**
 * The shelf of this browser.
 * @throws {CapabilityError} where it has no private file system.
 */
export async function openModelShelf(): Promise<ModelShelf> {
  return new ModelShelf(await openOpfsFolder(SHELF));
}

function weightName(index: number): string {
  return `weights-${index}.bin`;
}

function sameFiles(a: readonly ModelFile[], b: readonly ModelFile[]): boolean {
  return a.length === b.length && a.every(({ name, sha256 }, i) => name === b[i]!.name && sha256 === b[i]!.sha256);
}

/** Read at once while hashing; between two of them it can be cancelled. */
const PART_BYTES = 8 << 20;

/** A model of gigabytes takes seconds to hash: not on the page's thread. */
async function hashInWorker(file: Blob, onProgress: (bytes: number) => void, signal?: AbortSignal): Promise<string> {
  const seat = spawnModelWorker<ModelWorkerApi>();
  const worker = new Lifeline();
  seat.onDeath((detail) => worker.cut(new WorkerCrashedError("the model's hash", detail)));
  try {
    for (let at = 0; ; at += PART_BYTES) {
      signal?.throwIfAborted();
      const end = Math.min(file.size, at + PART_BYTES);
      const hash = await worker.guard(seat.api.hash(file.slice(at, end), end === file.size));
      onProgress(end);
      if (hash !== undefined) return hash;
    }
  } finally {
    seat.terminate();
  }
}
