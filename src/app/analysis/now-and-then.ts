/**
 * Tells of something that changes more often than anybody looks: some time after a change, whatever has changed until then.
 * @returns a function that stops it; what has not been told yet is not.
 */
export function nowAndThen(
  changing: { subscribe(listener: () => void): () => void },
  everyMs: number,
  tell: () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const off = changing.subscribe(() => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tell();
    }, everyMs);
  });
  return () => {
    off();
    clearTimeout(timer);
  };
}
