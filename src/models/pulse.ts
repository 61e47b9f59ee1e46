/** How often a sign of life is asked for. */
const BEAT_MS = 1000;

/**
 * Watches whether a worker's thread still answers. onnxruntime's wasm may spin for ever when the GPU goes away under it
 * (onnxruntime-web 1.30, WebGPU): then nothing else tells that it is gone.
 *
 * @param ping - resolves when the worker's thread comes round to it.
 * @param silenceMs - how long it may take.
 * @returns how to stop watching.
 */
export function watchPulse(ping: () => Promise<unknown>, silenceMs: number, onSilence: () => void): () => void {
  let isWatching = true;
  let timer: ReturnType<typeof setTimeout>;
  const beatLater = () => {
    clearTimeout(timer);
    if (isWatching) timer = setTimeout(beat, BEAT_MS);
  };
  const beat = () => {
    timer = setTimeout(() => {
      isWatching = false;
      onSilence();
    }, silenceMs);
    // A worker that died is heard of elsewhere.
    ping().then(beatLater, () => clearTimeout(timer));
  };
  beatLater();
  return () => {
    isWatching = false;
    clearTimeout(timer);
  };
}
