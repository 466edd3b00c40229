import { Subject } from "rxjs";
import { riskGate } from "../operators/riskGate.ts";
import type { Fill, Intent, PositionState, TradeClosed } from "../src/domain/derived.ts";
import type { IntentAction } from "../src/domain/intentAction.ts";
import type { Command, OrderCanceled, OrderRejected, StreamStatus } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { closeDay, dayLedger } from "../src/domain/dayLedger.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, Bar, klineBlock } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { directionOf, NO_BRACKET } from "../src/domain/order.ts";
import { isEntry } from "../src/domain/intentAction.ts";
import type { OwnOrders } from "../src/domain/orders/ownOrder.ts";
import { ownOrders } from "../src/domain/orders/ownOrders.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { bookOrders } from "./ownOrdersLine.ts";
import type { RejectionReason } from "../src/domain/rejection.ts";
import { legOf } from "../src/domain/orders/orderIds.ts";

/** Bars share blocks: ten typed arrays for each would be most of a test's time. */
const BLOCK_ROWS = 512;
/** What is left of an order that ended: no fill of it is still to come. */
const WHOLE = Number.MAX_SAFE_INTEGER as Lots;

/** A Monday, 00:00 UTC: minute 0 of the risk tests. */
export const START_MS = Date.UTC(2023, 0, 2);

/** Ticks of 0.1 USDT, lots of 0.001: at the price 100, a lot is 0.1 USDT. */
export const riskInstrument = (index: number, terms: Partial<Instrument> = {}): Instrument => ({
  index: instrumentIndex(index),
  symbol: `S${index}USDT`,
  source: "exchange",
  tickSize: 0.1,
  lotSize: 0.001,
  minQtyLots: 1,
  maxQtyLots: 1e9,
  maxMarketQtyLots: 1e9,
  minPriceTicks: 1,
  maxPriceTicks: 1e9,
  minNotionalUsdt: 5,
  percentPriceUp: 0,
  percentPriceDown: 0,
  makerFeeRate: 0,
  takerFeeRate: 0,
  liquidationFeeRate: 0,
  fundingIntervalHours: 8,
  brackets: [{ notionalFloorUsdt: 0, notionalCapUsdt: Infinity, maintenanceMarginRate: 0.01, maintenanceAmountUsdt: 0, maxLeverage: 125 }],
  ...terms,
});

/** `NO_LIMITS` but for what is given, tier by tier. */
export const limitsOf = (given: { readonly [T in keyof RiskLimits]?: Partial<RiskLimits[T]> }): RiskLimits => ({
  position: { ...NO_LIMITS.position, ...given.position },
  day: { ...NO_LIMITS.day, ...given.day },
  data: { ...NO_LIMITS.data, ...given.data },
  shock: { ...NO_LIMITS.shock, ...given.shock },
  system: { ...NO_LIMITS.system, ...given.system },
});

/** The double next to `value`, `steps` away. */
export const nextTo = (value: number, steps: 1 | -1): number => {
  const bits = new BigInt64Array(1);
  const float = new Float64Array(bits.buffer);
  float[0] = value;
  bits[0] = (bits[0] as bigint) + BigInt(value > 0 ? steps : -steps);
  return float[0];
};

interface RiskLineOptions {
  readonly instruments?: readonly Instrument[];
  readonly tradeFromMs?: number;
}

export type IntentTerms = Partial<Omit<Intent, "kind">>;

/**
 * A line of items through `riskGate`: what a test says enters, what leaves is kept as short lines of text. Account states
 * follow bars and fills, as the `account` operator sends them; equity is whatever the test says.
 */
export class RiskLine {
  /** All that entered: a restart replays it. */
  readonly input: Item[] = [];
  /** All that the gate itself emitted, and each as a line of text. */
  readonly items: Item[] = [];
  readonly told: string[] = [];
  readonly instruments: readonly Instrument[];
  equityUsdt = 10_000;
  /** Line time: the close of the last bar. */
  nowMs = START_MS;
  readonly lots: number[];
  readonly marks: number[];
  /** As the `account` operator keeps them. */
  readonly orders: readonly OwnOrders[];
  readonly #entrance = new Subject<Item>();
  #block: KlineBlock | null = null;
  #failure: unknown = null;
  #plans = 0;
  readonly #day = dayLedger();
  readonly #tradeFromMs: number;
  #seq = 0;

  constructor(limits: RiskLimits, { instruments = [riskInstrument(0), riskInstrument(1)], tradeFromMs = -Infinity }: RiskLineOptions = {}) {
    this.instruments = instruments;
    this.#tradeFromMs = tradeFromMs;
    this.lots = instruments.map(() => 0);
    this.orders = instruments.map((each) => ownOrders(each));
    this.marks = instruments.map(() => NaN);
    this.#entrance.pipe(riskGate(instruments, limits, tradeFromMs)).subscribe({
      next: (item) => {
        if (item === this.input[this.input.length - 1]) return;
        this.items.push(item);
        const text = tell(item);
        if (text !== "") this.told.push(text);
      },
      error: (error: unknown) => {
        this.#failure = error;
      },
    });
  }

  /** Sends one item and returns what the gate made of it. */
  send(item: Item): string[] {
    const from = this.told.length;
    this.input.push(item);
    bookOrders(this.orders, item, this.lots);
    this.#entrance.next(item);
    if (this.#failure !== null) throw this.#failure;
    return this.told.slice(from);
  }

  /** A closed bar and the marked account behind it; by default the next minute's. */
  bar(terms: { at?: number; close?: number; equity?: number; instrument?: number; frameMs?: number; base?: boolean } = {}): string[] {
    const { instrument = 0, frameMs = MINUTE_MS, base = true } = terms;
    const from = this.told.length;
    this.nowMs = terms.at === undefined ? this.nowMs + frameMs : START_MS + terms.at * MINUTE_MS;
    const mark = this.marks[instrument] as number;
    const close = terms.close ?? (Number.isNaN(mark) ? 100 : mark);
    const values = {
      open: close,
      high: close,
      low: close,
      close,
      volume: 1,
      quoteVolume: close,
      trades: 1,
      takerBuyVolume: 0,
      takerBuyQuoteVolume: 0,
    };
    const block = this.#blockFor(instrument, frameMs);
    appendKline(block, { openTimeMs: this.nowMs - frameMs, ...values });
    this.send(new Bar(block, block.length - 1, (this.#seq += 1), base, 1));
    this.marks[instrument] = close;
    if (base) this.account(instrument, terms.equity ?? this.equityUsdt, true);
    return this.told.slice(from);
  }

  /** The account as a bar, fill or payment of `instrument` leaves it; `lateMs`: a bar of a moment that closed so long ago. */
  account(instrument = 0, equity = this.equityUsdt, atClose = false, lateMs = 0): string[] {
    this.equityUsdt = equity;
    const positions = this.lots.map((positionLots, index): PositionState => ({
      instrument: instrumentIndex(index),
      positionLots,
      costTickLots: 0,
      averageTicks: NaN,
      markPrice: this.marks[index] as number,
      unrealisedUsdt: 0,
      notionalUsdt: 0,
      openedAtMs: 0,
      planId: "",
    }));
    const money = {
      cashUsdt: equity,
      unrealisedUsdt: 0,
      equityUsdt: equity,
      realisedUsdt: 0,
      feesUsdt: 0,
      fundingUsdt: 0,
      slippageUsdt: 0,
    };
    if (atClose && this.nowMs > this.#tradeFromMs) closeDay(this.#day, this.nowMs, equity);
    return this.send({
      kind: Kind.accountState,
      ...this.#derived(instrument),
      atClose,
      closeMs: this.nowMs - lateMs,
      late: lateMs > 0,
      day: { ...this.#day },
      ...money,
      fills: 0,
      positions,
      margins: [],
      orders: this.orders,
    });
  }

  /** A strategy's wish; protected by 0.5 % unless it says otherwise. */
  ask(action: IntentAction, terms: IntentTerms = {}): string[] {
    return this.send(this.intent(action, terms));
  }
  intent(action: IntentAction, terms: IntentTerms = {}): Intent {
    this.#plans += 1;
    return {
      kind: Kind.intent,
      ...this.#derived(0),
      planId: `P-${this.#plans}`,
      action,
      direction: 1,
      qtyLots: 10 as Lots,
      orderType: "market",
      limitTicks: 0 as Ticks,
      postOnly: false,
      worstTicks: 1000 as Ticks,
      bracket: action === "enter" ? { stopFraction: 0.005, targetFraction: 0.015 } : NO_BRACKET,
      stopTicks: 0 as Ticks,
      leverage: 5,
      expiresAtMs: Infinity,
      reason: "test",
      ...terms,
    };
  }
  enter(qtyLots = 10, terms: IntentTerms = {}): string[] {
    return this.ask("enter", { qtyLots: qtyLots as Lots, ...terms });
  }
  /** Id of the newest plan that was asked for. */
  get planId(): string {
    return `P-${this.#plans}`;
  }
  /** Client order id of the newest exit that the gate itself made. */
  get emergencyId(): string {
    const plans = this.items.filter(
      (item) => item.kind === Kind.approvedPlan && item.intent.reason !== "test" && item.intent.action === "exit",
    );
    const last = plans[plans.length - 1];
    return last?.kind === Kind.approvedPlan ? last.intent.planId : "";
  }

  /** A fill, the trade it closes and the account behind it, of the newest plan unless `orderId` says otherwise; what no entry ordered reduces. */
  fill(
    side: "buy" | "sell",
    qtyLots: number,
    terms: { orderId?: string; ticks?: number; instrument?: number; pnl?: number; equity?: number } = {},
  ): string[] {
    const { orderId = this.planId, ticks = 1000, instrument = 0, pnl = 1 } = terms;
    const from = this.told.length;
    const was = this.lots[instrument] as number;
    const asked = this.input.find((item) => item.kind === Kind.intent && item.planId === orderId);
    const reduceOnly = !(asked?.kind === Kind.intent && isEntry(asked.action));
    this.send({
      kind: Kind.fill,
      ...this.#event(instrument),
      leg: legOf(orderId),
      clientOrderId: orderId,
      tradeId: this.#seq,
      planId: orderId.replace(/\.[st]$/, ""),
      side,
      priceTicks: ticks as Ticks,
      qtyLots: qtyLots as Lots,
      feeUsdt: 0,
      slippageUsdt: 0,
      maker: false,
      reduceOnly,
      reason: "test",
    } satisfies Fill);
    const now = was + directionOf(side) * qtyLots;
    this.lots[instrument] = now;
    this.marks[instrument] = ticks / 10;
    if (was !== 0 && was * now <= 0) this.closed(pnl, was > 0 ? 1 : -1, instrument);
    this.account(instrument, terms.equity ?? this.equityUsdt);
    return this.told.slice(from);
  }
  closed(pnlUsdt: number, direction: Direction = 1, instrument = 0): string[] {
    const trade = {
      entryTimeMs: 0,
      entryPrice: 100,
      exitTimeMs: 0,
      exitPrice: 100,
      qtyLots: 1 as Lots,
      feesUsdt: 0,
      fundingUsdt: 0,
      slippageUsdt: 0,
    };
    return this.send({
      kind: Kind.tradeClosed,
      ...this.#derived(instrument),
      direction,
      pnlUsdt,
      exitReason: "test",
      planId: "P-0",
      ...trade,
    } satisfies TradeClosed);
  }

  accepted(clientOrderId: string, instrument = 0): string[] {
    return this.send({ kind: Kind.orderAccepted, ...this.#event(instrument), sub: 1, clientOrderId });
  }
  rejected(clientOrderId: string, reason: RejectionReason = "insufficientMargin", instrument = 0): string[] {
    return this.send({
      kind: Kind.orderRejected,
      ...this.#event(instrument),
      sub: 1,
      clientOrderId,
      reason,
      message: "",
    } satisfies OrderRejected);
  }
  unknown(clientOrderId: string, instrument = 0): string[] {
    return this.send({ kind: Kind.orderUnknown, ...this.#event(instrument), sub: 1, clientOrderId });
  }
  canceled(clientOrderId: string, instrument = 0): string[] {
    const item = {
      kind: Kind.orderCanceled,
      ...this.#event(instrument),
      sub: 1,
      clientOrderId,
      remainingLots: WHOLE,
    } satisfies OrderCanceled;
    return this.send(item);
  }
  expired(clientOrderId: string, instrument = 0): string[] {
    return this.send({
      kind: Kind.orderExpired,
      ...this.#event(instrument),
      sub: 1,
      clientOrderId,
      remainingLots: WHOLE,
      reason: "position closed",
    });
  }

  command(command: Command["command"], argument = ""): string[] {
    return this.send({ kind: Kind.command, ...this.#event(NO_INSTRUMENT), command, id: "", by: "", reason: "", argument });
  }
  stream(stream: string, status: StreamStatus["status"], instrument = 0): string[] {
    return this.send({ kind: Kind.streamStatus, ...this.#event(instrument), stream, status });
  }
  /** The order book breaks the exchange's rules. */
  bookBroke(instrument = 0): string[] {
    return this.send({ kind: Kind.resyncNeeded, ...this.#derived(instrument), stream: "book", reason: "test" });
  }
  bookTop(instrument = 0): string[] {
    return this.send({ kind: Kind.bookTop, ...this.#derived(instrument), bids: new Float64Array(2), asks: new Float64Array(2) });
  }
  inferenceFailed(afterMs = 0): string[] {
    this.nowMs += afterMs;
    return this.send({ kind: Kind.inferenceFailure, ...this.#event(0), layer: "signal", barTimeMs: 0, reason: "late" });
  }
  gap(missingBars: number): string[] {
    return this.send({ kind: Kind.gap, ...this.#derived(0), fromMs: 0, toMs: 0, missingBars });
  }
  timer(afterMs = 1000): string[] {
    this.nowMs += afterMs;
    return this.send({ kind: Kind.timer, ...this.#event(NO_INSTRUMENT), periodMs: 1000 });
  }

  #blockFor(instrument: number, frameMs: number): KlineBlock {
    const block = this.#block;
    if (block?.instrument === instrument && block.intervalMs === frameMs && block.length < BLOCK_ROWS) return block;
    return (this.#block = klineBlock(instrumentIndex(instrument), frameMs, BLOCK_ROWS));
  }

  #derived(instrument: number) {
    return { seq: (this.#seq += 1), instrument: instrumentIndex(instrument), knownAtMs: this.nowMs };
  }
  #event(instrument: number) {
    return { ...this.#derived(instrument), eventTimeMs: this.nowMs, receivedTimeMs: this.nowMs };
  }
}

/** What the gate said, in a line; "" for the intent behind an emergency (its plan follows). */
const tell = (item: Item): string => {
  switch (item.kind) {
    case Kind.riskState:
      return `${item.level} ${item.active ? "+" : "-"}${item.rule} ${item.value}/${item.limit}`;
    case Kind.refusal:
      return `refused ${item.rule} ${item.value}/${item.limit}`;
    case Kind.approvedPlan: {
      const { action, direction, qtyLots, reason, instrument } = item.intent;
      return reason === "test" ? `approved ${action}` : `${action}${instrument} ${direction * qtyLots} ${reason}`;
    }
    case Kind.intent:
      return "";
    case Kind.fault:
      return `fault ${item.source}: ${item.message}`;
    default:
      return `unexpected kind ${item.kind}`;
  }
};
