import type { OperatorFunction } from "rxjs";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import type { AccountState } from "../../src/domain/derived.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { utcDayStart } from "../../src/domain/units.ts";

/** What was going on between two events. */
export interface Situation {
  readonly position: boolean;
  /** Orders that the venue has, entries among them. */
  readonly working: boolean;
  readonly resting: boolean;
  /** Orders that are on their way. */
  readonly inFlight: boolean;
  readonly halted: boolean;
  /** The next event of an instrument is behind a hole, or a book waits for its snapshot. */
  readonly gap: boolean;
  /** The next event is the first of a UTC day. */
  readonly dayChange: boolean;
}
export type Name = keyof Situation;

/** Stands at the end of a line and looks. */
export class Onlooker {
  account: AccountState | null = null;
  halted = false;
  readonly broken = new Set<number>();

  get operator(): OperatorFunction<Item, Item> {
    return stepOperator("onlooker", () => ({ seen: this }), HANDLERS, { emits: [] });
  }

  /** Between `last` and `next`; `behindHole`: the next kline reveals a hole. */
  situation(last: Event | undefined, next: Event | undefined, behindHole: boolean): Situation {
    const orders = this.account?.orders.flatMap(({ open }) => open) ?? [];
    const working = orders.filter(({ status }) => status === "working" || status === "partlyFilled");
    return {
      position: this.account?.positions.some(({ positionLots }) => positionLots !== 0) === true,
      working: working.length > 0,
      resting: working.some(({ role }) => role === "entry"),
      inFlight: orders.some(({ status }) => status === "sent" || status === "cancelSent"),
      halted: this.halted,
      gap: behindHole || this.broken.size > 0,
      dayChange: isNewDay(last, next),
    };
  }
}

const HANDLERS: StepHandlers<{ readonly seen: Onlooker }> = {
  [Kind.accountState]: ({ seen }, state) => void (seen.account = state),
  [Kind.riskState]: ({ seen }, { level }) => void (seen.halted = level === "HALTED"),
  [Kind.resyncNeeded]: ({ seen }, { instrument }) => void seen.broken.add(instrument),
  [Kind.bookTop]: ({ seen }, { instrument }) => void seen.broken.delete(instrument),
};

export const isNewDay = (last: Event | undefined, next: Event | undefined): boolean =>
  last !== undefined && next !== undefined && utcDayStart(last.knownAtMs) !== utcDayStart(next.knownAtMs);

/** By event: whether it is a kline that does not follow the one before. */
export const holesOf = (events: readonly Event[]): boolean[] => {
  const due = new Map<number, number>();
  return events.map((event) => {
    if (event.kind !== Kind.kline) return false;
    const expected = due.get(event.instrument) ?? event.openTimeMs;
    due.set(event.instrument, event.openTimeMs + event.intervalMs);
    return event.openTimeMs > expected;
  });
};
