import type { OperatorFunction } from "rxjs";
import type { AccountState, Fill, Gap, Pattern, Regime, RiskState, Signal, TradeClosed } from "../domain/derived.ts";
import type { Fault, NonMarketTrade, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import { lotsToQty, ticksToPrice } from "../domain/instrument.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Bar } from "../domain/kline.ts";
import { Ledger } from "../domain/ledger.ts";
import { stopDirection, workingStopTicks } from "../domain/orders/protection.ts";
import { DAY_MS, utcDayStart } from "../domain/units.ts";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import { BeliefRecorder } from "./beliefRecorder.ts";
import { DrawdownAtBars } from "./drawdownAtBars.ts";
import { MemberLog } from "./memberLog.ts";
import { FillLog } from "./fillLog.ts";
import { PlanOutcomes } from "./outcomes/planOutcomes.ts";
import { RiskSpans } from "./riskSpans.ts";
import type { EquityRow, GapSpan, LayerNames, StopSpan, TradeRow } from "./runRecord.ts";
import { ThinnedCandles } from "./thinnedCandles.ts";

/** Candles kept for the report's price chart, over all symbols. */
const CANDLES_MAX = 40_000;
/** A descriptor of L2 counts as the pattern of an entry above this, of 1. */
const PATTERN_ABOVE = 0.5;
/** Source of the fault that a refused swap is. */
const SWAP = "swapModel";

interface RecorderOptions {
  readonly instruments: readonly Instrument[];
  readonly startUsdt: number;
  /** Bars that close up to this time only warm up and are not recorded. */
  readonly fromMs: number;
  /** What the layers' numbers are called; null: the line has no layers before L3. */
  readonly layers: LayerNames | null;
  /** Others than rules may speak: who did is kept. */
  readonly trained?: boolean;
  /** A member serves one symbol: who spoke is kept by symbol. */
  readonly canaries?: boolean;
}

/** A stop while it is live; closed with its position or by the stop that replaces it. */
interface OpenStop {
  readonly direction: 1 | -1;
  readonly price: number;
  readonly fromMs: number;
}

/** What the line says, kept for the report: bounded by trades and days. Fill it by `tap`, read it when the run is over. */
export class Recorder {
  readonly trades: TradeRow[] = [];
  readonly fills = new FillLog();
  readonly equity: EquityRow[] = [];
  readonly stops: StopSpan[] = [];
  readonly gaps: GapSpan[] = [];
  readonly risk: RiskSpans;
  readonly faults = new Map<string, number>();
  /** Why swaps of members were refused. */
  readonly refusedSwaps = new Set<string>();
  readonly outcomes = new PlanOutcomes();
  /** By instrument, trades that were not of the market. */
  readonly nonMarketTrades: number[];
  readonly beliefs: BeliefRecorder | null;
  /** Null: rules alone may speak. */
  readonly members: MemberLog | null;
  bars = 0;
  orders = 0;
  firstOpenMs = NaN;
  lastCloseMs = NaN;
  /** When equity was first 0 or less; null: never. */
  ruinedAtMs: number | null = null;
  readonly drawdown = new DrawdownAtBars();
  account: Ledger | null = null;
  readonly #options: RecorderOptions;
  readonly #candles: readonly ThinnedCandles[];
  readonly #openStops: (OpenStop | null)[];
  /** Of each instrument, its last bar's close or its last fill, whichever is later. */
  readonly #lastMs: Float64Array;
  #nextDayMs = Infinity;
  #peakUsdt: number;
  #firstPrice = NaN;
  #lastPrice = NaN;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#peakUsdt = options.startUsdt;
    const capacity = Math.floor(CANDLES_MAX / options.instruments.length);
    this.#candles = options.instruments.map(() => new ThinnedCandles(capacity));
    this.#openStops = options.instruments.map(() => null);
    this.nonMarketTrades = options.instruments.map(() => 0);
    this.#lastMs = new Float64Array(options.instruments.length).fill(-Infinity);
    this.risk = new RiskSpans();
    const { instruments, fromMs, layers } = options;
    this.members =
      options.trained === true ? new MemberLog(fromMs, options.canaries === true ? instruments.map(({ symbol }) => symbol) : null) : null;
    this.beliefs = layers === null ? null : new BeliefRecorder({ instruments, fromMs, names: layers, patternAbove: PATTERN_ABOVE });
  }

  get candles(): ReturnType<ThinnedCandles["series"]>[] {
    return this.#candles.map((candles, index) => candles.series((this.#options.instruments[index] as Instrument).symbol));
  }

  bar(bar: Bar): void {
    if (!bar.base || bar.knownAtMs <= this.#options.fromMs) return;
    if (this.bars === 0) this.#begin(bar);
    this.bars += 1;
    (this.#candles[bar.instrument] as ThinnedCandles).add(bar);
    if (bar.instrument === 0) this.#lastPrice = bar.close;
    this.lastCloseMs = bar.knownAtMs;
    this.#lastMs[bar.instrument] = bar.knownAtMs;
  }

  /** When an instrument was last heard of: a series may end before the run, and on trades an order of the last bar is filled behind it. */
  lastMs(index: number): number {
    return this.#lastMs[index] as number;
  }

  /** Comes behind every moment (marked at its close), fill and payment. */
  state(account: AccountState): void {
    if (account instanceof Ledger) this.account = account;
    if (account.knownAtMs <= this.#options.fromMs || this.bars === 0) return;
    this.risk.equity(account);
    if (this.ruinedAtMs === null) {
      if (account.atClose) this.drawdown.add(account.knownAtMs, account.equityUsdt);
      if (account.equityUsdt <= 0) this.ruinedAtMs = account.knownAtMs;
    }
    if (!account.atClose || account.closeMs < this.#nextDayMs) return;
    const dayMs = utcDayStart(account.closeMs);
    this.#nextDayMs = dayMs + DAY_MS;
    this.#equityRow(dayMs, account.equityUsdt);
  }

  fill(fill: Fill): void {
    this.#lastMs[fill.instrument] = Math.max(this.lastMs(fill.instrument), fill.eventTimeMs);
    const instrument = this.#options.instruments[fill.instrument] as Instrument;
    const price = ticksToPrice(instrument, fill.priceTicks);
    this.fills.push({
      timeMs: fill.eventTimeMs,
      symbol: instrument.symbol,
      clientOrderId: fill.clientOrderId,
      side: fill.side,
      price,
      qty: lotsToQty(instrument, fill.qtyLots),
      feeUsdt: fill.feeUsdt,
      slippageUsdt: fill.slippageUsdt,
      maker: fill.maker,
      reason: fill.reason,
    });
  }

  /** The stop that protects, as the account's own orders say: looked at behind every answer of the venue. */
  answered({ instrument: index, eventTimeMs }: OrderAccepted | OrderCanceled | OrderExpired | OrderRejected): void {
    const own = this.account?.orders[index];
    if (own === undefined) return;
    const ticks = workingStopTicks(own);
    const price = ticks === 0 ? NaN : ticksToPrice(this.#options.instruments[index] as Instrument, ticks);
    const open = this.#openStops[index] as OpenStop | null;
    if (open === null ? ticks === 0 : open.price === price) return;
    this.#endStop(index, eventTimeMs);
    if (ticks > 0) this.#openStops[index] = { direction: stopDirection(own), price, fromMs: eventTimeMs };
  }

  trade(trade: TradeClosed): void {
    this.trades.push(this.tradeRow(trade));
    this.#endStop(trade.instrument, trade.exitTimeMs);
  }

  tradeRow(trade: TradeClosed): TradeRow {
    const instrument = this.#options.instruments[trade.instrument] as Instrument;
    return {
      symbol: instrument.symbol,
      side: trade.direction > 0 ? "long" : "short",
      entryTimeMs: trade.entryTimeMs,
      entryPrice: trade.entryPrice,
      exitTimeMs: trade.exitTimeMs,
      exitPrice: trade.exitPrice,
      qty: lotsToQty(instrument, trade.qtyLots),
      pnlUsdt: trade.pnlUsdt,
      feesUsdt: trade.feesUsdt,
      fundingUsdt: trade.fundingUsdt,
      exitReason: trade.exitReason,
      slippageUsdt: trade.slippageUsdt,
      ...this.beliefs?.thoughtsOf(trade),
    };
  }

  gap(gap: Gap): void {
    if (gap.knownAtMs <= this.#options.fromMs) return;
    const { symbol } = this.#options.instruments[gap.instrument] as Instrument;
    this.beliefs?.gap(gap);
    this.gaps.push({ symbol, fromMs: gap.fromMs, toMs: gap.toMs, missingBars: gap.missingBars });
  }

  regime(regime: Regime): void {
    this.beliefs?.regime(regime);
    this.members?.said("regime", regime);
  }

  pattern(pattern: Pattern): void {
    this.beliefs?.pattern(pattern);
    this.members?.said("pattern", pattern);
  }

  signal(signal: Signal): void {
    this.members?.said("signal", signal);
    this.beliefs?.signal(signal);
    if (signal.knownAtMs > this.#options.fromMs) this.outcomes.signal(signal);
  }

  riskState(state: RiskState): void {
    this.risk.change(state);
  }

  fault({ source, message }: Fault): void {
    if (source === SWAP) {
      this.refusedSwaps.add(message);
      return;
    }
    const what = `${source}: ${message.split(",")[0] ?? message}`;
    this.faults.set(what, (this.faults.get(what) ?? 0) + 1);
  }

  nonMarketTrade({ instrument, knownAtMs }: NonMarketTrade): void {
    if (knownAtMs > this.#options.fromMs) this.nonMarketTrades[instrument]! += 1;
  }

  /** Ends the run: the last, partial day and what is still open. */
  finish(): void {
    for (const index of this.#openStops.keys()) this.#endStop(index, this.lastMs(index));
    this.risk.finish(this.lastCloseMs);
    const last = this.equity.at(-1);
    if (this.account !== null && last !== undefined && last.timeMs !== this.lastCloseMs)
      this.#equityRow(this.lastCloseMs, this.account.equityUsdt);
  }

  #begin(bar: Bar): void {
    this.firstOpenMs = bar.openTimeMs;
    this.#firstPrice = bar.open;
    this.#lastPrice = bar.open;
    this.#nextDayMs = utcDayStart(bar.openTimeMs) + DAY_MS;
    this.#equityRow(bar.openTimeMs, this.#options.startUsdt);
    this.drawdown.add(bar.openTimeMs, this.#options.startUsdt);
  }

  #equityRow(timeMs: number, equityUsdt: number): void {
    if (equityUsdt > this.#peakUsdt) this.#peakUsdt = equityUsdt;
    this.equity.push({
      timeMs,
      equityUsdt,
      drawdown: equityUsdt / this.#peakUsdt - 1,
      buyAndHoldUsdt: (this.#options.startUsdt * this.#lastPrice) / this.#firstPrice,
    });
  }

  #endStop(index: number, toMs: number): void {
    const open = this.#openStops[index];
    if (!open) return;
    const { symbol } = this.#options.instruments[index] as Instrument;
    this.stops.push({ symbol, direction: open.direction, price: open.price, fromMs: open.fromMs, toMs });
    this.#openStops[index] = null;
  }
}

const HANDLERS: StepHandlers<Recorder> = {
  [Kind.bar]: (r, item) => {
    r.bar(item);
  },
  [Kind.accountState]: (r, item) => {
    r.state(item);
  },
  [Kind.fill]: (r, item) => {
    r.fill(item);
  },
  [Kind.orderSent]: (r) => {
    r.orders += 1;
  },
  [Kind.orderAccepted]: (r, item) => {
    r.answered(item);
  },
  [Kind.tradeClosed]: (r, item) => {
    r.trade(item);
  },
  [Kind.gap]: (r, item) => {
    r.gap(item);
  },
  [Kind.intent]: (r, item) => {
    r.outcomes.intent(item);
  },
  [Kind.refusal]: (r, item) => {
    r.outcomes.refused(item);
  },
  [Kind.noEntry]: (r, item) => {
    r.outcomes.waited(item);
  },
  [Kind.orderRejected]: (r, item) => {
    r.outcomes.rejected(item);
    r.answered(item);
  },
  [Kind.orderCanceled]: (r, item) => {
    r.outcomes.canceled += 1;
    r.answered(item);
  },
  [Kind.orderExpired]: (r, item) => {
    r.outcomes.expired += 1;
    r.answered(item);
  },
  [Kind.riskState]: (r, item) => {
    r.riskState(item);
  },
  [Kind.fault]: (r, item) => {
    r.fault(item);
  },
  [Kind.nonMarketTrade]: (r, item) => {
    r.nonMarketTrade(item);
  },
  [Kind.featureRow]: (r, item) => {
    r.beliefs?.features(item);
  },
  [Kind.regime]: (r, item) => {
    r.regime(item);
  },
  [Kind.pattern]: (r, item) => {
    r.pattern(item);
  },
  [Kind.signal]: (r, item) => {
    r.signal(item);
  },
  [Kind.approvedPlan]: (r, item) => {
    r.beliefs?.approved(item);
  },
};

/** The end of a backtest's line: everything is recorded, nothing passes on. */
export const record = (recorder: Recorder): OperatorFunction<Item, Item> =>
  stepOperator("record", () => recorder, HANDLERS, { passing: "none" });
