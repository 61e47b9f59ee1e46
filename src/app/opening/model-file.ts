/** Whether a file is a model, to be kept among the encoders, and no slide. */
export const isModelFile = ({ name }: { readonly name: string }): boolean => /\.onnx$/i.test(name);
