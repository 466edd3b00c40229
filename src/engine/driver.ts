import { Observable } from "rxjs";
import type { OperatorFunction, Subscriber } from "rxjs";
import type { Event } from "../domain/event.ts";
import { BARRIER } from "../domain/item.ts";
import type { Item } from "../domain/item.ts";
import type { Journal } from "../domain/ports.ts";
import { InvariantError } from "../domain/units.ts";
import { nowMs } from "./clock.ts";
import { atWork } from "./pulse.ts";

/** How often the driver lets the event loop breathe, so that signals, timers and progress get their turn. */
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
}

export interface DriveResult {
  readonly events: number;
  readonly bursts: number;
  readonly aborted: boolean;
  /** Time spent pushing events through the line, without waiting for the source. */
  readonly lineSeconds: number;
}

/**
 * The only owner of pace and order: pulls bursts, gives each event its `seq`, journals it, pushes it through the line,
 * and ends every burst with a barrier. Rejects with the line's error; the source is closed in every case.
 */
export const drive = async (
  source: AsyncIterable<readonly Event[]> | Iterable<readonly Event[]>,
  line: OperatorFunction<Item, Item>,
  tap: (item: Item) => void,
  options: DriveOptions = {},
): Promise<DriveResult> => {
  const entry = atWork(() => connect(line, tap));
  try {
    return await push(source, entry, options);
  } finally {
    // Also after an error of the source: operators get their teardown.
    entry.disconnect();
  }
};

const push = async (
  source: AsyncIterable<readonly Event[]> | Iterable<readonly Event[]>,
  { into, throwIfFailed }: Entry,
  options: DriveOptions,
): Promise<DriveResult> => {
  const { journal } = options;
  let seq = options.firstSeq ?? 0;
  let bursts = 0;
  let lineSeconds = 0;
  let aborted = false;
  let breathedAt = nowMs();
  for await (const burst of source) {
    if (options.signal?.aborted === true) {
      aborted = true;
      break;
    }
    const startedAt = nowMs();
    const firstSeq = seq;
    atWork(() => {
      through(burst, firstSeq, into, journal);
    }, burst);
    throwIfFailed();
    seq += burst.length;
    bursts += 1;
    const endedAt = nowMs();
    lineSeconds += (endedAt - startedAt) / 1000;
    const last = burst[burst.length - 1];
    if (last !== undefined) options.onBurst?.(seq, last.knownAtMs);
    if (endedAt - breathedAt > YIELD_MS) {
      await breathe();
      breathedAt = nowMs();
    }
  }
  if (!aborted)
    atWork(() => {
      into.complete();
    });
  throwIfFailed();
  return { events: seq - (options.firstSeq ?? 0), bursts, aborted, lineSeconds };
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
  readonly disconnect: () => void;
}

/** Subscribes the line once and hands out its entrance. */
const connect = (line: OperatorFunction<Item, Item>, tap: (item: Item) => void): Entry => {
  let into: Subscriber<Item> | undefined;
  let failure: { readonly error: unknown } | undefined;
  const events$ = new Observable<Item>((subscriber) => {
    into = subscriber;
  });
  const subscription = line(events$).subscribe({
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
  return { into, throwIfFailed, disconnect };
};

const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });
