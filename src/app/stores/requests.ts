import { createStore, type StoreApi } from "./store.ts";

/** One address the app has asked for. */
export interface RequestRow {
  readonly url: string;
  /** How often. A slide read by ranges is one address asked for many times. */
  readonly count: number;
  /** Bytes received, as far as the browser tells. */
  readonly bytes: number;
  /** Whether the address is of the page's own origin. */
  readonly sameOrigin: boolean;
  /** Refused by the content security policy before it left. */
  readonly blocked: boolean;
}

export interface RequestsState {
  readonly rows: readonly RequestRow[];
  readonly total: number;
  readonly blocked: number;
}

export interface RequestsActions {
  record(requests: readonly { url: string; bytes: number; blocked?: boolean }[]): void;
}

export type RequestsStore = StoreApi<RequestsState & RequestsActions>;

/** More addresses than this are counted but no longer listed one by one. */
const MAX_ROWS = 500;

/** Everything this page has asked a server for, for whoever wants to check that nothing was sent. */
export function createRequestsStore(origin: string): RequestsStore {
  return createStore<RequestsState & RequestsActions>()((set) => ({
    rows: [],
    total: 0,
    blocked: 0,
    record: (requests) =>
      set((state) => {
        const rows = new Map(state.rows.map((row) => [row.url, row]));
        let { total, blocked } = state;
        for (const { url, bytes, blocked: refused = false } of requests) {
          const sameOrigin = isOfOrigin(url, origin);
          if (sameOrigin === undefined) continue;
          if (refused) blocked++;
          else total++;
          const row = rows.get(url);
          if (row) rows.set(url, { ...row, count: row.count + 1, bytes: row.bytes + bytes });
          else if (rows.size < MAX_ROWS) rows.set(url, { url, count: 1, bytes, sameOrigin, blocked: refused });
        }
        return { rows: [...rows.values()], total, blocked };
      }),
  }));
}

/** undefined for `blob:` and `data:` addresses, which never leave the page. */
function isOfOrigin(url: string, origin: string): boolean | undefined {
  if (url.startsWith("blob:") || url.startsWith("data:")) return undefined;
  try {
    return new URL(url).origin === origin;
  } catch {
    return false;
  }
}
