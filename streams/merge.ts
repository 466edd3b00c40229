import type { Event } from "../src/domain/event.ts";
import { lineRank } from "../src/domain/kind.ts";
import { InvariantError } from "../src/domain/units.ts";

/**
 * Order of two events on the line (docs/architecture.md#the-order-of-the-line): `knownAtMs`, then rank of the kind, then instrument
 * index. Negative when `a` comes first, 0 when only the source can decide.
 */
export const compareOnLine = (a: Event, b: Event): number => {
  const byTime = a.knownAtMs - b.knownAtMs;
  if (byTime !== 0) return byTime;
  const byRank = lineRank(a.kind) - lineRank(b.kind);
  return byRank !== 0 ? byRank : a.instrument - b.instrument;
};

/** One source with its current batch; `at` is the next event to take. */
interface Cursor {
  readonly source: number;
  readonly iterator: AsyncIterator<readonly Event[]>;
  batch: readonly Event[];
  at: number;
  last: Event | undefined;
}

/**
 * Merges sources that are each in line order into one line, in bursts of at most `burstEvents`; events that compare
 * equal come in the order of their sources. Whole runs are taken from the source with the least head while it stays
 * below the other heads, so one long source beside a few rare events costs a comparison or two per event.
 *
 * Holds one batch per source and one burst. Throws `InvariantError` when a source goes backwards; a source's own
 * error passes through. Ending the iteration early ends every source.
 */
export async function* mergeOnLine(
  sources: readonly AsyncIterable<readonly Event[]>[],
  burstEvents: number,
): AsyncGenerator<readonly Event[], void, undefined> {
  if (!Number.isSafeInteger(burstEvents) || burstEvents < 1)
    throw new InvariantError(`burstEvents must be a positive integer, got ${burstEvents}`);
  const cursors = sources.map((source, index): Cursor => ({
    source: index,
    iterator: source[Symbol.asyncIterator](),
    batch: [],
    at: 0,
    last: undefined,
  }));
  let live: Cursor[] = [];
  try {
    const filled = await Promise.all(cursors.map(refill));
    live = cursors.filter((_, index) => filled[index]);
    let burst: Event[] = [];
    while (live.length > 0) {
      const [least, rival] = twoLeast(live);
      takeRun(least, rival, burst, burstEvents);
      if (burst.length === burstEvents) {
        yield burst;
        burst = [];
      }
      if (least.at === least.batch.length && !(await refill(least))) live = live.filter((cursor) => cursor !== least);
    }
    if (burst.length > 0) yield burst;
  } finally {
    await Promise.all(cursors.map(async (cursor) => cursor.iterator.return?.()));
  }
}

/** Loads the next batch that is not empty; false at the end of the source. */
const refill = async (cursor: Cursor): Promise<boolean> => {
  for (;;) {
    const next = await cursor.iterator.next();
    if (next.done === true) return false;
    if (next.value.length === 0) continue;
    cursor.batch = next.value;
    cursor.at = 0;
    return true;
  }
};

const head = (cursor: Cursor): Event => cursor.batch[cursor.at] as Event;

const before = (a: Cursor, b: Cursor): boolean => {
  const order = compareOnLine(head(a), head(b));
  return order !== 0 ? order < 0 : a.source < b.source;
};

/** The cursor with the least head and, when there are more, the one with the second least. */
const twoLeast = (live: readonly Cursor[]): readonly [Cursor, Cursor | undefined] => {
  let least = live[0] as Cursor;
  let rival: Cursor | undefined;
  for (let i = 1; i < live.length; i++) {
    const cursor = live[i] as Cursor;
    if (before(cursor, least)) {
      rival = least;
      least = cursor;
    } else if (rival === undefined || before(cursor, rival)) rival = cursor;
  }
  return [least, rival];
};

/** Moves events of `cursor` to `burst` until its batch ends, the burst is full or the rival's head comes first. */
const takeRun = (cursor: Cursor, rival: Cursor | undefined, burst: Event[], burstEvents: number): void => {
  const { batch, source } = cursor;
  const end = Math.min(batch.length, cursor.at + burstEvents - burst.length);
  const bound = rival === undefined ? undefined : head(rival);
  const winsTies = rival === undefined || source < rival.source;
  const boundMs = bound === undefined ? Infinity : bound.knownAtMs;
  let { at, last } = cursor;
  let lastMs = last === undefined ? -Infinity : last.knownAtMs;
  for (; at < end; at++) {
    const event = batch[at] as Event;
    const timeMs = event.knownAtMs;
    if (timeMs <= lastMs && last !== undefined && compareOnLine(last, event) > 0) throw backwards(source, last, event);
    if (timeMs >= boundMs && bound !== undefined) {
      const order = compareOnLine(event, bound);
      if (order > 0 || (order === 0 && !winsTies)) break;
    }
    burst.push(event);
    last = event;
    lastMs = timeMs;
  }
  cursor.at = at;
  cursor.last = last;
};

const backwards = (source: number, last: Event, event: Event): InvariantError =>
  new InvariantError(
    `source ${source} of the merge goes backwards: kind ${event.kind} of instrument ${event.instrument} at ${event.knownAtMs} ` +
      `after kind ${last.kind} of instrument ${last.instrument} at ${last.knownAtMs}`,
  );
