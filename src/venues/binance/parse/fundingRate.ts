import type { Funding } from "../../../domain/event.ts";
import { fundingEvent, settlementMs } from "../../../domain/fundingEvent.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { HOUR_MS } from "../../../domain/units.ts";
import { amountAt, arrayAt, numberAt, recordAt } from "./wire.ts";

/** Intervals that Binance settles in. */
const INTERVAL_HOURS = [1, 2, 4, 8];

/**
 * The answer of `GET /fapi/v1/fundingRate` as events, ascending; times floored to the minute (design §3). The answer
 * does not tell the interval: it is the distance to the settlement before, and `intervalHours` where there is none.
 */
export const parseFundingRates = (json: unknown, intervalHours = 8, instrument = 0 as InstrumentIndex): Funding[] => {
  const events: Funding[] = [];
  for (const [i, raw] of arrayAt(json, "fundingRate").entries()) {
    const row = recordAt(raw, `fundingRate[${i}]`);
    const timeMs = amountAt(row["fundingTime"], `fundingRate[${i}].fundingTime`);
    const mark = row["markPrice"];
    const before = events.at(-1);
    const hours = before === undefined ? intervalHours : (settlementMs(timeMs) - before.eventTimeMs) / HOUR_MS;
    const rate = numberAt(row["fundingRate"], `fundingRate[${i}].fundingRate`);
    const markPrice = mark === undefined || mark === "" ? NaN : amountAt(mark, `fundingRate[${i}].markPrice`);
    events.push(
      fundingEvent(timeMs, rate, INTERVAL_HOURS.includes(hours) ? hours : (before?.intervalHours ?? intervalHours), markPrice, instrument),
    );
  }
  return events;
};
