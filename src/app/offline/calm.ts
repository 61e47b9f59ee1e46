import type { SlidesStore } from "../stores/slides.ts";

/** Settles once nothing about the slides has changed for that long: nobody is opening one. */
export function calm(slides: SlidesStore, forMs: number): Promise<void> {
  return new Promise((settle) => {
    const wait = () =>
      setTimeout(() => {
        unsubscribe();
        settle();
      }, forMs);
    let timer = wait();
    const unsubscribe = slides.subscribe(() => {
      clearTimeout(timer);
      timer = wait();
    });
  });
}
