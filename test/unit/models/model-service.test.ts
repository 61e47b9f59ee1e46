import { describe, expect, it, vi } from "vitest";
import { SCATTERING_CARD } from "../../../src/models/built-in/scattering-card.ts";
import type { EncoderCard } from "../../../src/models/card.ts";
import { createModelService, type ModelServiceParts } from "../../../src/models/model-service.ts";
import type { OpenEncoderOptions } from "../../../src/models/patch-encoder.ts";
import type { Network, RuntimeDevice } from "../../../src/models/runtime.ts";
import { TINY_DIMENSION, TINY_PX, tinyModel } from "../../support/tiny-models.ts";

const CARD: EncoderCard = {
  ...SCATTERING_CARD,
  dimension: TINY_DIMENSION,
  input: { sizePx: TINY_PX, resizePx: TINY_PX, filter: "bilinear", mean: [0, 0, 0], std: [1, 1, 1] },
};
const SOURCE = { name: "tiny", network: new Blob([tinyModel()]), external: [] };
const BYTES = TINY_PX * TINY_PX * 3;
/** n patches, each of a colour of its own. */
const patches = (n: number) => Uint8Array.from({ length: n * BYTES }, (_, i) => 10 + Math.floor(i / BYTES));

/** A runtime whose embeddings are a patch's second value, four times; `spoil` may change what comes. */
function fakes({
  adapter = true,
  spoil = async (_on: RuntimeDevice["kind"], data: Float32Array<ArrayBuffer>) => data,
}: {
  adapter?: boolean;
  spoil?: (on: RuntimeDevice["kind"], data: Float32Array<ArrayBuffer>) => Promise<Float32Array<ArrayBuffer>>;
} = {}) {
  const log: string[] = [];
  let lose: (info: { message: string; reason: string }) => void = () => {};
  const parts: ModelServiceParts = {
    findAdapter: async () =>
      adapter ? { adapter: {} as GPUAdapter, name: "a real one" } : { adapter: undefined, reason: "no-adapter" },
    requestDevice: async () =>
      ({
        lost: new Promise((resolve) => {
          lose = resolve;
        }),
        destroy: () => log.push("destroyed"),
      }) as unknown as GPUDevice,
    loadRuntime: async () => ({
      async open(_bytes, _source, _input, on): Promise<Network> {
        log.push(`open ${on.kind}`);
        return {
          async run(values, [batch = 0]) {
            log.push(`run ${batch}`);
            const data = Float32Array.from({ length: batch * 4 }, (_, i) => values[Math.floor(i / 4) * BYTES + 1]!);
            return { dims: [batch, 4], data: await spoil(on.kind, data) };
          },
          close: async () => void log.push(`close ${on.kind}`),
        };
      },
    }),
  };
  return {
    service: createModelService(parts),
    log,
    lose: (reason = "unknown") => lose({ message: "reset", reason }),
    onGpuLost: vi.fn(),
  };
}

const load = ({ service, onGpuLost }: ReturnType<typeof fakes>, options: OpenEncoderOptions = {}) =>
  service.load(SOURCE, CARD, options, onGpuLost);

describe("a model in its worker", () => {
  it("runs on a GPU where there is one", async () => {
    expect(await load(fakes(), { batchSize: 2 })).toMatchObject({
      choice: { device: "webgpu", reason: "adapter", adapter: "a real one" },
      batchSize: 2,
      dimension: 4,
    });
  });

  it.each([
    ["there is none", {}, fakes({ adapter: false }), "no-adapter"],
    ["it was asked to", { device: "wasm" }, fakes(), "asked-for"],
    [
      "the GPU refuses the model",
      {},
      fakes({
        spoil: (on, data) => (on === "webgpu" ? Promise.reject(new Error("no kernel")) : Promise.resolve(data)),
      }),
      "adapter-refused",
    ],
    [
      "the GPU gives nothing but zeros",
      {},
      fakes({ spoil: async (on, data) => (on === "webgpu" ? data.fill(0) : data) }),
      "adapter-refused",
    ],
    [
      "the GPU gives NaN",
      {},
      fakes({ spoil: async (on, data) => (on === "webgpu" ? data.fill(Number.NaN) : data) }),
      "adapter-refused",
    ],
  ] as const)("runs on wasm where %s", async (_, options, fake, reason) => {
    expect((await load(fake, options)).choice).toMatchObject({ device: "wasm", reason });
    // What was tried on the GPU is tidied away.
    if (reason === "adapter-refused") expect(fake.log).toEqual(expect.arrayContaining(["close webgpu", "destroyed"]));
  });

  it("says so where a GPU was asked for and there is none", async () => {
    await expect(load(fakes({ adapter: false }), { device: "webgpu" })).rejects.toMatchObject({
      name: "CapabilityError",
    });
  });

  it("gives every batch the same size, and each patch its own embedding", async () => {
    const fake = fakes();
    await load(fake, { batchSize: 4 });
    fake.log.length = 0;
    const features = await fake.service.encode(patches(10), 10);
    expect(fake.log).toEqual(["run 4", "run 4", "run 4"]);
    expect(Array.from({ length: 10 }, (_, i) => Math.round(features[i * 4]! * 255))).toEqual([
      10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
    ]);
  });

  it("answers requests in order, one run at a time", async () => {
    let running = 0;
    const fake = fakes({
      spoil: async (_, data) => {
        expect(++running).toBe(1);
        await new Promise((done) => setTimeout(done, 2));
        running--;
        return data;
      },
    });
    await load(fake, { batchSize: 2 });
    const both = await Promise.all([fake.service.encode(patches(3), 3), fake.service.encode(patches(5), 5)]);
    expect(both.map(({ length }) => length)).toEqual([12, 20]);
    expect(both[1].subarray(0, 12)).toEqual(both[0]);
  });

  it("says that the GPU was lost, while a batch runs and ever after", async () => {
    let hang = false;
    const fake = fakes({ spoil: (_, data) => (hang ? new Promise(() => {}) : Promise.resolve(data)) });
    await load(fake, { batchSize: 2 });
    hang = true;
    const asked = fake.service.encode(patches(2), 2);
    fake.lose();
    await expect(asked).rejects.toMatchObject({ name: "GpuLostError", detail: "reset" });
    await expect(fake.service.encode(patches(2), 2)).rejects.toMatchObject({ name: "GpuLostError" });
  });

  it("tells of the loss before what waits hears of it, and of no end of its own", async () => {
    const told: string[] = [];
    const fake = fakes();
    fake.onGpuLost.mockImplementation((detail) => told.push(`page: ${detail}`));
    await load(fake, { batchSize: 2 });
    const asked = fake.service.encode(patches(2), 2).catch(() => told.push("batch"));
    fake.lose();
    await asked;
    expect(told).toEqual(["page: reset", "batch"]);

    const closed = fakes();
    await load(closed, { batchSize: 2 });
    closed.lose("destroyed");
    await expect(closed.service.encode(patches(2), 2)).rejects.toMatchObject({ name: "GpuLostError" });
    expect(closed.onGpuLost).not.toHaveBeenCalled();
  });

  it("says that the GPU was lost where the run fails a moment before that is known", async () => {
    let fail = false;
    const fake = fakes({ spoil: (_, data) => (fail ? Promise.reject(new Error("mapAsync")) : Promise.resolve(data)) });
    await load(fake, { batchSize: 2 });
    fail = true;
    const asked = fake.service.encode(patches(2), 2);
    setTimeout(fake.lose, 5);
    await expect(asked).rejects.toMatchObject({ name: "GpuLostError" });
  });

  it("refuses NaN in the middle of a run", async () => {
    let runs = 0;
    const fake = fakes({ adapter: false, spoil: async (_, data) => (++runs > 3 ? data.fill(Number.NaN) : data) });
    await load(fake, { batchSize: 2 });
    await expect(fake.service.encode(patches(8), 8)).rejects.toMatchObject({
      name: "ModelOutputError",
      reason: "not-finite",
    });
  });

  it("passes a failure on as it is where the GPU is well", async () => {
    let fail = false;
    const fake = fakes({ spoil: (_, data) => (fail ? Promise.reject(new Error("odd")) : Promise.resolve(data)) });
    await load(fake, { batchSize: 2 });
    fail = true;
    await expect(fake.service.encode(patches(1), 1)).rejects.toThrow("odd");
    fail = false;
    expect(await fake.service.encode(patches(1), 1)).toHaveLength(4);
  });

  it("is refused before the runtime is fetched where the file cannot be right", async () => {
    const fake = fakes();
    const loading = (network: Blob, card = CARD) => fake.service.load({ ...SOURCE, network }, card, {}, fake.onGpuLost);
    await expect(loading(new Blob(["not a model, just words"]))).rejects.toMatchObject({ reason: "not-onnx" });
    await expect(loading(new Blob([tinyModel("embedding", 1)]))).rejects.toMatchObject({ name: "ModelInputError" });
    expect(fake.log).toEqual([]);
  });

  it("hashes a file part by part", async () => {
    const { service } = fakes();
    expect(await service.hash(new Blob(["ab"]), false)).toBeUndefined();
    expect(await service.hash(new Blob(["c"]), true)).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    expect(await service.hash(new Blob([]), true)).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });
});
