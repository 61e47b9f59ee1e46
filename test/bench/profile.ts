import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CDPSession, Page } from "playwright";
import { CACHE } from "../../.scripts/setup.mjs";
import { REPOSITORY } from "../support/page-build.ts";
import { openOurs } from "./ours.ts";
import { AHEAD, BATCH_SIZE, KINDS, listRequests } from "./requests.ts";
import { benchSlide } from "./slides.ts";

/** Where the time of a read goes: the sampling profiler on every thread while the bench's own requests run. See README.md. */

/** What a function's name says it does; the first that fits. */
const GROUPS: readonly (readonly [string, RegExp])[] = [
  ["entropy decoding (Huffman)", /huff|cs_decode_or_fall_back/i],
  ["inverse DCT", /idct|islow/i],
  ["upsampling and colour", /upsample|ycc|rgb_convert|color_convert|merged|h2v[12]/i],
  ["rest of libjpeg", /^j[a-z]+_|jpeg|^decompress|^process_data|^read_markers|^next_marker|smooth/i],
  ["TIFF and OpenSlide", /TIFF|tiff|openslide|grid|_os_|cache|tile/i],
  ["compositing (cairo, pixman)", /cairo|pixman|composite|sse|combine/i],
  ["ARGB to RGBA and out", /^cs_|straight|rgba/i],
  ["memory and copies", /memcpy|memset|memmove|malloc|free|dlmalloc|calloc|emscripten_/i],
  ["messages between threads", /postMessage|\.js$|setTimeout|EventListener|onmessage|^[a-z#]{1,3}$/i],
  ["garbage collection", /garbage/],
  ["file bytes", /read|seek|stream|fd_|mount|shared-bytes|SharedBytes/i],
];

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
}

interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The profiler of each thread of a page: the page's own and those of its workers. */
class Threads {
  readonly #session: CDPSession;
  readonly #workers = new Map<string, string>();
  readonly #waiting = new Map<number, (result: unknown) => void>();
  #nextId = 1;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async attach(page: Page): Promise<Threads> {
    const session = await page.context().newCDPSession(page);
    const threads = new Threads(session);
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      if (targetInfo.type === "worker")
        threads.#workers.set(sessionId, targetInfo.url.split("/").at(-1)!.split("-")[0]!);
    });
    session.on("Target.detachedFromTarget", ({ sessionId }) => threads.#workers.delete(sessionId));
    session.on("Target.receivedMessageFromTarget", ({ message }) => {
      const { id, result } = JSON.parse(message) as { id?: number; result?: unknown };
      if (id !== undefined) threads.#waiting.get(id)?.(result);
    });
    await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
    return threads;
  }

  async start(): Promise<void> {
    await this.#everywhere("Profiler.enable");
    await this.#everywhere("Profiler.setSamplingInterval", { interval: 200 });
    await this.#everywhere("Profiler.start");
  }

  /** Thread by thread, what was sampled since `start`. */
  async stop(): Promise<[string, CpuProfile][]> {
    const results = await this.#everywhere("Profiler.stop");
    return results.map(([name, result]) => [name, (result as { profile: CpuProfile }).profile]);
  }

  #everywhere(method: string, params: object = {}): Promise<[string, unknown][]> {
    const page = this.#session
      .send(method as "Profiler.enable", params)
      .then((result): [string, unknown] => ["page", result]);
    const workers = [...this.#workers].map(async ([sessionId, name]): Promise<[string, unknown]> => {
      const id = this.#nextId++;
      const answer = new Promise<unknown>((resolve) => this.#waiting.set(id, resolve));
      await this.#session.send("Target.sendMessageToTarget", {
        sessionId,
        message: JSON.stringify({ id, method, params }),
      });
      return [name, await answer];
    });
    return Promise.all([page, ...workers]);
  }
}

/** Milliseconds by function, idle time under "(idle)". */
function selfTimes(
  { nodes, samples, timeDeltas }: CpuProfile,
  symbols: ReadonlyMap<string, string>,
): Map<string, number> {
  const names = new Map(
    nodes.map(({ id, callFrame }) => {
      const { functionName, url } = callFrame;
      const index = /^wasm-function\[(\d+)\]$/.exec(functionName)?.[1];
      return [
        id,
        index ? (symbols.get(index) ?? functionName) : functionName || url.split("/").at(-1) || "(anonymous)",
      ];
    }),
  );
  const times = new Map<string, number>();
  for (const [i, sample] of samples.entries()) {
    const name = names.get(sample)!;
    times.set(name, (times.get(name) ?? 0) + timeDeltas[i]! / 1000);
  }
  return times;
}

function printThread(name: string, times: ReadonlyMap<string, number>, requests: number, verbose: boolean): void {
  const idle = (times.get("(idle)") ?? 0) + (times.get("(program)") ?? 0);
  const busy = [...times.values()].reduce((sum, ms) => sum + ms, 0) - idle;
  console.log(`  ${name}: busy ${(busy / requests).toFixed(3)} ms a request, waiting ${(idle / requests).toFixed(3)}`);
  if (busy / requests < 0.02) return;
  const groups = new Map<string, { ms: number; largest: [string, number][] }>();
  for (const [fn, ms] of times) {
    if (fn === "(idle)" || fn === "(program)") continue;
    const group = GROUPS.find(([, pattern]) => pattern.test(fn))?.[0] ?? "everything else";
    const entry = groups.get(group) ?? { ms: 0, largest: [] };
    entry.ms += ms;
    entry.largest.push([fn, ms]);
    groups.set(group, entry);
  }
  for (const [group, { ms, largest }] of [...groups].sort(([, a], [, b]) => b.ms - a.ms)) {
    const share = ((100 * ms) / busy).toFixed(0).padStart(3);
    largest.sort(([, a], [, b]) => b - a);
    const top = largest.slice(0, verbose ? 8 : 3).map(([fn, own]) => `${fn} ${((100 * own) / busy).toFixed(0)}`);
    console.log(`    ${share} %  ${group.padEnd(28)} ${top.join(", ")}`);
  }
}

const symbols = new Map(
  readFileSync(join(REPOSITORY, "wasm/dist/openslide.symbols"), "utf8")
    .split("\n")
    .map((line): [string, string] => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]),
);
const sample = join(REPOSITORY, "public/sample/coverslip-sample.tiff");
const slide = await benchSlide(CACHE, sample, "20k", { edge: 20_000 });
const ours = await openOurs([slide.file], true);
const threads = await Threads.attach(ours.page);
for (const filled of [true, false]) {
  for (const kind of KINDS) {
    await ours.start(1);
    await ours.open(0);
    if (filled) await ours.fill();
    await ours.batch(listRequests(kind, slide.levels, 16, 1), AHEAD[kind]);
    const requests = listRequests(kind, slide.levels, BATCH_SIZE[kind], 2);
    if (!filled) await ours.open(0);
    await threads.start();
    const { wallMs } = await ours.batch(requests, AHEAD[kind]);
    const profiles = await threads.stop();
    console.log(`${kind}${filled ? "" : "-unfilled"}: ${(wallMs / requests.length).toFixed(2)} ms a request`);
    for (const [name, profile] of profiles) {
      printThread(name, selfTimes(profile, symbols), requests.length, process.argv.includes("--verbose"));
    }
  }
}
await ours.close();
