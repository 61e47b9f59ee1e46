import type { OfflineMessage } from "../offline/cache-names.ts";
import type { RequestsStore } from "../stores/requests.ts";

/** Feeds the request log from everything the browser tells a page about its requests. */
export function watchRequests(requests: RequestsStore): void {
  const { record } = requests.getState();
  const observer = new PerformanceObserver((list) =>
    record(
      (list.getEntries() as PerformanceResourceTiming[]).map(({ name, transferSize }) => ({
        url: name,
        bytes: transferSize,
      })),
    ),
  );
  // The page itself is a request too; `buffered` brings those from before this script ran.
  observer.observe({ type: "navigation", buffered: true });
  observer.observe({ type: "resource", buffered: true });
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (
      /^(connect|img|script|worker|font|style|frame|media|object)-src/.test(effectiveDirective) &&
      blockedURI.includes(":")
    )
      record([{ url: blockedURI, bytes: 0, blocked: true }]);
  });
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<OfflineMessage>) => {
    if (data?.kind === "request") record([data]);
  });
}
