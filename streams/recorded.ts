import { defer, EMPTY, from, map, Observable, repeat, takeWhile } from "rxjs";
import type { ObservableInput } from "rxjs";
import type { Event } from "../src/domain/event.ts";

type Burst = readonly Event[];
/** One answer of a recording that is being read. */
type Next = ObservableInput<IteratorResult<Burst, unknown>>;

/** Something that is read burst by burst: a store, an archive, the market simulator, a journal. */
export interface Reading {
  next(): Next;
  /** Lets go of files and connections. */
  return?(): unknown;
}

/** A recorded stream as the line takes it. */
export interface Recorded {
  /**
   * The bursts, in order. The next one is read when the subscriber has taken the one before, so at most one is held. Cold, and read once: a
   * second subscription goes on where the first one stopped.
   */
  readonly bursts$: Observable<Burst>;
  /** Ends the reading, and resolves when the source has let go of what it holds. It may be called at any time, and more than once. */
  readonly close: () => Promise<void>;
}

/**
 * A recorded stream as an Observable of bursts. An error of the source is the Observable's error; the end of the source completes it.
 * `pause`: what the next read waits for; EMPTY: nothing.
 */
export const recorded = (reading: Reading, pause: () => Observable<unknown> = () => EMPTY): Recorded => {
  let closing: Promise<void> | undefined;
  const bursts$ = defer(() => from(reading.next())).pipe(
    repeat({ delay: () => paused(pause()) }),
    takeWhile(({ done }) => done !== true),
    map(({ value }) => value as Burst),
  );
  const close = (): Promise<void> => (closing ??= Promise.resolve(reading.return?.()).then(() => undefined));
  return { bursts$, close };
};

/** Emits once when `until` completes: at once where it is EMPTY. */
const paused = (until: Observable<unknown>): Observable<null> =>
  new Observable((subscriber) =>
    until.subscribe({
      complete: () => {
        subscriber.next(null);
      },
    }),
  );

/** Opens what can be iterated. */
export const readingOf = (source: AsyncIterable<Burst> | Iterable<Burst>): Reading => {
  if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
  const iterator = source[Symbol.iterator]();
  // A promise, as an asynchronous source gives: thousands of bursts must not nest in one another's calls.
  return { next: () => Promise.resolve(iterator.next()), return: () => iterator.return?.() };
};
