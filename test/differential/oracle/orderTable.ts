import type { Instrument } from "../../../src/domain/instrument.ts";
import type { OrderRequest } from "../../../src/domain/order.ts";
import type { SimulatedVenueOptions } from "../../../src/venues/simulated/options.ts";
import { Exact } from "../exact.ts";
import type { Said, ScenarioBar } from "../scenario.ts";
import { LIQUIDATION } from "../scenario.ts";
import type { Held } from "./held.ts";
import { onlyReduces, sideOf } from "./held.ts";
import { Holding } from "./holding.ts";
import { levelOf, slippedTicks, trailingTicks } from "./levels.ts";
import type { Asked } from "./refusals.ts";
import { marginRefusalOf, reservedUsdt } from "./refusals.ts";

/** Cash, shared by the instruments. */
export interface Cash {
  usdt: Exact;
}

/** The open orders and the position of one instrument, and all that a fill brings with it. */
export class OrderTable {
  readonly holding: Holding;
  /** In the order they were placed; what is gone stays to the end of the bar. */
  open: Held[] = [];
  bar: ScenarioBar = { openTimeMs: 0, open: 0, high: 0, low: 0, close: 0, volumeLots: 0 };
  /** Bars so far. */
  bars = 0;
  /** Lots that the bar still gives. */
  roomLots = 0;
  /** The position opened, grew or turned on the way through this bar. */
  grewInside = false;
  said: Said[] = [];
  readonly asked: Asked;
  readonly #cash: Cash;

  constructor(instrument: Instrument, options: SimulatedVenueOptions, cash: Cash, freeUsdt: () => Exact) {
    this.#cash = cash;
    this.holding = new Holding(instrument, options.margin);
    this.asked = { instrument, options, freeUsdt };
  }

  /** What this instrument keeps from new orders. */
  boundUsdt(): Exact {
    return this.holding.marginUsdt.plus(reservedUsdt(this.open, this.holding));
  }

  place(request: OrderRequest, lastTicks: number): Held {
    const side = sideOf(request);
    const trails = request.type === "trailingStopMarket";
    const held: Held = {
      request,
      side,
      placedIn: this.bars,
      lastTicks,
      left: request.qtyLots,
      taking: request.type === "market",
      triggerTicks: trails ? trailingTicks(lastTicks, side, request.callbackFraction) : request.triggerTicks,
      bestTicks: lastTicks,
      stops: 0,
      targets: 0,
      gone: false,
    };
    this.open.push(held);
    this.said.push({ what: "accepted", id: request.clientOrderId });
    return held;
  }

  expire(held: Held, reason: string): void {
    if (!held.gone) this.end(held, { what: "expired", id: held.request.clientOrderId, lots: held.left, reason });
  }

  end(held: Held, said: Said): void {
    held.gone = true;
    this.said.push(said);
  }

  /** The trigger of a conditional order has come: from now on it takes. */
  trigger(held: Held, ticks: number): void {
    const code = marginRefusalOf(held.request, ticks, this);
    if (code !== null) {
      this.end(held, { what: "rejected", id: held.request.clientOrderId, code });
      return;
    }
    held.taking = true;
    this.take(held, ticks);
  }

  take(held: Held, ticks: number): void {
    if (held.request.closePosition) held.left = Math.abs(this.holding.lots);
    this.fill(held, slippedTicks(ticks, held.side, this.asked.options.slippageFraction), ticks, false);
  }
  make(held: Held, ticks: number): void {
    this.fill(held, ticks, ticks, true);
  }

  fill(held: Held, ticks: number, referenceTicks: number, maker: boolean): void {
    const { request, side } = held;
    const was = this.holding.lots;
    const reducible = onlyReduces(request) ? Math.max(0, -was * side) : Infinity;
    if (reducible === 0) {
      this.expire(held, "position closed");
      return;
    }
    const lots = Math.min(held.left, this.roomLots, reducible);
    if (lots === 0) return;
    held.left -= lots;
    held.gone = held.left === 0;
    this.roomLots -= lots;
    const rate = maker
      ? (this.asked.options.makerFeeRate ?? this.asked.instrument.makerFeeRate)
      : (this.asked.options.takerFeeRate ?? this.asked.instrument.takerFeeRate);
    this.#book(
      request.clientOrderId,
      side,
      lots,
      ticks,
      referenceTicks,
      this.holding.notionalUsdt(ticks, lots).times(rate),
      maker,
      request.leverage,
    );
    const now = this.holding.lots;
    if (now === 0 || now * was < 0)
      for (const other of this.open) if (onlyReduces(other.request) && other.side * now >= 0) this.expire(other, "position closed");
    if (now * side > 0) this.#protect(held, ticks);
  }

  #book(id: string, side: 1 | -1, lots: number, ticks: number, reference: number, fee: Exact, maker: boolean, leverage: number): void {
    this.#cash.usdt = this.#cash.usdt.plus(this.holding.fill(side, lots, ticks, leverage)).minus(fee);
    const slippageUsdt = this.holding.notionalUsdt(Math.abs(ticks - reference), lots).toNumber();
    const way = side > 0 ? "buy" : "sell";
    this.said.push({ what: "fill", id, timeMs: this.bar.openTimeMs, side: way, lots, ticks, feeUsdt: fee.toNumber(), slippageUsdt, maker });
  }

  /** Stop and target of an entry that has filled: with its first fill, later where none closes the position any more. */
  #protect(entry: Held, ticks: number): void {
    const { stopFraction, targetFraction } = entry.request.bracket;
    const closes = (type: OrderRequest["type"]): boolean =>
      this.open.some(({ gone, side, request }) => !gone && request.closePosition && request.type === type && side !== entry.side);
    const wants = [
      { type: "stopMarket", fraction: -entry.side * stopFraction, times: entry.stops, letter: "s" },
      { type: "takeProfitMarket", fraction: entry.side * targetFraction, times: entry.targets, letter: "t" },
    ] as const;
    const placed = wants.filter(({ type, fraction, times }) => fraction !== 0 && (times === 0 || !closes(type)));
    for (const { type, fraction, times, letter } of placed) {
      const triggerTicks = levelOf(ticks, entry.side, fraction);
      if (triggerTicks === 0) continue;
      if (letter === "s") entry.stops += 1;
      else entry.targets += 1;
      this.place(protectiveOf(entry.request, type, triggerTicks, `${letter}${times === 0 ? "" : times + 1}`), ticks);
    }
  }

  /** The exchange closes the position at a price, or at that of its bankruptcy where this lies beyond. */
  liquidate(ticks: number): void {
    const side = this.holding.lots > 0 ? -1 : 1;
    const lots = Math.abs(this.holding.lots);
    const bankrupt = this.holding.bankruptcyTicks();
    const at = side < 0 ? Math.max(ticks, bankrupt) : Math.min(ticks, bankrupt);
    const left = this.holding.marginUsdt.plus(this.holding.profitUsdt(at));
    const fee = this.holding.notionalUsdt(at, lots).times(this.asked.instrument.liquidationFeeRate).atMost(left).atLeast(Exact.ZERO);
    this.#book(LIQUIDATION, side, lots, at, at, fee, false, 1);
    for (const held of this.open) this.expire(held, "liquidation");
  }

  /** Cash goes out, and with it margin. */
  payFunding(timeMs: number, paid: Exact): void {
    this.#cash.usdt = this.#cash.usdt.minus(paid);
    this.holding.payFunding(paid);
    this.said.push({ what: "funding", timeMs, paidUsdt: paid.toNumber() });
  }
}

const protectiveOf = (
  entry: OrderRequest,
  type: "stopMarket" | "takeProfitMarket",
  triggerTicks: number,
  suffix: string,
): OrderRequest => ({
  ...entry,
  clientOrderId: `${entry.clientOrderId}.${suffix}`,
  side: entry.side === "buy" ? "sell" : "buy",
  type,
  qtyLots: 0 as OrderRequest["qtyLots"],
  priceTicks: 0 as OrderRequest["priceTicks"],
  triggerTicks: triggerTicks as OrderRequest["triggerTicks"],
  callbackFraction: 0,
  timeInForce: "GTC",
  reduceOnly: true,
  closePosition: true,
  bracket: { stopFraction: 0, targetFraction: 0 },
  expiresAtMs: Infinity,
});
