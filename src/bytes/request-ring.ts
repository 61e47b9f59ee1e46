// Layout of a ring: how many numbers were ever pushed, how many were taken, then the places.
const PUSHED = 0;
const TAKEN = 1;
const HEADER = 2;

/**
 * A queue of small numbers in shared memory, that any thread may push to and one takes from. Nobody ever waits.
 *
 * A push that finds the ring full overwrites the oldest; a thread killed in the middle of one leaves a gap. Both lose a
 * number, and what is queued here may be lost: a block that somebody really waits for is asked for again.
 */
export type RequestRing = Int32Array<SharedArrayBuffer>;

/** Makes a ring; `places` is a power of two. */
export function createRing(places: number): RequestRing {
  return new Int32Array(new SharedArrayBuffer((HEADER + places) * Int32Array.BYTES_PER_ELEMENT));
}

/** Adds a number, not negative. */
export function pushTo(ring: RequestRing, value: number): void {
  const ticket = Atomics.add(ring, PUSHED, 1);
  Atomics.store(ring, placeOf(ring, ticket), value + 1);
}

/** How many more numbers fit before the oldest are lost. */
export function roomIn(ring: RequestRing): number {
  return ring.length - HEADER - waitingIn(ring);
}

/** Takes the oldest number, undefined when there is none. For one thread only. */
export function takeFrom(ring: RequestRing): number | undefined {
  for (;;) {
    const waiting = waitingIn(ring);
    if (waiting <= 0) return undefined;
    const lost = Math.max(0, waiting - (ring.length - HEADER));
    const ticket = (Atomics.load(ring, TAKEN) + lost) | 0;
    Atomics.store(ring, TAKEN, (ticket + 1) | 0);
    const value = Atomics.exchange(ring, placeOf(ring, ticket), 0);
    if (value > 0) return value - 1;
    // A gap: its pusher has not written yet, or never will.
  }
}

function waitingIn(ring: RequestRing): number {
  // Both run on past 2^31 and around: their difference stays right.
  return (Atomics.load(ring, PUSHED) - Atomics.load(ring, TAKEN)) | 0;
}

function placeOf(ring: RequestRing, ticket: number): number {
  return HEADER + (ticket & (ring.length - HEADER - 1));
}
