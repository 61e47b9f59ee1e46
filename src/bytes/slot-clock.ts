import { ABSENT, FILLED, isEvicting, type SharedBlocks } from "./shared-blocks.ts";

/**
 * Gives blocks their slots. Where there are fewer slots than blocks, the hand of a clock goes round and takes the first
 * slot that was not read since it last passed. Only the I/O worker does this.
 */
export class SlotClock {
  readonly #shared: SharedBlocks;
  /** Slot → block + 1, where blocks make room for others. */
  readonly #holds: Int32Array | undefined;
  /** Slot → the batch that took it last: what is being read now is not given away again. */
  readonly #takenIn: Int32Array | undefined;
  #hand = 0;
  #batch = 1;

  constructor(shared: SharedBlocks) {
    this.#shared = shared;
    if (!isEvicting(shared)) return;
    this.#holds = new Int32Array(shared.slotCount);
    this.#takenIn = new Int32Array(shared.slotCount);
    // Another I/O worker may have served these blocks before this one.
    for (let block = 0; block < shared.table.length; block++) {
      const slot = Atomics.load(shared.table, block) - 1;
      if (slot >= 0) this.#holds[slot] = block + 1;
    }
  }

  /** Blocks that may be read in one batch without one driving out another. */
  get batchBlocks(): number {
    return this.#holds ? Math.max(1, this.#shared.slotCount >> 2) : Number.POSITIVE_INFINITY;
  }

  beginBatch(): void {
    this.#batch++;
  }

  /**
   * Empties a slot for a block. To be called before the block's bytes are read, not just before they are copied: then no
   * processor can make the new bytes visible before the old block is gone.
   */
  take(block: number): number {
    const holds = this.#holds;
    if (!holds) return block;
    const { recent, slotCount, state, table, version } = this.#shared;
    for (;;) {
      const slot = this.#hand;
      this.#hand = (slot + 1) % slotCount;
      if (this.#takenIn![slot] === this.#batch) continue;
      if (holds[slot] !== 0 && Atomics.exchange(recent, slot, 0) === 1) continue;
      if (holds[slot] !== 0) {
        Atomics.store(table, holds[slot]! - 1, ABSENT);
        Atomics.sub(state, FILLED, 1);
      }
      Atomics.add(version, slot, 1);
      holds[slot] = block + 1;
      this.#takenIn![slot] = this.#batch;
      return slot;
    }
  }

  /** The bytes of a block are in its slot: from now on it may be read there. */
  publish(block: number, slot: number): void {
    const { recent, state, table } = this.#shared;
    if (this.#holds) Atomics.store(recent, slot, 1);
    Atomics.store(table, block, slot + 1);
    Atomics.add(state, FILLED, 1);
    Atomics.notify(table, block);
  }

  /** The block could not be read: its slot is free. */
  giveBack(slot: number): void {
    if (this.#holds) this.#holds[slot] = 0;
  }
}
