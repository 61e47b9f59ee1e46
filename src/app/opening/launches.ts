import type { Session } from "./session.ts";

interface LaunchParams {
  readonly files: readonly FileSystemHandle[];
}

declare global {
  interface Window {
    /** Files that the operating system opens with the installed app (Chromium, desktop). */
    readonly launchQueue?: { setConsumer(consumer: (params: LaunchParams) => void): void };
  }
}

/** Opens what is double-clicked on the desktop. */
export function listenLaunches(session: Session): void {
  window.launchQueue?.setConsumer(({ files }) => {
    if (files.length > 0) void session.openHandles(files);
  });
}
