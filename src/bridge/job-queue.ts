interface Queued {
  readonly priority: number;
  readonly sequence: number;
}

/**
 * Jobs by priority (higher first), then by sequence. A binary heap; deleted entries are skipped when they surface, so
 * that taking one of thousands back costs nothing.
 */
export class JobQueue<Entry extends Queued> {
  readonly #heap: Entry[] = [];
  readonly #waiting = new Set<Entry>();

  get size(): number {
    return this.#waiting.size;
  }

  push(entry: Entry): void {
    this.#waiting.add(entry);
    const heap = this.#heap;
    heap.push(entry);
    let at = heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): Entry | undefined {
    for (let top = this.#popHeap(); top; top = this.#popHeap()) {
      if (this.#waiting.delete(top)) return top;
    }
    return undefined;
  }

  delete(entry: Entry): boolean {
    return this.#waiting.delete(entry);
  }

  #popHeap(): Entry | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!top || !last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

function isBefore(a: Queued, b: Queued): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.sequence < b.sequence);
}
