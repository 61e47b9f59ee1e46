import type { EncoderCard } from "#models";
import { isModelFile } from "../opening/model-file.ts";
import { chosenModel, keyOf, speedKey } from "../stores/models.ts";
import { NOTHING, WORKING } from "../stores/step.ts";
import type { Shelf } from "./engine-contract.ts";
import { type AnalysisParts, failureOf } from "./parts.ts";

/** Which encoders there are, adding and removing them, and where the chosen one would run. */
export function createModelKeeping(parts: AnalysisParts) {
  const { models, choices } = parts;
  let shelf: Promise<Shelf> | undefined;
  let asked: { readonly file: File; readonly external: File[] } | undefined;
  let storing: AbortController | undefined;
  /** The model and the device last asked about. */
  let lookedAt: string | undefined;

  const openShelf = async () => {
    shelf ??= (await parts.engine()).openModelShelf();
    // A shelf that could not be opened once may be the next time.
    shelf.catch(() => {
      shelf = undefined;
    });
    return shelf;
  };

  async function list(): Promise<void> {
    const engine = await parts.engine();
    // Private windows refuse storage: the model that comes with the app is there all the same.
    const stored = await openShelf()
      .then((open) => open.list())
      .catch(() => []);
    models.setState({ models: [engine.builtIn, ...stored] });
  }

  /** Where the chosen model would run: looked at once, and again when another model or device is chosen. */
  async function lookAtDevice(): Promise<void> {
    const { encoder, device } = choices.getState();
    const model = chosenModel(models.getState(), encoder);
    if (!model) return;
    const key = speedKey(model, device);
    if (key === lookedAt && models.getState().device.kind !== "failed") return;
    lookedAt = key;
    models.setState({ device: WORKING });
    try {
      const choice = await (await parts.engine()).chooseDevice(model.card, { device });
      if (key === lookedAt) models.setState({ device: { kind: "done", value: choice } });
    } catch (error) {
      const failure = await failureOf(parts, error, model.card.name);
      if (key === lookedAt) models.setState({ device: { kind: "failed", failure } });
    }
  }

  /** An ONNX file with what lies beside it: its card, and weights in files of their own. */
  async function add(files: readonly File[]): Promise<void> {
    const file = files.find(isModelFile);
    if (!file) return;
    const cardFile = files.find(({ name }) => /\.json$/i.test(name));
    asked = { file, external: files.filter((other) => other !== file && other !== cardFile) };
    models.setState({ adding: { kind: "reading", fileName: file.name } });
    try {
      const engine = await parts.engine();
      if (cardFile) {
        try {
          return await store(engine.readCard(await cardFile.text()));
        } catch (error) {
          const wrongField = (error as { field?: unknown }).field;
          if (typeof wrongField !== "string") throw error;
          const card = await engine.suggestCard(file, asked.external);
          return models.setState({ adding: { kind: "asking", fileName: file.name, card, wrongField } });
        }
      }
      const card = await engine.suggestCard(file, asked.external);
      models.setState({ adding: { kind: "asking", fileName: file.name, card } });
    } catch (error) {
      models.setState({ adding: { kind: "failed", failure: await failureOf(parts, error, file.name) } });
    }
  }

  async function store(card: EncoderCard): Promise<void> {
    if (!asked) return;
    const { file, external } = asked;
    storing = new AbortController();
    const { signal } = storing;
    const tell = (doneBytes: number, totalBytes: number) =>
      !signal.aborted && models.setState({ adding: { kind: "storing", fileName: file.name, doneBytes, totalBytes } });
    tell(0, file.size);
    try {
      const stored = await (await openShelf()).add(file, card, { external, onProgress: tell, signal });
      asked = undefined;
      models.setState({ adding: NOTHING });
      await list();
      choices.getState().set({ encoder: keyOf(stored) });
      await lookAtDevice();
    } catch (error) {
      if (signal.aborted) models.setState({ adding: NOTHING });
      else models.setState({ adding: { kind: "failed", failure: await failureOf(parts, error, file.name) } });
    }
  }

  const stop = choices.subscribe((state, before) => {
    if (state.encoder !== before.encoder || state.device !== before.device) void lookAtDevice();
  });

  return {
    list,
    lookAtDevice,
    add,
    store,
    async remove(sha256: string) {
      await (await openShelf()).remove(sha256);
      await list();
      if (choices.getState().encoder === sha256) choices.getState().set({ encoder: "" });
      await lookAtDevice();
    },
    /** Puts form, progress or failure away. */
    cancelAdding() {
      storing?.abort();
      asked = undefined;
      models.setState({ adding: NOTHING });
    },
    stop,
  };
}
