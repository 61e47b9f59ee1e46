import { cdp } from "vitest/browser";

interface DevTools {
  send(method: string, parameters: object): Promise<unknown>;
}

/** What the browser grants this site beyond what it holds; undefined: as much as ever. */
export async function grantStorage(bytes: number | undefined): Promise<void> {
  const { usage = 0 } = await navigator.storage.estimate();
  const quotaSize = bytes === undefined ? undefined : usage + bytes;
  await (cdp() as DevTools).send("Storage.overrideQuotaForOrigin", { origin: location.origin, quotaSize });
}
