import type { OperatorFunction } from "rxjs";
import type { OrderSent } from "../domain/derived.ts";
import type { Fill } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import { notionalUsdt } from "../domain/instrument.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Bar } from "../domain/kline.ts";
import { isConditional } from "../domain/order.ts";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";

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

interface Watched {
  readonly decidedAtMs: number;
  readonly decidedTicks: number;
  readonly sentUsdt: number;
  firstFillMs: number;
  filledUsdt: number;
}

/** Follows the orders of a run from decision to fill. Bounded by orders. */
export class FillQuality {
  private readonly instruments: readonly Instrument[];
  private readonly closes: number[] = [];
  private readonly watched = new Map<string, Watched>();
  private fills = 0;
  private makerUsdt = 0;
  /** Σ of what the fills cost beyond the decision's price, USDT. */
  private costUsdt = 0;
  private takerCostUsdt = 0;

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments;
  }

  bar(bar: Bar): void {
    if (bar.base) this.closes[bar.instrument] = bar.close;
  }

  order({ order }: OrderSent): void {
    if (isConditional(order.type)) return;
    const instrument = this.instruments[order.instrument] as Instrument;
    const decidedTicks = (this.closes[order.instrument] as number) / instrument.tickSize;
    this.watched.set(order.clientOrderId, {
      decidedAtMs: order.decidedAtMs,
      decidedTicks,
      sentUsdt: notionalUsdt(instrument, decidedTicks, order.qtyLots),
      firstFillMs: NaN,
      filledUsdt: 0,
    });
  }

  fill({ clientOrderId, instrument: index, qtyLots, priceTicks, side, maker, eventTimeMs }: Fill): void {
    const order = this.watched.get(clientOrderId);
    if (order === undefined) return;
    const instrument = this.instruments[index] as Instrument;
    const usdt = notionalUsdt(instrument, order.decidedTicks, qtyLots);
    if (Number.isNaN(order.firstFillMs)) order.firstFillMs = eventTimeMs;
    order.filledUsdt += usdt;
    this.fills += 1;
    if (maker) this.makerUsdt += usdt;
    const worse = (side === "buy" ? 1 : -1) * (priceTicks - order.decidedTicks);
    const costUsdt = Math.sign(worse) * notionalUsdt(instrument, worse, qtyLots);
    this.costUsdt += costUsdt;
    if (!maker) this.takerCostUsdt += costUsdt;
  }

  /** What the run's orders came to; shares and times are NaN where there is nothing to take them of. */
  row(): FillQualityRow {
    const orders = [...this.watched.values()];
    const filled = orders.filter(({ filledUsdt }) => filledUsdt > 0);
    const waits = filled.map(({ firstFillMs, decidedAtMs }) => firstFillMs - decidedAtMs).sort((a, b) => a - b);
    const filledUsdt = sum(filled.map((order) => order.filledUsdt));
    return {
      orders: orders.length,
      missed: orders.length - filled.length,
      filledShare: filledUsdt / sum(orders.map(({ sentUsdt }) => sentUsdt)),
      makerShare: this.makerUsdt / filledUsdt,
      fills: this.fills,
      slippageBps: (10_000 * this.costUsdt) / filledUsdt,
      takerSlippageBps: (10_000 * this.takerCostUsdt) / (filledUsdt - this.makerUsdt),
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
