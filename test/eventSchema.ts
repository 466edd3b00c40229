import { z } from "zod";
import type { Event } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import { KLINE_COLUMNS, klineValues } from "../src/domain/kline.ts";

/** What the line may rely on in an event, whatever sent it. Written from docs/architecture.md#the-line, not from the parsers. */
const time = z.int().min(0).max(253_402_300_799_999);
const price = z.number().gt(0);
const qty = z.number().gte(0);
const ratio = z.union([z.nan(), z.number().gte(0)]);
const id = z.string().regex(/^(0|[1-9]\d{0,29})$/);

/** Interleaved levels; a whole side is also sorted from its best price on and holds no empty level. */
const changes = z
  .instanceof(Float64Array)
  .refine((levels) => isEven(levels) && levels.every((value, i) => (i % 2 === 0 ? value > 0 : value >= 0) && value < Infinity));
const side = (direction: 1 | -1) =>
  changes.refine((levels) =>
    levels.every((value, i) => (i % 2 === 1 ? value > 0 : i === 0 || direction * (value - (levels[i - 2] as number)) > 0)),
  );
const isEven = (levels: Float64Array): boolean => levels.length % 2 === 0;

const header = { seq: z.literal(-1), instrument: z.int().gte(-1), eventTimeMs: time, receivedTimeMs: time, knownAtMs: time };
const event = <K extends Kind>(kind: K, fields: z.ZodRawShape) =>
  z
    .strictObject({ kind: z.literal(kind), ...header, ...fields })
    .refine(({ knownAtMs, receivedTimeMs }) => knownAtMs >= receivedTimeMs, "known before it arrived");

const SCHEMAS = new Map<Kind, z.ZodType>([
  [Kind.trade, event(Kind.trade, { tradeId: id, price, qty: price, buyerIsMaker: z.boolean(), tradeCount: z.int().gte(1).optional() })],
  [Kind.nonMarketTrade, event(Kind.nonMarketTrade, { tradeId: id })],
  [Kind.bookDiff, event(Kind.bookDiff, { firstUpdateId: id, finalUpdateId: id, previousFinalUpdateId: id, bids: changes, asks: changes })],
  [Kind.bookSnapshot, event(Kind.bookSnapshot, { lastUpdateId: id, bids: side(-1), asks: side(1) })],
  [
    Kind.bestBidAsk,
    event(Kind.bestBidAsk, { updateId: id, bidPrice: price, bidQty: qty, askPrice: price, askQty: qty }).refine(
      (e) => Number(Reflect.get(e, "bidPrice")) < Number(Reflect.get(e, "askPrice")),
    ),
  ],
  [
    Kind.markPrice,
    event(Kind.markPrice, {
      markPrice: price,
      indexPrice: price,
      nextFundingRate: z.union([z.nan(), z.number()]),
      nextFundingTimeMs: time,
    }),
  ],
  [Kind.funding, event(Kind.funding, { rate: z.number().gt(-1).lt(1), intervalHours: price, markPrice: z.union([z.nan(), price]) })],
  [Kind.openInterest, event(Kind.openInterest, { openInterestQty: price, openInterestUsdt: z.union([z.nan(), price]) })],
  [
    Kind.longShortRatio,
    event(Kind.longShortRatio, { topAccountRatio: ratio, topPositionRatio: ratio, globalAccountRatio: ratio, takerVolumeRatio: ratio }),
  ],
  [Kind.liquidation, event(Kind.liquidation, { side: z.enum(["buy", "sell"]), price, qty: price })],
  [Kind.fault, event(Kind.fault, { source: z.literal("binance"), message: z.string().min(1).max(160) })],
]);

const bar = z
  .strictObject(Object.fromEntries(KLINE_COLUMNS.map((name) => [name, ["open", "high", "low", "close"].includes(name) ? price : qty])))
  .refine((row) => {
    const { open, high, low, close, openTimeMs } = row as Record<string, number>;
    return low! <= Math.min(open!, close!) && high! >= Math.max(open!, close!) && openTimeMs! % 60_000 === 0;
  });

/** What is wrong with an event that a parser made; null when nothing is. */
export const eventProblem = (made: Event): string | null => {
  const result = made.kind === Kind.kline ? bar.safeParse(klineValues(made)) : (SCHEMAS.get(made.kind) ?? z.never()).safeParse(made);
  return result.success ? null : z.prettifyError(result.error);
};
