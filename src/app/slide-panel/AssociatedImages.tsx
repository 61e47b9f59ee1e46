import { useEffect, useState } from "react";
import type { AssociatedImage, Pixels, Slide } from "#slide";
import { Button } from "../controls/controls.tsx";
import { PixelsCanvas } from "../controls/PixelsCanvas.tsx";
import { formatSize } from "../format.ts";
import { words } from "../words.ts";
import styles from "./SlidePanel.module.css";

const text = words.slidePanel;

/** Thumbnail and macro at once; a label, which can name the patient, only when asked for. */
export function AssociatedImages({ slide }: { slide: Slide }) {
  return (
    <section className={styles.section}>
      <h3>{text.associated}</h3>
      {slide.associatedImages.length === 0 && <p className={styles.quiet}>{text.noAssociated}</p>}
      {[...slide.associatedImages]
        .sort(labelLast)
        .map((image) =>
          isLabel(image) ? (
            <Label key={image.name} slide={slide} image={image} />
          ) : (
            <Picture key={image.name} slide={slide} image={image} />
          ),
        )}
    </section>
  );
}

function Label({ slide, image }: { slide: Slide; image: AssociatedImage }) {
  const [shown, setShown] = useState(false);
  return (
    <>
      {shown && <Picture slide={slide} image={image} />}
      <div className={styles.label}>
        <Button onPress={() => setShown(!shown)}>{shown ? text.hideLabel : text.showLabel}</Button>
        <span className={styles.quiet}>{text.labelNote}</span>
      </div>
    </>
  );
}

function Picture({ slide, image }: { slide: Slide; image: AssociatedImage }) {
  const { name } = image;
  const [pixels, setPixels] = useState<Pixels>();
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const abort = new AbortController();
    slide.readAssociatedImage(name, { signal: abort.signal, priority: -1 }).then(
      (read) => !abort.signal.aborted && setPixels(read),
      () => !abort.signal.aborted && setFailed(true),
    );
    return () => abort.abort();
  }, [slide, name]);
  const caption = text.imageOf(name, formatSize(image));
  return (
    <figure className={styles.picture}>
      {pixels ? (
        <PixelsCanvas pixels={pixels} role="img" aria-label={caption} />
      ) : (
        <p className={styles.quiet}>{failed ? text.imageFailed(name) : text.imageWorking(name)}</p>
      )}
      <figcaption>{caption}</figcaption>
    </figure>
  );
}

/** Vendors call it "label" or, in DICOM, "LABEL"; "barcode" holds the same. */
function isLabel({ name }: AssociatedImage): boolean {
  return /label|barcode/i.test(name);
}

function labelLast(a: AssociatedImage, b: AssociatedImage): number {
  return Number(isLabel(a)) - Number(isLabel(b));
}
