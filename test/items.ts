import type { Instrument } from "../src/domain/instrument.ts";
import type { Layers } from "../operators/layers.ts";
import type { Seen } from "../models/seen.ts";
import type { AccountState, FeatureRow, Fill, Gap, Intent, Pattern, Regime, Scales, Signal } from "../src/domain/derived.ts";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Funding, FundingPayment, OrderAccepted, OrderFilled, OrderRejected, OrderUnknown } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind, KIND_NAMES } from "../src/domain/kind.ts";
import { Bar, singleKline } from "../src/domain/kline.ts";
import type { Kline } from "../src/domain/kline.ts";
import { NO_BRACKET } from "../src/domain/order.ts";
import { ownOrders } from "../src/domain/orders/ownOrders.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { simulatedInstrument } from "../streams/simulatedMarket.ts";
import type { RejectionReason } from "../src/domain/rejection.ts";

/** Minute 0 of tests: a Monday, 00:00 UTC. */
export const T0 = Date.UTC(2023, 0, 2);
/** Ticks of 0.1, lots of 0.001. */
export const BTC = simulatedInstrument("BTCUSDT", 0);
export const ETH = simulatedInstrument("ETHUSDT", 1);

interface KlineOf {
  /** Minute of the open, from `T0`. */
  readonly at: number;
  readonly ohlc?: readonly [open: number, high: number, low: number, close: number];
  /** Of a flat kline without `ohlc`. */
  readonly close?: number;
  readonly volume?: number;
  readonly instrument?: number;
  readonly seq?: number;
}

/** One closed 1m kline; `seq` is its minute unless given. */
export const kline = ({ at, close = 100, ohlc = [close, close, close, close], volume = 1, instrument = 0, seq = at }: KlineOf): Kline => {
  const [open, high, low, last] = ohlc;
  const event = singleKline(instrumentIndex(instrument), MINUTE_MS, {
    openTimeMs: T0 + at * MINUTE_MS,
    open,
    high,
    low,
    close: last,
    volume,
    quoteVolume: volume * last,
    trades: Math.ceil(volume),
    takerBuyVolume: volume / 2,
    takerBuyQuoteVolume: (volume * last) / 2,
  });
  event.seq = seq;
  return event;
};

/** The decision bar of a kline. */
export const bar = (of: KlineOf): Bar => {
  const { block, row, seq } = kline(of);
  return new Bar(block, row, seq, true, 1);
};

const header = (at: number, instrument: number, seq: number) => ({
  seq,
  instrument: instrumentIndex(instrument),
  eventTimeMs: T0 + at * MINUTE_MS,
  receivedTimeMs: T0 + at * MINUTE_MS,
  knownAtMs: T0 + at * MINUTE_MS,
});

interface At {
  readonly at: number;
  readonly instrument?: number;
  readonly seq?: number;
}

export const funding = ({ at, instrument = 0, seq = at }: At, rate = 0.0001): Funding => ({
  kind: Kind.funding,
  ...header(at, instrument, seq),
  rate,
  intervalHours: 8,
  markPrice: NaN,
});

export const fundingPayment = ({ at, instrument = 0, seq = at }: At, paidUsdt: number): FundingPayment => ({
  kind: Kind.fundingPayment,
  ...header(at, instrument, seq),
  sub: 1,
  paidUsdt,
  rate: 0.0001,
});

/** Every fill is a trade of its own, unless a test names its id. */
let trades = 0;
export const fill = (
  { at, instrument = 0, seq = at }: At,
  terms: Partial<Fill> & Pick<Fill, "side"> & { ticks: number; lots: number },
): Fill => {
  const { ticks, lots, ...rest } = terms;
  return {
    kind: Kind.fill,
    ...header(at, instrument, seq),
    leg: "main",
    clientOrderId: terms.planId ?? "p-1",
    tradeId: (trades += 1),
    planId: "p-1",
    priceTicks: ticks as Ticks,
    qtyLots: lots as Lots,
    feeUsdt: 0,
    slippageUsdt: 0,
    maker: false,
    reduceOnly: false,
    reason: "entry",
    ...rest,
  };
};

/** The same trade as an exchange tells it. */
export const orderFilled = (
  { at, instrument = 0, seq = at }: At,
  { ticks, lots, ...rest }: Partial<OrderFilled> & Pick<OrderFilled, "side"> & { ticks: number; lots: number },
): OrderFilled => ({
  kind: Kind.orderFilled,
  ...header(at, instrument, seq),
  ...{ sub: 1, clientOrderId: "p-1", tradeId: (trades += 1), priceTicks: ticks as Ticks, qtyLots: lots as Lots },
  ...{ feeUsdt: 0, maker: false, liquidation: false, referenceTicks: 0, ...rest },
});

export const orderAccepted = ({ at, instrument = 0, seq = at }: At, clientOrderId: string): OrderAccepted => ({
  kind: Kind.orderAccepted,
  ...header(at, instrument, seq),
  sub: 1,
  clientOrderId,
});

export const orderRejected = (
  { at, instrument = 0, seq = at }: At,
  clientOrderId: string,
  reason: RejectionReason = "reduceOnlyRejected",
): OrderRejected => ({
  kind: Kind.orderRejected,
  ...header(at, instrument, seq),
  sub: 1,
  clientOrderId,
  reason,
  message: "",
});

/** Who spoke, for a belief that a test makes. */
export const spokenOf = (ready: boolean) => ({ ready, reason: ready ? "" : "test", member: "test", fallback: "" });

export const orderUnknown = ({ at, instrument = 0, seq = at }: At, clientOrderId: string): OrderUnknown => ({
  kind: Kind.orderUnknown,
  ...header(at, instrument, seq),
  sub: 1,
  clientOrderId,
});

export const signalOf = ({ at, instrument = 0, seq = at }: At, pLong: number, pShort: number, ready = true): Signal => ({
  kind: Kind.signal,
  seq,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  ...spokenOf(ready),
  pLong,
  pShort,
  pNeutral: 1 - pLong - pShort,
  netLong: NaN,
  netShort: NaN,
  confidence: NaN,
});

/** A hole in the klines that the one of minute `at` shows. */
export const gapOf = ({ at, instrument = 0, seq = at }: At, missingBars = 1): Gap => ({
  kind: Kind.gap,
  seq,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  fromMs: T0 + (at - missingBars) * MINUTE_MS,
  toMs: T0 + at * MINUTE_MS,
  missingBars,
});

const beliefHeader = ({ at, instrument = 0, seq = at }: At) => ({
  seq,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  row: 0,
});

/** Scales that are the same at every bar. */
export const scalesOf = (of: At, ready = true): Scales => ({
  kind: Kind.scales,
  ...beliefHeader(of),
  values: Float64Array.of(100, 0.001, 1, 1),
  ready,
});

export const featureRowOf = (of: At, values: readonly number[]): FeatureRow => ({
  kind: Kind.featureRow,
  ...beliefHeader(of),
  barTimeMs: T0 + of.at * MINUTE_MS,
  values: Float64Array.from(values),
  features: values.length,
});

export const regimeOf = (of: At, probabilities: readonly number[]): Regime => ({
  kind: Kind.regime,
  ...beliefHeader(of),
  ...spokenOf(true),
  values: Float64Array.from(probabilities),
});

export const patternOf = (of: At, values: readonly number[], ready = true): Pattern => ({
  kind: Kind.pattern,
  ...beliefHeader(of),
  ...spokenOf(ready),
  values: Float64Array.from(values),
  width: values.length,
});

/** What a module sees where no layer stands before it. */
export const NOTHING_SEEN: Seen = {
  x: new Float64Array(0),
  known: true,
  regime: { ready: false, probabilities: new Float64Array(REGIME_STATES.length).fill(NaN) },
  pattern: { ready: false, pUp: NaN, pDown: NaN, embedding: new Float64Array(0) },
};

export const intentOf = (
  { at, instrument = 0, seq = at }: At,
  action: Intent["action"],
  terms: Partial<Intent> & { readonly direction?: Direction } = {},
): Intent => ({
  kind: Kind.intent,
  seq,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  planId: `P-${at}`,
  action,
  direction: 1,
  qtyLots: 10 as Lots,
  orderType: "market",
  limitTicks: 0 as Ticks,
  postOnly: false,
  worstTicks: 1000 as Ticks,
  bracket: NO_BRACKET,
  stopTicks: 0 as Ticks,
  leverage: 1,
  expiresAtMs: Infinity,
  reason: "test",
  ...terms,
});

/** An account that is flat in BTC and ETH but for what is given. */
export const accountOf = (
  { at, instrument = 0, seq = at }: At,
  { equityUsdt = 10_000, positionLots = 0, averageTicks = NaN, openedAt = NaN }: Readonly<Record<string, number>> = {},
): AccountState => ({
  kind: Kind.accountState,
  seq,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  atClose: true,
  closeMs: T0 + (at + 1) * MINUTE_MS,
  late: false,
  day: { startMs: T0, startUsdt: equityUsdt, peakUsdt: equityUsdt, lastUsdt: equityUsdt },
  cashUsdt: equityUsdt,
  unrealisedUsdt: 0,
  equityUsdt,
  realisedUsdt: 0,
  feesUsdt: 0,
  fundingUsdt: 0,
  slippageUsdt: 0,
  fills: 0,
  margins: [],
  orders: [ownOrders(BTC), ownOrders(ETH)],
  positions: [0, 1].map((index) => ({
    instrument: instrumentIndex(index),
    positionLots: index === instrument ? positionLots : 0,
    costTickLots: index === instrument ? positionLots * averageTicks : 0,
    averageTicks: index === instrument ? averageTicks : NaN,
    markPrice: 100,
    unrealisedUsdt: 0,
    notionalUsdt: index === instrument ? Math.abs(positionLots) * 0.1 : 0,
    openedAtMs: T0 + openedAt * MINUTE_MS,
    planId: "",
  })),
});

const minute = (timeMs: number): string => `m${(timeMs - T0) / MINUTE_MS}`;
const plain = (value: unknown): string => (typeof value === "number" ? String(value) : JSON.stringify(value));

/**
 * An item as one short line: what tables of expected outputs are written in. Pooled items are safe, because it is text. Times
 * are minutes from `T0`; `#` is the seq.
 */
export const show = (item: Item): string => {
  switch (item.kind) {
    case Kind.barrier:
      return "barrier";
    case Kind.kline:
      return `kline${item.instrument} #${item.seq} ${minute(item.openTimeMs)} c${item.close}`;
    case Kind.bar: {
      const { openTimeMs, open, high, low, close, volume, baseBars, base, timeframeMs } = item;
      return `bar${item.instrument} #${item.seq} ${timeframeMs / MINUTE_MS}m${base ? " base" : ""} ${minute(openTimeMs)} ${open}/${high}/${low}/${close} v${volume} n${baseBars}`;
    }
    case Kind.gap:
      return `gap${item.instrument} #${item.seq} ${minute(item.fromMs)}..${minute(item.toMs)} ${item.missingBars}`;
    case Kind.fault:
      return `fault${item.instrument} #${item.seq} ${item.message.split(",")[0] ?? ""}`;
    case Kind.bookSnapshot:
      return `book${item.instrument} #${item.seq} ${item.lastUpdateId}`;
    case Kind.bookDiff:
      return `diff${item.instrument} #${item.seq} ${item.previousFinalUpdateId}..${item.finalUpdateId}`;
    case Kind.bookTop:
      return `top${item.instrument} #${item.seq} ${item.bids.join()} | ${item.asks.join()}`;
    case Kind.resyncNeeded:
      return `resync${item.instrument} #${item.seq} ${item.reason}`;
    case Kind.trade:
      return `trade${item.instrument} #${item.seq} ${item.tradeId}`;
    case Kind.nonMarketTrade:
      return `id${item.instrument} #${item.seq} ${item.tradeId}`;
    case Kind.signal:
      return `signal${item.instrument} #${item.seq} ${minute(item.knownAtMs)} ${item.ready ? "" : "not ready "}L${item.pLong} S${item.pShort} N${item.pNeutral}`;
    case Kind.accountState: {
      const { cashUsdt, equityUsdt, feesUsdt, fundingUsdt, positions } = item;
      return `account${item.instrument} #${item.seq} cash ${cashUsdt} equity ${equityUsdt} fees ${feesUsdt} funding ${fundingUsdt} lots ${positions.map(({ positionLots }) => positionLots).join(",")}`;
    }
    case Kind.scales:
      return `scales${item.instrument} #${item.seq}${item.ready ? "" : " not ready"}`;
    case Kind.regime:
    case Kind.pattern: {
      const width = item.kind === Kind.pattern ? item.width : REGIME_STATES.length;
      const numbers = item.values.slice(item.row * width, (item.row + 1) * width).join(" ");
      return `${KIND_NAMES[item.kind]}${item.instrument} #${item.seq} ${minute(item.knownAtMs)} ${item.ready ? "" : "not ready "}${numbers}`;
    }
    case Kind.featureRow:
      return `row${item.instrument} #${item.seq} ${minute(item.barTimeMs)}`;
    case Kind.inferenceFailure:
      return `failed${item.instrument} #${item.seq} ${item.layer} ${minute(item.barTimeMs)} ${item.reason}`;
    case Kind.orderFilled:
      return `filled${item.instrument} #${item.seq} ${item.clientOrderId} ${item.side} ${item.qtyLots} @${item.priceTicks}`;
    case Kind.fill:
      return `fill${item.instrument} #${item.seq} ${item.clientOrderId} ${item.side} ${item.qtyLots} @${item.priceTicks} fee ${item.feeUsdt} ${item.reason}`;
    case Kind.tradeClosed:
      return `closed${item.instrument} #${item.seq} ${item.direction} ${item.entryPrice}→${item.exitPrice} ${item.qtyLots} lots pnl ${item.pnlUsdt} ${item.exitReason}`;
    case Kind.intent:
      return `intent${item.instrument} #${item.seq} ${item.planId} ${item.action} ${item.direction} ${item.qtyLots} lots worst ${item.worstTicks} stop ${item.stopTicks} ${item.reason}`;
    case Kind.approvedPlan:
      return `approved${item.instrument} #${item.seq} ${item.intent.planId} ${item.intent.action}`;
    case Kind.orderSent: {
      const { clientOrderId, side, type, qtyLots, priceTicks, triggerTicks, timeInForce, reduceOnly, closePosition } = item.order;
      return `order${item.instrument} #${item.seq} ${clientOrderId} ${side} ${type} ${qtyLots} @${priceTicks} !${triggerTicks} ${timeInForce}${reduceOnly ? " reduce" : ""}${closePosition ? " close" : ""}`;
    }
    default:
      return `${KIND_NAMES[item.kind] as string}${item.instrument} #${item.seq} ${Object.entries(item)
        .filter(([name]) => !["kind", "seq", "instrument", "eventTimeMs", "receivedTimeMs", "knownAtMs"].includes(name))
        .map(([name, value]) => `${name}=${plain(value)}`)
        .join(" ")}`;
  }
};

/** A line whose L3 stands on bars alone. */
export const barsOnly = (instruments: readonly Instrument[]): Layers => ({ instruments, set: null, regime: false, embedding: null });
