/**
 * Least-recently-used cache with a budget in bytes.
 * An entry larger than the whole budget is not kept (as in OpenSlide's own cache).
 */
export class ByteLru<Key, Value> {
  readonly #entries = new Map<Key, { value: Value; bytes: number }>();
  readonly #onEvict: ((value: Value, key: Key) => void) | undefined;
  #budgetBytes: number;
  #bytes = 0;

  constructor(budgetBytes: number, onEvict?: (value: Value, key: Key) => void) {
    this.#budgetBytes = budgetBytes;
    this.#onEvict = onEvict;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  get budgetBytes(): number {
    return this.#budgetBytes;
  }

  setBudget(bytes: number): void {
    this.#budgetBytes = bytes;
    this.#shrink();
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** The value, now the most recently used; undefined when absent. */
  get(key: Key): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** The value without touching its age. */
  peek(key: Key): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Returns whether the value was kept. A value that is replaced or not kept goes to the evict callback. */
  set(key: Key, value: Value, bytes: number): boolean {
    this.delete(key);
    if (bytes > this.#budgetBytes) {
      this.#onEvict?.(value, key);
      return false;
    }
    this.#entries.set(key, { value, bytes });
    this.#bytes += bytes;
    this.#shrink();
    return true;
  }

  delete(key: Key): boolean {
    const entry = this.#entries.get(key);
    if (!entry) return false;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#onEvict?.(entry.value, key);
    return true;
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }

  keys(): IterableIterator<Key> {
    return this.#entries.keys();
  }

  #shrink(): void {
    for (const key of this.#entries.keys()) {
      if (this.#bytes <= this.#budgetBytes) return;
      this.delete(key);
    }
  }
}
