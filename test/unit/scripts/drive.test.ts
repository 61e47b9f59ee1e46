import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { DrivenRequest } from "../../../src/app/driven/request.ts";

/** Starting and stopping, with a browser that never gets ready. */

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "coverslip-drive-"));
  const chromium = join(folder, "chromium");
  writeFileSync(chromium, `#!/bin/sh\necho started > ${join(folder, "started")}\nexec sleep 2\n`);
  chmodSync(chromium, 0o755);
  vi.stubEnv("CHROME_PATH", chromium);
  vi.stubEnv("COVERSLIP_CACHE", join(folder, "cache"));
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

async function driveUntil(signal: AbortSignal) {
  const { drive } = await import("../../../.scripts/cli/drive.mjs");
  mkdirSync(join(folder, "job"), { recursive: true });
  const request = {} as Omit<DrivenRequest, "job" | "input" | "owner">;
  return drive({ jobDir: join(folder, "job"), request, signal, onProgress() {}, onNote() {} });
}

test("stopped before the browser is started, it is cancelled and starts none", async () => {
  expect(await driveUntil(AbortSignal.abort())).toMatchObject({ status: "cancelled", total: 0 });
  expect(existsSync(join(folder, "started"))).toBe(false);
});

test("stopped while the browser starts, it is cancelled at once", async () => {
  const began = performance.now();
  expect(await driveUntil(AbortSignal.timeout(200))).toMatchObject({ status: "cancelled", total: 0 });
  expect(performance.now() - began).toBeLessThan(1500);
});
