import type { EventFeatureFamily, FeatureEvent } from "../../operators/features/feature.ts";
import type { BestBidAsk, Funding, Liquidation, LongShortRatio, MarkPrice, OpenInterest, Trade } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { KlineValues } from "../../src/domain/kline.ts";
import type { InstrumentIndex } from "../../src/domain/units.ts";
import { MINUTE_MS } from "../../src/domain/units.ts";
import { DEFAULT_MARKET } from "../../streams/simulatedMarket.ts";
import type { Scales } from "./familyRows.ts";
import { eachFeatureBar } from "./familyRows.ts";

/** Start of minute `at` of the hand-made bars; fractions are times inside it. */
export const minuteMs = (at: number): number => DEFAULT_MARKET.fromMs + at * MINUTE_MS;

const header = (
  at: number,
): { seq: number; instrument: InstrumentIndex; eventTimeMs: number; receivedTimeMs: number; knownAtMs: number } => ({
  seq: -1,
  instrument: 0 as InstrumentIndex,
  eventTimeMs: minuteMs(at),
  receivedTimeMs: minuteMs(at),
  knownAtMs: minuteMs(at),
});

/** Events by hand, at a minute of the bars. */
export const fundingAt = (at: number, rate: number): Funding => ({
  ...header(at),
  kind: Kind.funding,
  rate,
  intervalHours: 8,
  markPrice: NaN,
});
export const markAt = (at: number, markPrice: number, indexPrice: number, nextFundingRate = 1e-4): MarkPrice => ({
  ...header(at),
  kind: Kind.markPrice,
  markPrice,
  indexPrice,
  nextFundingRate,
  nextFundingTimeMs: 0,
});
export const openInterestAt = (at: number, openInterestQty: number): OpenInterest => ({
  ...header(at),
  kind: Kind.openInterest,
  openInterestQty,
  openInterestUsdt: openInterestQty * 100,
});
export const ratiosAt = (at: number, top: number, position: number, global: number, taker: number): LongShortRatio => ({
  ...header(at),
  kind: Kind.longShortRatio,
  topAccountRatio: top,
  topPositionRatio: position,
  globalAccountRatio: global,
  takerVolumeRatio: taker,
});
export const liquidationAt = (at: number, side: "buy" | "sell", qty: number): Liquidation => ({
  ...header(at),
  kind: Kind.liquidation,
  side,
  price: 100,
  qty,
});
export const quoteAt = (at: number, bidPrice: number, bidQty: number, askPrice: number, askQty: number): BestBidAsk => ({
  ...header(at),
  kind: Kind.bestBidAsk,
  updateId: "1",
  bidPrice,
  bidQty,
  askPrice,
  askQty,
});
export const tradeAt = (at: number, signedQty: number): Trade => ({
  ...header(at),
  kind: Kind.trade,
  tradeId: "1",
  price: 100,
  qty: Math.abs(signedQty),
  buyerIsMaker: signedQty < 0,
});

/** A book by hand: prices and quantities interleaved, best first. */
export interface HandBook {
  readonly knownAtMs: number;
  readonly bids: readonly number[];
  readonly asks: readonly number[];
}
type HandEvent = FeatureEvent | HandBook;

/** What the row holds after a bar: the columns by name, or null where the input is not known. */
type EventRow = Readonly<Record<string, number>> | null;

/** Feeds events (in line order, up to and with a bar's close) and bars to a family; one row per bar. */
export const eventRows = (
  family: EventFeatureFamily,
  bars: readonly KlineValues[],
  events: readonly HandEvent[],
  scales: Scales = [1e-3, 10, 5],
): EventRow[] => {
  const state = family.init();
  const out = new Float64Array(family.columns.length);
  const rows: EventRow[] = [];
  let next = 0;
  eachFeatureBar(
    bars,
    (bar) => {
      for (; next < events.length && (events[next] as HandEvent).knownAtMs <= bar.closeMs; next += 1) feed(family, state, events[next]);
      const known = family.known(state, bar.closeMs);
      family.bar(state, bar, out, 0);
      rows.push(known ? Object.fromEntries(family.columns.map(({ name }, i) => [name, out[i] as number])) : null);
    },
    scales,
  );
  return rows;
};

const feed = (family: EventFeatureFamily, state: unknown, event: HandEvent | undefined): void => {
  if (event === undefined) return;
  if ("kind" in event) family.event?.(state, event);
  else family.book?.(state, { ...event, bids: Float64Array.from(event.bids), asks: Float64Array.from(event.asks) });
};
