import type { JobEngines } from "#pipeline";
import { type RowLog, RowLogBusyError } from "#storage";
import { createTissueService } from "../../src/pipeline/tissue-service.ts";
import { MeanEncoder } from "./mean-encoder.ts";
import { openHdf5InNode } from "./node-hdf5.ts";

/** Row logs that outlive the jobs of a test, as the browser's do. */
export class MemoryRowLogs {
  readonly logs = new Map<string, { belongsTo: string; bytes: Uint8Array<ArrayBuffer>; isOpen: boolean }>();
  /** Called before each append; may throw. */
  beforeAppend: (rows: number) => void = () => {};

  readonly open: JobEngines["openRowLog"] = async (key, { rowBytes, belongsTo }) => {
    let log = this.logs.get(key);
    if (log?.isOpen) throw new RowLogBusyError(key);
    if (!log || log.belongsTo !== belongsTo) {
      log = { belongsTo, bytes: new Uint8Array(), isOpen: true };
      this.logs.set(key, log);
    }
    const kept = log;
    kept.isOpen = true;
    const logs = this;
    return {
      key,
      rowBytes,
      get rows() {
        return kept.bytes.length / rowBytes;
      },
      async append(rows: ArrayBufferView) {
        logs.beforeAppend(kept.bytes.length / rowBytes);
        const more = new Uint8Array(rows.buffer as ArrayBuffer, rows.byteOffset, rows.byteLength);
        const all = new Uint8Array(kept.bytes.length + more.length);
        all.set(kept.bytes);
        all.set(more, kept.bytes.length);
        kept.bytes = all;
      },
      async file() {
        kept.isOpen = false;
        return new File([kept.bytes], "rows");
      },
      async close() {
        kept.isOpen = false;
      },
      async drop() {
        kept.isOpen = false;
        logs.logs.delete(key);
      },
    } satisfies RowLog;
  };

  readonly drop: JobEngines["dropRowLog"] = async (key) => {
    if (this.logs.get(key)?.isOpen) throw new RowLogBusyError(key);
    this.logs.delete(key);
  };
}

/** A job's engines for Node: the real tissue service without pictures, everything else in memory. */
export function nodeEngines(logs = new MemoryRowLogs(), encoder = new MeanEncoder()): JobEngines {
  const service = createTissueService();
  const picture = (text: string) => new TextEncoder().encode(text);
  return {
    tissue: {
      findTissueOnTile: (rgb, width, height) => service.findTissueOnTile(rgb, width, height),
      outlineTissue: (mask, options) => service.outlineTissue(mask, options),
      selectPatches: (selection, polygons) => service.selectPatches(selection, polygons),
      drawContours: async () => ({ thumbnail: picture("thumbnail"), contours: picture("contours") }),
      drawPatches: async () => picture("patches"),
    },
    openEncoder: encoder.open,
    openRowLog: logs.open,
    dropRowLog: logs.drop,
    openHdf5: openHdf5InNode,
    owner: { hostname: "browser:test", pid: 0 },
    originLocks: undefined,
    now: () => new Date(),
  };
}

/** `navigator.locks` of one origin, for several jobs of a test. Node 20 has none. */
export function createOriginLocks(): Pick<LockManager, "request"> {
  const held = new Map<string, Promise<unknown>>();
  const request = async (name: string, ...rest: unknown[]) => {
    const callback = rest.at(-1) as (lock: object | null) => unknown;
    const { ifAvailable } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    if (held.has(name) && ifAvailable) return callback(null);
    while (held.has(name)) await held.get(name);
    const work = Promise.resolve().then(() => callback({ name }));
    const settled = work.catch(() => {});
    held.set(name, settled);
    settled.then(() => held.delete(name));
    return work;
  };
  return { request: request as LockManager["request"] };
}
