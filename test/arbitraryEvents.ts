import fc from "fast-check";
import type { Event } from "../src/domain/event.ts";
import { RULE_SOURCES } from "../src/domain/instrument.ts";
import { HASHED_AS, Kind, KIND_NAMES } from "../src/domain/kind.ts";
import type { KindName } from "../src/domain/kind.ts";
import { KLINE_COLUMNS, singleKline } from "../src/domain/kline.ts";
import type { KlineValues } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";

/** Any double, the odd ones often. */
export const anyNumber: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0, 5e-324, Number.MAX_VALUE, 0.1, 2 ** 53 - 1, -1),
);
/** Any text, what breaks lines and JSON often. */
const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("", "\n", "\r\n", "\u2028", "\u2029", '"', "\\", "\0", "💥", "\ud800", "BTCUSDT"),
);
const anyBook = fc.array(anyNumber, { maxLength: 8 }).map((levels) => Float64Array.from(levels));
const timeMs = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
const flag = fc.boolean();
const side = fc.constantFrom("buy" as const, "sell" as const);

const rules = fc.record({
  index: fc.integer({ min: -1, max: 500 }),
  symbol: anyText,
  source: fc.constantFrom(...RULE_SOURCES),
  tickSize: anyNumber,
  lotSize: anyNumber,
  minQtyLots: anyNumber,
  maxQtyLots: anyNumber,
  maxMarketQtyLots: anyNumber,
  minPriceTicks: anyNumber,
  maxPriceTicks: anyNumber,
  minNotionalUsdt: anyNumber,
  percentPriceUp: anyNumber,
  percentPriceDown: anyNumber,
  makerFeeRate: anyNumber,
  takerFeeRate: anyNumber,
  liquidationFeeRate: anyNumber,
  fundingIntervalHours: anyNumber,
  brackets: fc.array(
    fc.record({
      notionalFloorUsdt: anyNumber,
      notionalCapUsdt: anyNumber,
      maintenanceMarginRate: anyNumber,
      maintenanceAmountUsdt: anyNumber,
      maxLeverage: anyNumber,
    }),
    { maxLength: 3 },
  ),
});
const order = { sub: fc.nat(), clientOrderId: anyText };

/** What each kind of event holds besides its header. */
const FIELDS: Readonly<Partial<Record<KindName, Record<string, fc.Arbitrary<unknown>>>>> = {
  instrumentRules: { rules },
  funding: { rate: anyNumber, intervalHours: anyNumber, markPrice: anyNumber },
  markPrice: { markPrice: anyNumber, indexPrice: anyNumber, nextFundingRate: anyNumber, nextFundingTimeMs: timeMs },
  openInterest: { openInterestQty: anyNumber, openInterestUsdt: anyNumber },
  longShortRatio: { topAccountRatio: anyNumber, topPositionRatio: anyNumber, globalAccountRatio: anyNumber, takerVolumeRatio: anyNumber },
  bookSnapshot: { lastUpdateId: anyText, bids: anyBook, asks: anyBook },
  bookDiff: { firstUpdateId: anyText, finalUpdateId: anyText, previousFinalUpdateId: anyText, bids: anyBook, asks: anyBook },
  bestBidAsk: { updateId: anyText, bidPrice: anyNumber, bidQty: anyNumber, askPrice: anyNumber, askQty: anyNumber },
  trade: { tradeId: anyText, price: anyNumber, qty: anyNumber, buyerIsMaker: flag },
  nonMarketTrade: { tradeId: anyText },
  liquidation: { side, price: anyNumber, qty: anyNumber },
  timer: { periodMs: anyNumber },
  command: {
    command: fc.constantFrom("halt", "reduce", "resume", "flatten", "swapModel", "setLimits"),
    id: anyText,
    by: anyText,
    reason: anyText,
    argument: anyText,
  },
  streamStatus: { stream: anyText, status: fc.constantFrom("connected", "gap", "stale") },
  inferenceFailure: { layer: anyText, barTimeMs: timeMs, reason: fc.constantFrom("late", "notFinite", "crashed") },
  fault: { source: anyText, message: anyText },
  orderAccepted: order,
  orderRejected: { ...order, reason: fc.constantFrom("tooSmall", "unknownOrder", "other"), message: anyText },
  orderUnknown: order,
  orderCanceled: { ...order, remainingLots: fc.maxSafeInteger() },
  orderExpired: { ...order, remainingLots: fc.maxSafeInteger(), reason: anyText },
  orderFilled: {
    ...order,
    tradeId: fc.maxSafeInteger(),
    side,
    priceTicks: fc.maxSafeInteger(),
    qtyLots: fc.maxSafeInteger(),
    feeUsdt: anyNumber,
    maker: flag,
    liquidation: flag,
    referenceTicks: anyNumber,
  },
  fundingPayment: { sub: fc.nat(), paidUsdt: anyNumber, rate: anyNumber },
  balance: { sub: fc.nat(), walletUsdt: anyNumber },
  openOrders: { sub: fc.nat(), askedAtMs: timeMs, clientOrderIds: fc.array(anyText) },
  positionReport: { sub: fc.nat(), positionLots: fc.maxSafeInteger(), entryPrice: anyNumber },
};

const kline = fc
  .record({
    seq: fc.nat(),
    instrument: fc.integer({ min: 0, max: 500 }),
    receiveDelayMs: fc.nat(),
    values: fc.record(Object.fromEntries(KLINE_COLUMNS.map((name) => [name, name === "openTimeMs" ? timeMs : anyNumber]))),
  })
  .map(({ seq, instrument, receiveDelayMs, values }) => {
    const event = singleKline(instrumentIndex(instrument), MINUTE_MS, values as KlineValues, receiveDelayMs);
    event.seq = seq;
    return event;
  });

/** Kinds that are events (docs/architecture.md#the-line). */
export const EVENT_KINDS: readonly KindName[] = KIND_NAMES.filter((name) => HASHED_AS[Kind[name]] !== undefined);

/** Any event of a kind. */
export const anyEvent = (name: KindName): fc.Arbitrary<Event> => {
  if (name === "kline") return kline;
  const fields = FIELDS[name];
  if (fields === undefined) throw new Error(`no arbitrary for events of kind ${name}: add it here`);
  const header = {
    seq: fc.nat(),
    instrument: fc.integer({ min: -1, max: 500 }),
    eventTimeMs: timeMs,
    receivedTimeMs: timeMs,
    knownAtMs: timeMs,
  };
  return fc.record({ kind: fc.constant(Kind[name]), ...header, ...fields }) as unknown as fc.Arbitrary<Event>;
};

/** Any event of any kind. */
export const someEvent: fc.Arbitrary<Event> = fc.oneof(...EVENT_KINDS.map(anyEvent));
