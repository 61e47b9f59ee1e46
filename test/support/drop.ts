import type { Page } from "playwright";

/**
 * Drops files or folders of this machine on the page, as a person does: the page gets real handles
 * (`getAsFileSystemHandle`). playwright itself can only make up a drop without them.
 */
export async function dropFiles(page: Page, paths: readonly string[], at = { x: 700, y: 450 }): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, ...at, data });
  }
  await session.detach();
}
