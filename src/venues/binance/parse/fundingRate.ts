import type { Funding } from "../../../domain/event.ts";
import { fundingEvent, settlementMs } from "../../../domain/fundingEvent.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { HOUR_MS } from "../../../domain/units.ts";
import { amountAt, arrayAt, numberAt, recordAt } from "./wire.ts";

/** A settled rate as `GET /fapi/v1/fundingRate` tells it: without its interval. */
export interface SettledRate {
  readonly timeMs: number;
  readonly rate: number;
  /** NaN where the answer has none. */
  readonly markPrice: number;
}

/** Intervals that Binance settles in. */
const INTERVAL_HOURS = [1, 2, 4, 8];

/** The answer of `GET /fapi/v1/fundingRate`, in its order. Throws `WireError`. */
export const parseFundingRates = (json: unknown): SettledRate[] =>
  arrayAt(json, "fundingRate").map((raw, i) => {
    const row = recordAt(raw, `fundingRate[${i}]`);
    const mark = row["markPrice"];
    return {
      timeMs: amountAt(row["fundingTime"], `fundingRate[${i}].fundingTime`),
      rate: numberAt(row["fundingRate"], `fundingRate[${i}].fundingRate`),
      markPrice: mark === undefined || mark === "" ? NaN : amountAt(mark, `fundingRate[${i}].markPrice`),
    };
  });

/**
 * Settled rates as events, ascending; times floored to the minute (docs/architecture.md#the-order-of-the-line). The interval of a
 * settlement is the distance to the one before. For the first one, and where a settlement is missing between them, it is the distance to
 * the next, then the interval of the one before, then `loneHours`.
 */
export const fundingEvents = (rates: readonly SettledRate[], loneHours: number, instrument = 0 as InstrumentIndex): Funding[] => {
  const events: Funding[] = [];
  const hoursBetween = (a: SettledRate | undefined, b: SettledRate | undefined): number | undefined => {
    if (a === undefined || b === undefined) return undefined;
    const hours = (settlementMs(b.timeMs) - settlementMs(a.timeMs)) / HOUR_MS;
    return INTERVAL_HOURS.includes(hours) ? hours : undefined;
  };
  for (const [i, rate] of rates.entries()) {
    const last = events.at(-1)?.intervalHours;
    const [before, after] = [hoursBetween(rates[i - 1], rate), hoursBetween(rate, rates[i + 1])];
    // Longer than the last interval and not followed by another as long: a settlement is missing, not the interval changed.
    const isHole = before !== undefined && last !== undefined && i > 1 && before > last && after !== undefined && after !== before;
    events.push(
      fundingEvent(rate.timeMs, rate.rate, (isHole ? undefined : before) ?? after ?? last ?? loneHours, rate.markPrice, instrument),
    );
  }
  return events;
};

/** Hours between two settlements of a symbol in the answer of `GET /fapi/v1/fundingInfo`, which lists what differs from 8. */
export const parseFundingInterval = (json: unknown, symbol: string): number => {
  const found = arrayAt(json, "fundingInfo")
    .map((raw, i) => recordAt(raw, `fundingInfo[${i}]`))
    .find((row) => row["symbol"] === symbol);
  return found === undefined ? 8 : amountAt(found["fundingIntervalHours"], "fundingInfo.fundingIntervalHours");
};
