import { EMPTY, fromEvent, isObservable, lastValueFrom, map, NEVER, Observable, takeUntil, takeWhile } from "rxjs";
import type { OperatorFunction, Subscriber } from "rxjs";
import { resumable } from "../../operators/stepOperator.ts";
import type { Recorded } from "../../streams/recorded.ts";
import { readingOf, recorded } from "../../streams/recorded.ts";
import type { Event } from "../domain/event.ts";
import { BARRIER } from "../domain/item.ts";
import type { Item } from "../domain/item.ts";
import type { Journal } from "../domain/ports.ts";
import { InvariantError } from "../domain/units.ts";
import { nowMs } from "./clock.ts";
import { atWork } from "./pulse.ts";

/** How often the event loop gets a turn while a recorded stream is read. */
const YIELD_MS = 50;

export interface DriveOptions {
  /** Every event is appended before it enters the line. */
  readonly journal?: Journal;
  /** Stops between two bursts. */
  readonly signal?: AbortSignal;
  /** Called after each burst with the events so far and the line's time. */
  readonly onBurst?: (events: number, knownAtMs: number) => void;
  /** `seq` of the first event. */
  readonly firstSeq?: number;
  /** States of a line of the same steps, to go on from (src/engine/checkpoint.ts); `firstSeq` is what their line would have got next. */
  readonly from?: Uint8Array;
  /** Called behind the barrier of each burst, with the `seq` of the next event. `states` writes the states of the line. */
  readonly checkpoint?: (nextSeq: number, states: () => Uint8Array) => void;
}

export interface DriveResult {
  readonly events: number;
  readonly bursts: number;
  readonly aborted: boolean;
  /** Time spent pushing events through the line, without waiting for the source. */
  readonly lineSeconds: number;
}

type Burst = readonly Event[];

/**
 * The only owner of pace and order: takes bursts from a live stream (an Observable) or reads a recorded one, gives each event its `seq`,
 * journals it, pushes it through the line, and ends every burst with a barrier. Rejects with the line's error or the source's; the source
 * is closed in every case.
 */
export const drive = async (
  source: Observable<Burst> | AsyncIterable<Burst> | Iterable<Burst>,
  line: OperatorFunction<Item, Item>,
  tap: (item: Item) => void,
  options: DriveOptions = {},
): Promise<DriveResult> => {
  const entry = atWork(() => connect(line, tap, options));
  const { bursts$, close } = isObservable(source) ? live(source) : recorded(readingOf(source), breathing());
  let result: DriveResult;
  try {
    result = await push(bursts$, entry, options);
  } catch (error) {
    entry.disconnect();
    // What closing says after that is a consequence.
    await close().catch(() => undefined);
    throw error;
  }
  entry.disconnect();
  await close();
  return result;
};

/** A live stream ends when nobody listens any more. */
const live = (bursts$: Observable<Burst>): Recorded => ({ bursts$, close: () => Promise.resolve() });

const push = async (bursts$: Observable<Burst>, { into, throwIfFailed, states }: Entry, options: DriveOptions): Promise<DriveResult> => {
  const { journal, firstSeq = 0 } = options;
  let seq = firstSeq;
  const driven = { bursts: 0, aborted: false, lineSeconds: 0 };
  let inside = false;
  const take = (burst: Burst): void => {
    if (inside) throw new InvariantError("a burst arrived while the line was at work on another: put a queue before the line");
    inside = true;
    const startedAt = nowMs();
    const first = seq;
    atWork(() => {
      through(burst, first, into, journal);
    }, burst);
    inside = false;
    throwIfFailed();
    seq += burst.length;
    driven.bursts += 1;
    options.checkpoint?.(seq, states);
    driven.lineSeconds += (nowMs() - startedAt) / 1000;
    const last = burst[burst.length - 1];
    if (last !== undefined) options.onBurst?.(seq, last.knownAtMs);
  };
  const goesOn = (): boolean => {
    driven.aborted = options.signal?.aborted === true;
    return !driven.aborted;
  };
  const told$ = options.signal === undefined ? NEVER : fromEvent(options.signal, "abort").pipe(map(goesOn));
  await lastValueFrom(bursts$.pipe(takeWhile(goesOn), map(take), takeUntil(told$)), { defaultValue: undefined });
  if (!driven.aborted)
    atWork(() => {
      into.complete();
    });
  throwIfFailed();
  return { events: seq - firstSeq, ...driven };
};

/** A burst, and the barrier behind it. */
const through = (burst: readonly Event[], firstSeq: number, into: Entry["into"], journal: Journal | undefined): void => {
  let seq = firstSeq;
  for (const event of burst) {
    event.seq = seq;
    seq += 1;
    if (journal !== undefined) journal.append(event);
    into.next(event);
  }
  into.next(BARRIER);
};

interface Entry {
  /** Where items enter the line. */
  readonly into: Pick<Subscriber<Item>, "next" | "complete">;
  readonly throwIfFailed: () => void;
  readonly states: () => Uint8Array;
  readonly disconnect: () => void;
}

/** Subscribes the line once and hands out its entrance. */
const connect = (line: OperatorFunction<Item, Item>, tap: (item: Item) => void, { from, checkpoint }: DriveOptions): Entry => {
  let into: Subscriber<Item> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const events$ = new Observable<Item>((subscriber) => {
    into = subscriber;
  });
  const kept = from === undefined && checkpoint === undefined ? null : resumable(line(events$), events$, from);
  const subscription = (kept?.line$ ?? line(events$)).subscribe({
    // RxJS would report what a tap throws later and elsewhere: it ends the run here, like an operator's error.
    next: (item) => {
      try {
        tap(item);
      } catch (error) {
        failure ??= { error };
      }
    },
    error: (error: unknown) => {
      failure ??= { error };
    },
  });
  const throwIfFailed = (): void => {
    if (failure !== undefined) throw failure.error;
  };
  throwIfFailed();
  if (into === undefined) throw new InvariantError("the line did not subscribe to its events");
  const disconnect = (): void => {
    subscription.unsubscribe();
  };
  const states = (): Uint8Array => {
    if (kept === null) throw new InvariantError("a line that is not driven with `checkpoint` has none");
    return kept.states();
  };
  return { into, throwIfFailed, states, disconnect };
};

/** Lets the event loop turn now and then, between two bursts of a recorded stream: signals, timers and progress get their turn. */
const breathing = (): (() => Observable<unknown>) => {
  let breathedAt = nowMs();
  const turn$ = new Observable((subscriber) => {
    const turn = setImmediate(() => {
      breathedAt = nowMs();
      subscriber.complete();
    });
    return () => {
      clearImmediate(turn);
    };
  });
  return () => (nowMs() - breathedAt > YIELD_MS ? turn$ : EMPTY);
};
