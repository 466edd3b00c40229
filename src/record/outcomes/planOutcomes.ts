import type { Intent, NoEntry, Refusal, Signal } from "../../domain/derived.ts";
import type { OrderRejected } from "../../domain/event.ts";
import { isSureRefusal } from "../../domain/rejection.ts";
import { isEmergency } from "../../risk/emergencies.ts";
import { codeOf, rejectionText } from "../../venues/binance/rejectionCodes.ts";
import type { RefusalCount, RejectionCount } from "../runRecord.ts";

/** Why L4 asked for no entry, how often, and the first time's value and limit. */
interface WaitCount {
  readonly reason: string;
  readonly count: number;
  readonly value: number;
  readonly limit: number;
}

/** Reasons to wait that are told apart; those that come later are left out. */
const WAITS_MAX = 64;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What became of all that L4 wanted: plans by the rule that refused them, orders by the venue's code, entries that it did not ask for. */
export class PlanOutcomes {
  /** Decision bars, and those at which the signal was ready. */
  decisions = 0;
  ready = 0;
  /** Highest P(LONG) or P(SHORT) of a ready signal; 0 without one. */
  highestProbability = 0;
  /** Plans of the strategy, approved or not; not those that risk makes itself. */
  plans = 0;
  canceled = 0;
  expired = 0;
  private readonly byRule = new Map<string, Mutable<RefusalCount>>();
  private readonly byCode = new Map<number, Mutable<RejectionCount>>();
  private readonly byReason = new Map<string, Mutable<WaitCount>>();

  get refusals(): RefusalCount[] {
    return mostFirst(this.byRule);
  }
  get rejections(): RejectionCount[] {
    return mostFirst(this.byCode);
  }
  get waits(): WaitCount[] {
    return mostFirst(this.byReason);
  }

  signal({ ready, pLong, pShort }: Signal): void {
    this.decisions += 1;
    if (!ready) return;
    this.ready += 1;
    if (pLong > this.highestProbability) this.highestProbability = pLong;
    if (pShort > this.highestProbability) this.highestProbability = pShort;
  }

  intent({ planId }: Intent): void {
    if (!isEmergency(planId)) this.plans += 1;
  }

  refused({ rule, value, limit }: Refusal): void {
    const known = this.byRule.get(rule);
    if (known === undefined) {
      this.byRule.set(rule, { rule, count: 1, nearest: value, limit });
      return;
    }
    known.count += 1;
    if (Math.abs(value - limit) < Math.abs(known.nearest - limit) || Number.isNaN(known.nearest)) known.nearest = value;
  }

  /** Answers that leave open whether the order is there are no refusals. */
  rejected({ reason, message, eventTimeMs }: OrderRejected): void {
    if (!isSureRefusal(reason)) return;
    const code = codeOf(reason);
    const known = this.byCode.get(code);
    if (known === undefined) this.byCode.set(code, { code, count: 1, reason: rejectionText(reason, message), firstMs: eventTimeMs });
    else known.count += 1;
  }

  waited({ reason, value, limit }: NoEntry): void {
    const known = this.byReason.get(reason);
    if (known !== undefined) known.count += 1;
    else if (this.byReason.size < WAITS_MAX) this.byReason.set(reason, { reason, count: 1, value, limit });
  }
}

const mostFirst = <K extends string | number, T extends { readonly count: number }>(counts: ReadonlyMap<K, T>): T[] =>
  [...counts].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1)).map(([, count]) => ({ ...count }));
