import { wrap } from "comlink";
import { afterEach, expect, it } from "vitest";
import { type Seat, WorkerCrashedError, WorkerPool, WorkerStuckError } from "#bridge";
import { UnsupportedFormatError } from "#slide";
import { expectConsole } from "../../support/expected-console.ts";
import type { MisbehavingApi } from "../../support/misbehaving.worker.ts";

let pool: WorkerPool<MisbehavingApi>;
afterEach(() => pool.close());

function spawn(): Seat<MisbehavingApi> {
  const worker = new Worker(new URL("../../support/misbehaving.worker.ts", import.meta.url), { type: "module" });
  return {
    api: wrap<MisbehavingApi>(worker) as unknown as MisbehavingApi,
    terminate: () => worker.terminate(),
    onDeath: (listener) =>
      worker.addEventListener("error", (event) => {
        event.preventDefault();
        listener(event.message);
      }),
  };
}

const call = <Result>(name: string, run: (api: MisbehavingApi) => Promise<Result>) =>
  pool.run({ request: name, timeoutMs: 2000, run: (seat) => run(seat.api) });

it("replaces a real worker that hangs, and answers those behind it", async () => {
  pool = new WorkerPool({ name: "test", size: 1, spawn });
  expect(await call("echo", (api) => api.echo(1))).toBe(1);
  const hung = call("hang", (api) => api.hang()).catch((error: unknown) => error);
  const behind = call("echo", (api) => api.echo(2));
  expect(await hung).toBeInstanceOf(WorkerStuckError);
  expect(await behind).toBe(2);
  expect(pool.state()).toMatchObject({ workers: 1, restarts: 1 });
});

it("replaces a real worker that hangs over what all are asked, and nobody waits for it", async () => {
  pool = new WorkerPool({ name: "test", size: 2, spawn });
  pool.start();
  let asked = 0;
  await pool.broadcast({
    request: "hang",
    timeoutMs: 2000,
    run: async ({ api }) => void (asked++ === 0 ? await api.hang() : await api.echo(1)),
  });
  expect(await call("echo", (api) => api.echo(2))).toBe(2);
  expect(pool.state().restarts).toBe(1);
});

it("replaces a real worker that dies", async () => {
  expectConsole(/out of luck/);
  pool = new WorkerPool({ name: "test", size: 1, spawn });
  const died = call("die", (api) => api.die()).catch((error: unknown) => error);
  expect(await died).toBeInstanceOf(WorkerCrashedError);
  expect(await call("echo", (api) => api.echo(3))).toBe(3);
});

it("brings a thrown error across with class, fields and cause", async () => {
  pool = new WorkerPool({ name: "test", size: 1, spawn });
  const error = await call("refuse", (api) => api.refuse()).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UnsupportedFormatError);
  expect(error).toMatchObject({ fileName: "letter.svs", cause: expect.any(RangeError) });
});
