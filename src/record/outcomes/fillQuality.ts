import type { OperatorFunction } from "rxjs";
import type { Fill, OrderSent } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { notionalUsdt } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Bar } from "../../domain/kline.ts";
import { isConditional } from "../../domain/order.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";

/** How the orders of a run were filled. Orders are those sent on a decision to trade at once or at a limit; protection is not among them. */
export interface FillQualityRow {
  readonly orders: number;
  /** Orders without any fill: refused, expired, cancelled, or open at the end. */
  readonly missed: number;
  /** Filled notional over the notional sent, both at the price of the decision. */
  readonly filledShare: number;
  /** Share of the filled notional that was made, not taken. */
  readonly makerShare: number;
  readonly fills: number;
  /** Mean price paid against the close of the decision bar, by filled notional, in basis points; > 0 is against us. */
  readonly slippageBps: number;
  /** The same of what was taken alone. */
  readonly takerSlippageBps: number;
  /** From decision to first fill, ms. On bars a fill carries the open time of its bar. */
  readonly meanFillMs: number;
  readonly medianFillMs: number;
}

/** Whether ways of filling were compared and none of them had an order to fill. */
export const sentNone = (rows: readonly Pick<FillQualityRow, "orders">[]): boolean =>
  rows.length > 0 && rows.every(({ orders }) => orders === 0);

/** What stands in place of their comparison; the reason of a run without a trade stands with its trades. */
export const NOTHING_COMPARED = "No order was sent in any of these ways, so there is nothing to compare; the reason stands with the trades";

interface Watched {
  readonly decidedAtMs: number;
  readonly decidedTicks: number;
  readonly sentUsdt: number;
  fills: number;
  firstFillMs: number;
  filledUsdt: number;
  makerUsdt: number;
  /** What the fills cost beyond the decision's price, and those of them that took, USDT. */
  costUsdt: number;
  takerCostUsdt: number;
}

/**
 * Follows the orders of a run from decision to fill. What was decided on the last bar is left out: no bar follows that could fill it, but
 * trades and books do. Bounded by orders.
 */
export class FillQuality {
  private readonly instruments: readonly Instrument[];
  private readonly closes: number[] = [];
  private readonly watched = new Map<string, Watched>();
  /** Line time of the last bar. */
  private lastCloseMs = -Infinity;

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
  }

  bar(bar: Bar): void {
    if (!bar.base) return;
    this.closes[bar.instrument] = bar.close;
    this.lastCloseMs = Math.max(this.lastCloseMs, bar.knownAtMs);
  }

  order({ order }: OrderSent): void {
    if (isConditional(order.type)) return;
    const instrument = this.instruments[order.instrument] as Instrument;
    const decidedTicks = (this.closes[order.instrument] as number) / instrument.tickSize;
    this.watched.set(order.clientOrderId, {
      decidedAtMs: order.decidedAtMs,
      decidedTicks,
      sentUsdt: notionalUsdt(instrument, decidedTicks, order.qtyLots),
      fills: 0,
      firstFillMs: NaN,
      filledUsdt: 0,
      makerUsdt: 0,
      costUsdt: 0,
      takerCostUsdt: 0,
    });
  }

  fill({ clientOrderId, instrument: index, qtyLots, priceTicks, side, maker, eventTimeMs }: Fill): void {
    const order = this.watched.get(clientOrderId);
    if (order === undefined) return;
    const instrument = this.instruments[index] as Instrument;
    const usdt = notionalUsdt(instrument, order.decidedTicks, qtyLots);
    const worse = (side === "buy" ? 1 : -1) * (priceTicks - order.decidedTicks);
    const costUsdt = Math.sign(worse) * notionalUsdt(instrument, worse, qtyLots);
    if (order.fills === 0) order.firstFillMs = eventTimeMs;
    order.fills += 1;
    order.filledUsdt += usdt;
    order.costUsdt += costUsdt;
    if (maker) order.makerUsdt += usdt;
    else order.takerCostUsdt += costUsdt;
  }

  /** What the run's orders came to; shares and times are NaN where there is nothing to take them of. */
  row(): FillQualityRow {
    const orders = [...this.watched.values()].filter(({ decidedAtMs }) => decidedAtMs < this.lastCloseMs);
    const filled = orders.filter(({ fills }) => fills > 0);
    const total = (key: "sentUsdt" | "filledUsdt" | "makerUsdt" | "costUsdt" | "takerCostUsdt" | "fills"): number =>
      sum(orders.map((order) => order[key]));
    const waits = filled.map(({ firstFillMs, decidedAtMs }) => firstFillMs - decidedAtMs).sort((a, b) => a - b);
    const [filledUsdt, makerUsdt] = [total("filledUsdt"), total("makerUsdt")];
    return {
      orders: orders.length,
      missed: orders.length - filled.length,
      filledShare: filledUsdt / total("sentUsdt"),
      makerShare: makerUsdt / filledUsdt,
      fills: total("fills"),
      slippageBps: (10_000 * total("costUsdt")) / filledUsdt,
      takerSlippageBps: (10_000 * total("takerCostUsdt")) / (filledUsdt - makerUsdt),
      meanFillMs: sum(waits) / waits.length,
      medianFillMs: waits.length === 0 ? NaN : ((waits[(waits.length - 1) >> 1] as number) + (waits[waits.length >> 1] as number)) / 2,
    };
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const HANDLERS: StepHandlers<FillQuality> = {
  [Kind.bar]: (quality, bar) => {
    quality.bar(bar);
  },
  [Kind.orderSent]: (quality, sent) => {
    quality.order(sent);
  },
  [Kind.fill]: (quality, fill) => {
    quality.fill(fill);
  },
};

/** Passes everything on and tells `quality` of bars, orders and fills. */
export const watchFills = (quality: FillQuality): OperatorFunction<Item, Item> =>
  stepOperator("watchFills", () => quality, HANDLERS, { emits: [] });
