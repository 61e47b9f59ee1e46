import { OnnxGraph, type Value } from "../../src/models/built-in/onnx-writer.ts";
import { plainInput, testCard } from "./test-card.ts";

/** Side of the patches of the tiny models. */
export const TINY_PX = 16;
/** Length of their embeddings. */
export const TINY_DIMENSION = 4;

/** The card of `tinyModel()`. */
export const TINY_CARD = testCard({
  id: "tiny",
  name: "Tiny",
  dimension: TINY_DIMENSION,
  input: plainInput(TINY_PX),
});

/** What to do to a (N, 4, 4, 4) plane before it is given back. */
type Ending = (graph: OnnxGraph, plane: Value) => void;

const ENDINGS = {
  /** (N, 4). */
  embedding: (graph, plane) => {
    graph.node("Flatten", "embedding", [graph.node("GlobalAveragePool", "mean", [plane])]);
  },
  /** (N, 4, 4, 4). */
  plane: (graph, plane) => {
    graph.node("Relu", "embedding", [plane]);
  },
  /** (N, 16, 4): tokens. */
  tokens: (graph, plane) => {
    const rows = graph.node("Reshape", "rows", [plane, graph.ints("rows_shape", [-1, 4, 16])]);
    graph.node("Transpose", "embedding", [rows], { perm: [0, 2, 1] });
  },
  /** (N, 4), NaN where the patch is nearly white. */
  nan: (graph, plane) => {
    const mean = graph.node("Flatten", "mean_flat", [graph.node("GlobalAveragePool", "mean", [plane])]);
    graph.node("Log", "embedding", [graph.node("Sub", "left", [graph.floats("white", [], [0.95]), mean])]);
  },
} satisfies Record<string, Ending>;

const SHAPES = {
  embedding: ["batch", TINY_DIMENSION],
  plane: ["batch", TINY_DIMENSION, 4, 4],
  tokens: ["batch", 16, TINY_DIMENSION],
  nan: ["batch", TINY_DIMENSION],
} as const;

/** An ONNX encoder of a few hundred weights: one convolution, whose channel c gives (c + 1) / 4 of a patch's mean colour. */
export function tinyModel(ending: keyof typeof ENDINGS = "embedding", channels = 3): Uint8Array<ArrayBuffer> {
  const graph = new OnnxGraph();
  const taps = Array.from(
    { length: 4 * channels * 16 },
    (_, i) => (Math.floor(i / (channels * 16)) + 1) / (64 * channels),
  );
  const plane = graph.node("Conv", "conv", [graph.input("pixels"), graph.floats("taps", [4, channels, 4, 4], taps)], {
    kernel_shape: [4, 4],
    strides: [4, 4],
  });
  ENDINGS[ending](graph, plane);
  return graph.toModel({
    name: "tiny",
    doc: "for tests",
    opset: 17,
    input: { name: "pixels", shape: ["batch", channels, TINY_PX, TINY_PX] },
    output: { name: "embedding", shape: SHAPES[ending] },
  });
}
