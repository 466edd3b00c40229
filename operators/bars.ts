import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Kline, KlineBlock } from "../src/domain/kline.ts";
import { Bar, klineBlock } from "../src/domain/kline.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Rows of a longer time frame's block: bounds what one retained bar keeps alive. */
const BLOCK_ROWS = 512;

/** The longer bar under construction; its row is written in place and counts once the bar closes. */
interface OpenBar {
  readonly timeframeMs: number;
  block: KlineBlock;
  /** Exclusive; valid while `baseBars` > 0. */
  endMs: number;
  baseBars: number;
}

/** Longer time frames by instrument index, ascending. */
interface BarsState {
  readonly open: readonly (readonly OpenBar[])[];
}

const barsState = (instruments: readonly Instrument[], timeframesMs: readonly number[]): BarsState => {
  const ascending = [...timeframesMs].sort((a, b) => a - b);
  return {
    open: instruments.map(({ index }) =>
      ascending.map((timeframeMs) => ({ timeframeMs, block: klineBlock(index, timeframeMs, BLOCK_ROWS), endMs: 0, baseBars: 0 })),
    ),
  };
};

/**
 * One kline closes at most one bar of each longer time frame, aligned to UTC, and always the base bar, which comes last.
 * After a gap a longer bar may close late, with the first kline behind it, and holds fewer `baseBars`.
 */
const barsStep = (state: BarsState, kline: Kline, emit: Emit): void => {
  const frames = state.open[kline.instrument] as readonly OpenBar[];
  for (const frame of frames) aggregate(frame, kline, emit);
  emit(new Bar(kline.block, kline.row, kline.seq, true, 1));
};

const aggregate = (frame: OpenBar, kline: Kline, emit: Emit): void => {
  const openMs = kline.openTimeMs;
  if (frame.baseBars === 0) start(frame, kline);
  else if (openMs >= frame.endMs) {
    close(frame, kline.seq, emit);
    start(frame, kline);
  }
  add(frame.block, kline);
  frame.baseBars += 1;
  if (openMs + kline.intervalMs === frame.endMs) close(frame, kline.seq, emit);
};

const start = (frame: OpenBar, kline: Kline): void => {
  const startMs = kline.openTimeMs - (kline.openTimeMs % frame.timeframeMs);
  if (frame.block.length === BLOCK_ROWS) frame.block = klineBlock(kline.instrument, frame.timeframeMs, BLOCK_ROWS);
  const { block } = frame;
  const row = block.length;
  block.openTimeMs[row] = startMs;
  block.open[row] = kline.open;
  block.high[row] = kline.high;
  block.low[row] = kline.low;
  frame.endMs = startMs + frame.timeframeMs;
};

const add = (block: KlineBlock, kline: Kline): void => {
  const row = block.length;
  if (kline.high > (block.high[row] as number)) block.high[row] = kline.high;
  if (kline.low < (block.low[row] as number)) block.low[row] = kline.low;
  block.close[row] = kline.close;
  block.volume[row]! += kline.volume;
  block.quoteVolume[row]! += kline.quoteVolume;
  block.trades[row]! += kline.trades;
  block.takerBuyVolume[row]! += kline.takerBuyVolume;
  block.takerBuyQuoteVolume[row]! += kline.takerBuyQuoteVolume;
};

const close = (frame: OpenBar, seq: number, emit: Emit): void => {
  const row = frame.block.length;
  frame.block.length = row + 1;
  const { baseBars } = frame;
  frame.baseBars = 0;
  emit(new Bar(frame.block, row, seq, false, baseBars));
};

const HANDLERS: StepHandlers<BarsState> = { [Kind.kline]: barsStep };

/** 1-minute klines → base bars and longer time frames (`timeframesMs`: multiples of the klines' interval). */
export const bars = (instruments: readonly Instrument[], timeframesMs: readonly number[]): OperatorFunction<Item, Item> =>
  stepOperator("bars", () => barsState(instruments, timeframesMs), HANDLERS, { emits: [Kind.bar] });
