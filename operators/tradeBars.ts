import { identity } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { BestBidAsk, BookDiff, MarkPrice, NonMarketTrade, Timer, Trade } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { Kline, klineBlock } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Rows of a block: bounds what one retained kline keeps alive. */
const BLOCK_ROWS = 512;
/** Other events close a minute this long after its end: its last trade may arrive behind them. */
export const GRACE_MS = 1000;

/** The minute that the trades of one instrument make. */
class OpenMinute {
  readonly instrument: InstrumentIndex;
  private block: KlineBlock;
  /** NaN before a trade was heard. */
  private openMs = NaN;
  /** Id of the last trade, exact up to 2^53; −1 before the first. */
  private lastId = -1;
  private lastPrice = NaN;
  /** A minute has been closed. */
  private closed = false;
  /** Trades in the open minute were missed. */
  private broken = false;
  private trades = 0;
  /** Minutes that were broken since the last whole one. */
  private missing = 0;
  private gapFromMs = NaN;
  /** The event that closed the last minute. */
  private lastSeq = -1;

  constructor(instrument: InstrumentIndex) {
    this.instrument = instrument;
    this.block = klineBlock(instrument, MINUTE_MS, BLOCK_ROWS);
  }

  trade(trade: Trade, emit: Emit): void {
    if (!this.account(trade, emit)) return;
    if (trade.eventTimeMs >= this.openMs) this.add(trade);
    // Before the first whole minute; or its minute went out without it, and the bar of now must not hold it.
    else if (this.lastPrice > 0 && this.closed) emit(late(trade, this.openMs));
    else this.lastPrice = trade.price;
  }

  /** Takes the id of a trade and closes the minutes before it; false: the id was seen or overtaken. */
  account({ tradeId, eventTimeMs, seq }: Trade | NonMarketTrade, emit: Emit): boolean {
    const id = Number(tradeId);
    // The first minute that is heard from its beginning is the one after the first trade.
    if (Number.isNaN(this.openMs)) this.openMs = eventTimeMs - (eventTimeMs % MINUTE_MS) + MINUTE_MS;
    if (id <= this.lastId) return false;
    const missed = this.lastId >= 0 && id > this.lastId + 1;
    // What is missing was traded before this one.
    if (missed && eventTimeMs >= this.openMs) this.broken = true;
    this.lastId = id;
    this.closeUntil(eventTimeMs, seq, emit, missed);
    return true;
  }

  /** Another event of the line: closes the minute once its trades must have come. */
  tick(nowMs: number, seq: number, emit: Emit): void {
    if (nowMs >= this.openMs + MINUTE_MS + GRACE_MS) this.closeUntil(nowMs - GRACE_MS, seq, emit, false);
  }

  /** Closes every minute that ends by `timeMs`; `missed`: trades are missing up to there, in whichever of them. */
  private closeUntil(timeMs: number, seq: number, emit: Emit, missed: boolean): void {
    while (timeMs >= this.openMs + MINUTE_MS) {
      this.close(seq, emit);
      this.broken = missed;
    }
  }

  private close(seq: number, emit: Emit): void {
    const { openMs, block } = this;
    const row = block.length;
    this.openMs = openMs + MINUTE_MS;
    this.lastSeq = seq;
    // Nothing ever traded: there is no price to make a bar of.
    if (!(this.lastPrice > 0)) return;
    this.closed = true;
    if (this.broken) {
      if (this.missing === 0) this.gapFromMs = openMs;
      this.missing += 1;
      this.blank(row);
      return;
    }
    if (this.trades === 0) this.flat(row);
    block.openTimeMs[row] = openMs;
    block.length = row + 1;
    this.trades = 0;
    const kline = new Kline(block, row);
    kline.seq = seq;
    if (this.missing > 0) this.tellGap(kline.openTimeMs, kline.knownAtMs, seq, emit);
    if (block.length === BLOCK_ROWS) this.block = klineBlock(this.instrument, MINUTE_MS, BLOCK_ROWS);
    emit(kline);
  }

  /** The end of the line: reports minutes that were lost there, too. */
  end(emit: Emit): void {
    if (this.missing > 0) this.tellGap(this.openMs, this.openMs, this.lastSeq, emit);
  }

  private tellGap(toMs: number, knownAtMs: number, seq: number, emit: Emit): void {
    const { instrument, gapFromMs: fromMs, missing: missingBars } = this;
    emit({ kind: Kind.gap, seq, instrument, knownAtMs, fromMs, toMs, missingBars });
    this.missing = 0;
  }

  /** A minute without a trade stands at the price before it. */
  private flat(row: number): void {
    const { block, lastPrice } = this;
    for (const column of ["open", "high", "low", "close"] as const) block[column][row] = lastPrice;
  }

  private blank(row: number): void {
    const { block } = this;
    for (const column of SUMS) block[column][row] = 0;
    this.trades = 0;
  }

  private add({ price, qty, buyerIsMaker, tradeCount = 1 }: Trade): void {
    const { block } = this;
    const row = block.length;
    if (this.trades === 0) {
      block.open[row] = price;
      block.high[row] = price;
      block.low[row] = price;
    } else {
      if (price > (block.high[row] as number)) block.high[row] = price;
      if (price < (block.low[row] as number)) block.low[row] = price;
    }
    this.trades += tradeCount;
    this.lastPrice = price;
    block.close[row] = price;
    block.volume[row]! += qty;
    block.quoteVolume[row]! += price * qty;
    block.trades[row]! += tradeCount;
    if (buyerIsMaker) return;
    block.takerBuyVolume[row]! += qty;
    block.takerBuyQuoteVolume[row]! += price * qty;
  }
}

const SUMS = ["volume", "quoteVolume", "trades", "takerBuyVolume", "takerBuyQuoteVolume"] as const;

const late = ({ seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs }: Trade, openMs: number): Item => ({
  kind: Kind.fault,
  seq,
  instrument,
  eventTimeMs,
  receivedTimeMs,
  knownAtMs,
  source: "tradeBars",
  message: `a trade came after its bar, traded ${openMs - eventTimeMs} ms before the bar that is open`,
});

/** By instrument index; null where bars come from klines. */
type TradeBarsState = readonly (OpenMinute | null)[];

export const tradeBarsState = (instruments: readonly Instrument[], fromTrades: readonly InstrumentIndex[]): TradeBarsState =>
  instruments.map(({ index }) => (fromTrades.includes(index) ? new OpenMinute(index) : null));

const tickStep = (state: TradeBarsState, { instrument, knownAtMs, seq }: BestBidAsk | BookDiff | MarkPrice, emit: Emit): boolean => {
  state[instrument]?.tick(knownAtMs, seq, emit);
  return true;
};

const HANDLERS: StepHandlers<TradeBarsState> = {
  [Kind.trade]: (state, trade: Trade, emit) => {
    state[trade.instrument]?.trade(trade, emit);
    return true;
  },
  [Kind.nonMarketTrade]: (state, trade: NonMarketTrade, emit) => {
    state[trade.instrument]?.account(trade, emit);
    return true;
  },
  [Kind.bestBidAsk]: tickStep,
  [Kind.bookDiff]: tickStep,
  [Kind.markPrice]: tickStep,
  [Kind.timer]: (state, { knownAtMs, seq }: Timer, emit) => {
    for (const minute of state) minute?.tick(knownAtMs, seq, emit);
    return true;
  },
};

/**
 * Trades → 1-minute klines by Binance's rules, for instruments whose line has none (`fromTrades`). A trade belongs to the minute it was
 * made in. The open is the first price; a minute without a trade has the close before it and volume 0. The first trade of a later minute
 * closes a minute, or any event a second after its end, and the kline stands before that event. The minute of the first trade may be
 * partial and makes no kline. A minute with missing trade ids is a `gap`, at the end of the line too. Without such an instrument this is no
 * step at all.
 */
export const tradeBars = (instruments: readonly Instrument[], fromTrades: readonly InstrumentIndex[]): OperatorFunction<Item, Item> =>
  fromTrades.length === 0
    ? identity
    : stepOperator("tradeBars", () => tradeBarsState(instruments, fromTrades), HANDLERS, {
        passing: "filter",
        emits: [Kind.kline, Kind.gap, Kind.fault],
        flush: (state, emit) => {
          for (const minute of state) minute?.end(emit);
        },
      });
