import type { Event } from "../domain/event.ts";

const NOTHING: readonly Event[] = [];

/**
 * Counts up when code begins that only comes back by itself, and again when it has: odd while it is at work. Shared memory, so that a
 * thread can see that it does not come back (`src/cli/watchdog`). Two stores a burst.
 */
export const pulse = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** The burst on the line; empty between bursts. */
export let burstAtWork = NOTHING;

/** Runs a burst through the line, or begins the line. */
export const atWork = <T>(work: () => T, burst = NOTHING): T => {
  Atomics.add(pulse, 0, 1);
  burstAtWork = burst;
  try {
    return work();
  } finally {
    burstAtWork = NOTHING;
    Atomics.add(pulse, 0, 1);
  }
};

/** What is waited for counts too. Nothing else may begin meanwhile. */
export const whileAtWork = async <T>(work: () => Promise<T>): Promise<T> => {
  Atomics.add(pulse, 0, 1);
  try {
    return await work();
  } finally {
    Atomics.add(pulse, 0, 1);
  }
};
