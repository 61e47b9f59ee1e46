import { useSession } from "../stores/context.tsx";
import type { FailureAction } from "./failure.ts";

/** What the button of a failure does; `slideId` is the slide that failed, if it was one. */
export function useFailureAction(slideId: string | undefined): (action: FailureAction) => void {
  const session = useSession();
  return (action) => {
    switch (action) {
      case "open-slide":
        return void session.openSlide();
      case "open-folder":
        return void session.openFolder(slideId);
      case "again":
        return void (slideId ? session.retry(slideId) : session.openSlide());
      case "reload":
        return location.reload();
    }
  };
}
