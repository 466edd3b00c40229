import type { OperatorFunction } from "rxjs";
import type { NonMarketTrade, Trade } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Kline, KlineBlock } from "../src/domain/kline.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** The last kline of an instrument that passed, as block and row. */
interface Track {
  /** Null before the first. */
  block: KlineBlock | null;
  row: number;
  /** The block's rows behind `row` and before this one are possible and follow each other: they pass without a look. */
  wholeToRow: number;
  /** Id of the last trade, exact up to 2^53; −1 before the first. */
  tradeId: number;
}

/** By instrument index. */
type ContinuityState = readonly Track[];

const continuityState = (instrumentCount: number): ContinuityState =>
  Array.from({ length: instrumentCount }, () => ({ block: null, row: 0, wholeToRow: 0, tradeId: -1 }));

/**
 * Klines pass in order and without holes, or an item says that one is there. A duplicate or late kline is dropped and a `fault` reports it.
 * Missing klines put a `gap` before the kline that revealed them. A bar with impossible prices becomes a `fault` in its place. Trades are
 * checked by their ids, which include those of non-market trades; missing ids are a `fault`.
 */
const continuityStep = (state: ContinuityState, kline: Kline, emit: Emit): boolean => {
  const { block, row } = kline;
  const track = state[block.instrument] as Track;
  if (block !== track.block || row !== track.row + 1 || row >= track.wholeToRow) return examine(track, kline, emit);
  track.row = row;
  return true;
};

const examine = (track: Track, kline: Kline, emit: Emit): boolean => {
  const { block, row, openTimeMs: openMs } = kline;
  if (!isPossible(block, row)) {
    emit(faultOf(kline, "prices or volume that cannot be"));
    return false;
  }
  const last = track.block;
  const expectedMs = last === null ? openMs : (last.openTimeMs[track.row] as number) + last.intervalMs;
  if (openMs < expectedMs) {
    emit(faultOf(kline, openMs === expectedMs - kline.intervalMs ? "duplicate kline" : "kline out of order"));
    return false;
  }
  if (openMs > expectedMs) emit(gapBefore(kline, expectedMs));
  track.block = block;
  track.row = row;
  track.wholeToRow = wholeToRow(block, row);
  return true;
};

/** Checks a whole block at once, column by column in one short loop: a quarter of the cost of checking each kline when it comes. */
const wholeToRow = (block: KlineBlock, fromRow: number): number => {
  const { openTimeMs, intervalMs, length } = block;
  let row = fromRow + 1;
  while (row < length && openTimeMs[row] === (openTimeMs[row - 1] as number) + intervalMs && isPossible(block, row)) row += 1;
  return row;
};

/** Written so that NaN in any field fails. */
const isPossible = (block: KlineBlock, row: number): boolean => {
  const open = block.open[row] as number;
  const high = block.high[row] as number;
  const low = block.low[row] as number;
  const close = block.close[row] as number;
  const possible = low > 0 && open >= low && close >= low && high >= open && high >= close && high < Infinity;
  return (
    possible &&
    isAmount(block.volume[row]) &&
    isAmount(block.quoteVolume[row]) &&
    isAmount(block.trades[row]) &&
    isAmount(block.takerBuyVolume[row]) &&
    isAmount(block.takerBuyQuoteVolume[row])
  );
};

const isAmount = (value: number | undefined): boolean => (value as number) >= 0 && (value as number) < Infinity;

const gapBefore = (kline: Kline, expectedMs: number): Item => ({
  kind: Kind.gap,
  seq: kline.seq,
  instrument: kline.instrument,
  knownAtMs: kline.knownAtMs,
  fromMs: expectedMs,
  toMs: kline.openTimeMs,
  missingBars: Math.round((kline.openTimeMs - expectedMs) / kline.intervalMs),
});

/** Trades are numbered: a duplicate or late one is dropped, missing ones are reported. */
const tradeStep = (state: ContinuityState, trade: Trade | NonMarketTrade, emit: Emit): boolean => {
  const track = state[trade.instrument] as Track;
  const id = Number(trade.tradeId);
  if (id <= track.tradeId) {
    emit(faultOn(trade, `${id === track.tradeId ? "duplicate trade" : "trade out of order"}, id ${trade.tradeId}`));
    return false;
  }
  if (track.tradeId >= 0 && id > track.tradeId + 1)
    emit(faultOn(trade, `missing trades, ${id - track.tradeId - 1} before id ${trade.tradeId}`));
  track.tradeId = id;
  return true;
};

const faultOf = (kline: Kline, what: string): Item => faultOn(kline, `${what}, open time ${kline.openTimeMs}`);

const faultOn = (event: Kline | Trade | NonMarketTrade, message: string): Item => ({
  kind: Kind.fault,
  seq: event.seq,
  instrument: event.instrument,
  eventTimeMs: event.eventTimeMs,
  receivedTimeMs: event.receivedTimeMs,
  knownAtMs: event.knownAtMs,
  source: "continuity",
  message,
});

const HANDLERS: StepHandlers<ContinuityState> = {
  [Kind.kline]: continuityStep,
  [Kind.trade]: tradeStep,
  [Kind.nonMarketTrade]: tradeStep,
};

export const continuity = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator("continuity", () => continuityState(instruments.length), HANDLERS, {
    passing: "filter",
    emits: [Kind.gap, Kind.fault],
  });
