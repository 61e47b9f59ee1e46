import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digest } from "#base";
import {
  BUILT_IN_ENCODER,
  chooseDevice,
  type EncoderCard,
  inspectModel,
  ModelInputError,
  ModelLoadError,
  ModelOutputError,
  openEncoder,
  openModelShelf,
  type PatchEncoder,
  suggestCard,
} from "#models";
import { TINY_DIMENSION, TINY_PX, tinyModel } from "../../support/tiny-models.ts";

const { sizePx, dimension } = { sizePx: 256, dimension: BUILT_IN_ENCODER.card.dimension };
/** A GPU imitated on a busy machine. */
const SOFTWARE_GPU_MS = 180_000;
const BYTES = sizePx * sizePx * 3;

/** Patches that differ from each other, textured like nothing in particular. */
function patterned(n: number, first = 0, bytes = BYTES): Uint8Array<ArrayBuffer> {
  const patches = new Uint8Array(n * bytes);
  for (let patch = 0, i = 0; patch < n; patch++) {
    const kind = first + patch;
    for (let at = 0; at < bytes; at++, i++) patches[i] = at * (7 + kind) + (at >> (3 + (kind % 5))) * 31;
  }
  return patches;
}

async function withEncoder<T>(opening: Promise<PatchEncoder>, use: (encoder: PatchEncoder) => Promise<T>): Promise<T> {
  const encoder = await opening;
  try {
    return await use(encoder);
  } finally {
    await encoder.close();
  }
}

describe("the built-in encoder", () => {
  it("embeds patches, and says on what and why", async () => {
    await withEncoder(openEncoder(BUILT_IN_ENCODER), async (encoder) => {
      expect(encoder.device).toBe("wasm");
      expect(encoder.deviceReason).toBe("software-adapter");
      expect(encoder.card).toEqual(BUILT_IN_ENCODER.card);
      const features = await encoder.encode(patterned(3), 3);
      expect(features).toHaveLength(3 * dimension);
      expect(features.subarray(0, dimension)).not.toEqual(features.subarray(dimension, 2 * dimension));
    });
  });

  it("may be closed twice", async () => {
    const encoder = await openEncoder(BUILT_IN_ENCODER, { device: "wasm", batchSize: 1 });
    await encoder.close();
    await encoder.close();
  });

  it("gives a patch the same embedding, to the bit, whatever the batch and its company", async () => {
    const whole = await withEncoder(openEncoder(BUILT_IN_ENCODER, { device: "wasm", batchSize: 8 }), (encoder) =>
      encoder.encode(patterned(11), 11),
    );
    const single = await withEncoder(openEncoder(BUILT_IN_ENCODER, { device: "wasm", batchSize: 1 }), (encoder) =>
      encoder.encode(patterned(11), 11),
    );
    expect(single).toEqual(whole);
    const parts = await withEncoder(
      openEncoder(BUILT_IN_ENCODER, { device: "wasm", batchSize: 4 }),
      async (encoder) => [...(await encoder.encode(patterned(7), 7)), ...(await encoder.encode(patterned(4, 7), 4))],
    );
    expect(Float32Array.from(parts)).toEqual(whole);
  });

  it("computes the same on WebGPU", { timeout: SOFTWARE_GPU_MS }, async () => {
    const wasm = await withEncoder(openEncoder(BUILT_IN_ENCODER, { device: "wasm" }), (encoder) =>
      encoder.encode(patterned(1, 3), 1),
    );
    const gpu = await withEncoder(
      openEncoder(BUILT_IN_ENCODER, { device: "webgpu", allowSoftwareAdapter: true, batchSize: 1 }),
      (encoder) => {
        expect(encoder.choice).toMatchObject({ device: "webgpu", reason: "asked-for" });
        return encoder.encode(patterned(1, 3), 1);
      },
    );
    expect(greatestDifference(gpu, wasm)).toBeLessThan(1e-4);
  });

  it("stops when it is told to, before and while it loads", async () => {
    await expect(openEncoder(BUILT_IN_ENCODER, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    const control = new AbortController();
    const opening = openEncoder(BUILT_IN_ENCODER, { signal: control.signal });
    setTimeout(() => control.abort("no longer"), 20);
    await expect(opening).rejects.toBe("no longer");
  });

  it("drops what was asked when it is told to, and goes on", async () => {
    await withEncoder(openEncoder(BUILT_IN_ENCODER, { device: "wasm", batchSize: 2 }), async (encoder) => {
      const control = new AbortController();
      const asked = encoder.encode(patterned(8), 8, { signal: control.signal });
      control.abort("cancelled");
      await expect(asked).rejects.toBe("cancelled");
      expect(await encoder.encode(patterned(1), 1)).toHaveLength(dimension);
    });
  });
});

describe("where a model runs", () => {
  it("is not a program that imitates a graphics processor, unless a test allows it", async () => {
    expect(await chooseDevice(BUILT_IN_ENCODER.card)).toMatchObject({ device: "wasm", reason: "software-adapter" });
    expect(await chooseDevice(BUILT_IN_ENCODER.card, { allowSoftwareAdapter: true })).toMatchObject({
      device: "webgpu",
      adapter: "swiftshader",
    });
    await expect(openEncoder(BUILT_IN_ENCODER, { device: "webgpu" })).rejects.toMatchObject({
      name: "CapabilityError",
    });
  });
});

describe("a model that the user brought", () => {
  const file = (bytes: Uint8Array<ArrayBuffer>, name = "tiny.onnx") => new File([bytes], name);
  const clear = async () => {
    const shelf = await openModelShelf();
    for (const { sha256 } of await shelf.list()) await shelf.remove(sha256);
  };
  beforeEach(clear);
  afterEach(clear);

  async function tinyCard(model: File, more: Partial<EncoderCard> = {}): Promise<EncoderCard> {
    const card = suggestCard(await inspectModel(model), model.name);
    return { ...card, input: { ...card.input, mean: [0, 0, 0], std: [1, 1, 1] }, ...more };
  }

  async function openTiny(bytes: Uint8Array<ArrayBuffer>, more: Partial<EncoderCard> = {}): Promise<PatchEncoder> {
    const model = file(bytes);
    const stored = await (await openModelShelf()).add(model, await tinyCard(model, more));
    return openEncoder(stored);
  }

  /** One patch of a single colour. */
  const plain = (value: number) => new Uint8Array(TINY_PX * TINY_PX * 3).fill(value);

  it("stands on the shelf by the hash of its file, until it is removed", async () => {
    const shelf = await openModelShelf();
    const bytes = tinyModel();
    const sha256 = await digest("SHA-256", bytes);
    const seen: number[] = [];
    const stored = await shelf.add(file(bytes), await tinyCard(file(bytes)), {
      onProgress: (done, total) => seen.push(done / total),
    });
    expect(stored).toMatchObject({ sha256, file: { name: "tiny.onnx", bytes: bytes.length }, external: [] });
    expect(seen.at(-1)).toBe(1);
    expect(await shelf.list()).toEqual([stored]);
    await shelf.remove(sha256);
    expect(await shelf.list()).toEqual([]);
    await expect(openEncoder(stored)).rejects.toMatchObject({ name: "ModelLoadError", reason: "gone" });
  });

  it("gives what its card says it gives, normalised as it says", async () => {
    const input = {
      sizePx: TINY_PX,
      resizePx: TINY_PX,
      filter: "bilinear",
      mean: [0.2, 0.2, 0.2],
      std: [0.5, 0.5, 0.5],
    } as const;
    await withEncoder(openTiny(tinyModel(), { input }), async (encoder) => {
      const [first, , , last] = await encoder.encode(plain(153), 1);
      expect(first).toBeCloseTo((0.6 - 0.2) / 0.5 / 4, 5);
      expect(last).toBeCloseTo((0.6 - 0.2) / 0.5, 5);
    });
  });

  it.each([
    ["plane", {}],
    ["tokens", {}],
    ["tokens", { pooling: "mean-tokens" }],
  ] as const)("pools %s %o", async (ending, more) => {
    await withEncoder(openTiny(tinyModel(ending), more), async (encoder) => {
      expect(encoder.card.dimension).toBe(TINY_DIMENSION);
      const embedding = await encoder.encode(plain(255), 1);
      expect([...embedding].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([0.25, 0.5, 0.75, 1]);
    });
  });

  it("runs on WebGPU", async () => {
    const model = file(tinyModel());
    const stored = await (await openModelShelf()).add(model, await tinyCard(model));
    await withEncoder(openEncoder(stored, { allowSoftwareAdapter: true }), async (encoder) => {
      expect(encoder.choice).toMatchObject({ device: "webgpu", reason: "adapter" });
      const embedding = await encoder.encode(plain(255), 1);
      expect(greatestDifference(embedding, Float32Array.of(0.25, 0.5, 0.75, 1))).toBeLessThan(1e-5);
    });
  });

  it("is refused where the file is no model", async () => {
    const text = new File(["this is not a model, it is a sentence of some length"], "notes.onnx");
    await expect(inspectModel(text)).rejects.toMatchObject({ name: "ModelLoadError", reason: "not-onnx" });
    const cut = file(tinyModel().slice(0, 300));
    await expect(inspectModel(cut)).rejects.toBeInstanceOf(ModelLoadError);
  });

  it("is refused where it takes something else than RGB patches of the card's size", async () => {
    await expect(openTiny(tinyModel("embedding", 1))).rejects.toBeInstanceOf(ModelInputError);
    const input = { sizePx: 224, resizePx: 224, filter: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] } as const;
    await expect(openTiny(tinyModel(), { input })).rejects.toMatchObject({
      name: "ModelInputError",
      found: "pixels float32 [batch, 3, 16, 16]",
    });
  });

  it("is refused before a run where its output is not what the card says", async () => {
    await expect(openTiny(tinyModel(), { dimension: 5 })).rejects.toMatchObject({
      name: "ModelOutputError",
      reason: "shape",
      found: "[1, 4]",
    });
    await expect(openTiny(tinyModel(), { pooling: "cls" })).rejects.toBeInstanceOf(ModelOutputError);
  });

  it("is refused where it gives NaN in the middle of a run, and says so again", async () => {
    await withEncoder(openTiny(tinyModel("nan")), async (encoder) => {
      expect(await encoder.encode(plain(100), 1)).toHaveLength(TINY_DIMENSION);
      for (const _ of [1, 2]) {
        await expect(encoder.encode(plain(255), 1)).rejects.toMatchObject({
          name: "ModelOutputError",
          reason: "not-finite",
        });
      }
    });
  });
});

function greatestDifference(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
