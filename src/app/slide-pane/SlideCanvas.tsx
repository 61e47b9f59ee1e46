import { useEffect, useRef } from "react";
import type { Slide } from "#slide";
import { Viewer } from "#viewer";
import {
  useAnalysisDoor,
  useChromeStore,
  useSession,
  useSettings,
  useSlides,
  useSlidesStore,
} from "../stores/context.tsx";
import { givenMpp, pixelSizeOf } from "../stores/pixel-size.ts";
import { activeEntry } from "../stores/slides.ts";
import { words } from "../words.ts";
import type { AddressBar } from "./address-bar.ts";
import styles from "./SlidePane.module.css";

/** The drawing surface. The viewer follows the slides store by itself: no frame of it passes through React. */
export function SlideCanvas({ address }: { address: AddressBar }) {
  const container = useRef<HTMLDivElement>(null);
  const slides = useSlidesStore();
  const chrome = useChromeStore();
  const session = useSession();
  const analysis = useAnalysisDoor();
  const renderer = useSettings((settings) => settings.renderer);
  const name = useSlides((state) => (state.slide ? state.slide.name : undefined));

  useEffect(() => {
    const viewer = new Viewer(container.current!, {
      renderer,
      scaleOf: (slide) => ({
        mpp: pixelSizeOf(slide, givenMpp(analysis, slides.getState().activeId)),
        objectivePower: slide.objectivePower,
      }),
    });
    let shown: { slide: Slide; id: string } | undefined;
    const leave = () => {
      if (!shown) return;
      const { id } = shown;
      shown = undefined;
      slides.getState().change(id, { view: viewer.view });
      viewer.close();
    };
    const follow = () => {
      const state = slides.getState();
      if (state.slide === shown?.slide) return;
      leave();
      const entry = activeEntry(state);
      if (!state.slide || !entry) return;
      shown = { slide: state.slide, id: entry.id };
      viewer.open(state.slide, entry.view ?? address.takeView(entry));
      address.moved(viewer.view);
    };
    const stop = [
      slides.subscribe(follow),
      viewer.on("view", () => shown && address.moved(viewer.view)),
      address.follow((view) => shown && viewer.setView(view)),
      viewer.on("firstpixels", () => {
        // Shows in the browser's profiler, and is what `npm run bench` measures.
        performance.mark("coverslip:first-pixels");
        slides.getState().setPainted();
      }),
      viewer.on("settled", () => shown && void session.settled(shown.slide)),
      viewer.on("error", (error) => {
        // There may never be pixels; what else is known of the slide is shown all the same.
        slides.getState().setPainted();
        session.readFailed(error);
      }),
    ];
    follow();
    chrome.setState({ viewer });
    return () => {
      for (const off of stop) off();
      leave();
      chrome.setState({ viewer: undefined });
      viewer.destroy();
    };
  }, [renderer, slides, chrome, session, analysis, address]);

  return (
    <div
      ref={container}
      className={styles.canvas}
      role="application"
      aria-label={name ? words.pane.slide(name) : words.pane.empty}
      inert={name === undefined}
    />
  );
}
