import { type ByteReader, bytesWithin } from "./byte-reader.ts";
import { ByteReadError } from "./errors.ts";
import { pushTo, roomIn } from "./request-ring.ts";
import {
  ABSENT,
  CLAIMED,
  FAILED,
  failureReason,
  isEvicting,
  isServed,
  ring,
  type SharedBlocks,
  type SharedFile,
} from "./shared-blocks.ts";

/** Reading on doubles what is asked for at once, up to this. */
const LONGEST_RUN_BYTES = 2 ** 20;
/** How long a wait lasts before the block is asked for once more: the request may have been lost. */
const WAIT_SLICE_MS = 50;
/** After so long without an answer the I/O worker is taken to be dead or stuck, and the file is read right here. */
const PATIENCE_MS = 3000;
/** The same once it has failed to answer, until it does again. */
const NO_PATIENCE_MS = 20;

/** One file of a slide, read by a decoder out of the shared blocks. */
export class SharedBytes {
  readonly #shared: SharedBlocks;
  readonly #file: SharedFile;
  /** The file itself, for when the I/O worker does not answer. */
  readonly #direct: ByteReader;
  readonly #evicting: boolean;
  readonly #longestRun: number;
  /** The block after the last run that was asked for, and how long that run was. */
  #next = -1;
  #run = 1;
  readonly #patienceMs: number;
  #isIoSilent = false;

  constructor(shared: SharedBlocks, index: number, direct: ByteReader, patienceMs = PATIENCE_MS) {
    this.#shared = shared;
    this.#file = shared.files[index]!;
    this.#direct = direct;
    this.#evicting = isEvicting(shared);
    const longest = Math.floor(LONGEST_RUN_BYTES / shared.blockBytes);
    this.#longestRun = Math.max(1, this.#evicting ? Math.min(longest, shared.slotCount >> 3) : longest);
    this.#patienceMs = patienceMs;
  }

  /** As `SyncBytes.read`. */
  read(target: Uint8Array, position: number): number {
    const { blockBytes, table } = this.#shared;
    const length = bytesWithin(this.#file.size, position, target.length);
    const last = this.#file.firstBlock + Math.floor((position + length - 1) / blockBytes);
    let done = 0;
    while (done < length) {
      const at = position + done;
      const inFile = Math.floor(at / blockBytes);
      const block = this.#file.firstBlock + inFile;
      const begin = at - inFile * blockBytes;
      const count = Math.min(blockBytes - begin, length - done);
      const slot = Atomics.load(table, block) - 1;
      if (slot >= 0) {
        if (this.#copy(block, slot, begin, target, done, count)) done += count;
      } else if (!this.#fetch(block, last)) {
        this.#direct.read(target.subarray(done, done + count), at);
        done += count;
      }
    }
    return length;
  }

  /** Copies out of a slot; false where it was given to another block meanwhile. */
  #copy(block: number, slot: number, begin: number, target: Uint8Array, at: number, count: number): boolean {
    const { blockBytes, data, recent, table, version } = this.#shared;
    const source = slot * blockBytes + begin;
    if (!this.#evicting) {
      target.set(data.subarray(source, source + count), at);
      return true;
    }
    // The order matters: the version is taken before it is made sure that the slot still holds the block, and looked at
    // again after the copy. The store to `recent` between copy and look keeps processors from swapping those two.
    const before = Atomics.load(version, slot);
    if (Atomics.load(table, block) !== slot + 1) return false;
    target.set(data.subarray(source, source + count), at);
    Atomics.store(recent, slot, 1);
    return Atomics.load(version, slot) === before;
  }

  /**
   * Asks for a block, for those up to `last` and for more where the file is being read on, and waits for the block.
   * @returns false where the I/O worker does not answer, or there is none for this slide.
   * @throws {ByteReadError} where it could not read it.
   */
  #fetch(block: number, last: number): boolean {
    const { table, urgent } = this.#shared;
    // A block that failed for somebody else, or long ago, is tried anew.
    const failed = Atomics.load(table, block);
    if (failed <= FAILED) Atomics.compareExchange(table, block, failed, CLAIMED);
    Atomics.compareExchange(table, block, ABSENT, CLAIMED);
    this.#claimOn(block, last);

    const patienceMs = this.#isIoSilent ? NO_PATIENCE_MS : this.#patienceMs;
    const since = performance.now();
    for (;;) {
      const value = Atomics.load(table, block);
      if (value !== CLAIMED) {
        this.#isIoSilent = false;
        if (value <= FAILED) throw this.#failure(value);
        // Present; or already evicted again, or given back unread: then the caller asks anew.
        return true;
      }
      if (!isServed(this.#shared)) return false;
      if (performance.now() - since > patienceMs) {
        this.#isIoSilent = true;
        return false;
      }
      pushTo(urgent, block);
      ring(this.#shared);
      Atomics.wait(table, block, CLAIMED, Math.min(WAIT_SLICE_MS, patienceMs));
    }
  }

  /** Claims the blocks after `block` that are or may soon be needed. The I/O worker takes those that adjoin along. */
  #claimOn(block: number, last: number): void {
    const { blockBytes, table, wanted } = this.#shared;
    this.#run = block === this.#next ? Math.min(this.#run * 2, this.#longestRun) : 1;
    const end = Math.min(
      Math.max(Math.min(last + 1, block + this.#longestRun), block + this.#run),
      this.#file.firstBlock + Math.ceil(this.#file.size / blockBytes),
    );
    this.#next = end;
    let adjoins = true;
    for (let next = block + 1; next < end; next++) {
      const isOurs = Atomics.compareExchange(table, next, ABSENT, CLAIMED) === ABSENT;
      if (isOurs && !adjoins && roomIn(wanted) > 0) pushTo(wanted, next);
      adjoins = isOurs;
    }
  }

  #failure(code: number): ByteReadError {
    const reason = failureReason(code);
    try {
      // The I/O worker can only say which kind of failure it was; trying it here gives the words, too.
      this.#direct.probe();
    } catch (thrown) {
      if (thrown instanceof ByteReadError && thrown.reason === reason) return thrown;
    }
    return new ByteReadError(this.#direct.path, reason, `it could not be read (${reason})`);
  }
}
