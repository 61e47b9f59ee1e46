import { useDeferredValue, useState } from "react";
import { useSlides } from "../stores/context.tsx";
import { activeEntry } from "../stores/slides.ts";

/** Whether a slide has been painted or has failed since the page began: its pixels come before all that stands beside it. */
export function useFirstAnswer(): boolean {
  const isThere = useDeferredValue(
    useSlides((state) => state.painted || activeEntry(state)?.state.kind === "failed"),
    false,
  );
  const [wasThere, setWasThere] = useState(false);
  if (isThere && !wasThere) setWasThere(true);
  return isThere || wasThere;
}
