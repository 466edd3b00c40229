import type { InstrumentIndex } from "./units.ts";
import { InvariantError } from "./units.ts";
import { Kind } from "./kind.ts";

/** Columns of a block in storage order; every one is a Float64Array of the block's capacity. */
export const KLINE_COLUMNS = [
  "openTimeMs",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "quoteVolume",
  "trades",
  "takerBuyVolume",
  "takerBuyQuoteVolume",
] as const;
export type KlineColumn = (typeof KLINE_COLUMNS)[number];

/**
 * A run of consecutive klines of one instrument and interval, column by column (float64, `length` rows used).
 * A block is filled once by a parser or a store and never changed after its first row entered the line.
 */
export interface KlineBlock extends Readonly<Record<KlineColumn, Float64Array>> {
  readonly instrument: InstrumentIndex;
  readonly intervalMs: number;
  /** `receivedTimeMs − knownAtMs` of all rows: 0 in history. */
  readonly receiveDelayMs: number;
  length: number;
}

/** An empty block for `capacity` rows. */
export const klineBlock = (instrument: InstrumentIndex, intervalMs: number, capacity: number, receiveDelayMs = 0): KlineBlock => {
  const column = (): Float64Array => new Float64Array(capacity);
  return {
    instrument,
    intervalMs,
    receiveDelayMs,
    length: 0,
    openTimeMs: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    quoteVolume: column(),
    trades: column(),
    takerBuyVolume: column(),
    takerBuyQuoteVolume: column(),
  };
};

/** Plain values of one kline; times in ms UTC, volumes in base or quote units. */
export type KlineValues = Readonly<Record<KlineColumn, number>>;

/** Appends one row to a block; throws when the block is full. */
export const appendKline = (block: KlineBlock, row: KlineValues): void => {
  const at = block.length;
  if (at >= block.openTimeMs.length) throw new InvariantError(`kline block is full at ${at} rows`);
  for (const column of KLINE_COLUMNS) block[column][at] = row[column];
  block.length = at + 1;
};

/**
 * One row of a block, read in place. Klines and bars are views and not bags of numbers because V8 boxes every float64
 * field of an object: a bar of ten columns would cost eleven allocations instead of one (bench/README.md).
 */
export abstract class KlineRow {
  readonly block: KlineBlock;
  readonly row: number;

  constructor(block: KlineBlock, row: number) {
    this.block = block;
    this.row = row;
  }

  get instrument(): InstrumentIndex {
    return this.block.instrument;
  }
  get openTimeMs(): number {
    return this.block.openTimeMs[this.row] as number;
  }
  get open(): number {
    return this.block.open[this.row] as number;
  }
  get high(): number {
    return this.block.high[this.row] as number;
  }
  get low(): number {
    return this.block.low[this.row] as number;
  }
  get close(): number {
    return this.block.close[this.row] as number;
  }
  /** Base volume. */
  get volume(): number {
    return this.block.volume[this.row] as number;
  }
  get quoteVolume(): number {
    return this.block.quoteVolume[this.row] as number;
  }
  /** Count of trades. */
  get trades(): number {
    return this.block.trades[this.row] as number;
  }
  get takerBuyVolume(): number {
    return this.block.takerBuyVolume[this.row] as number;
  }
  get takerBuyQuoteVolume(): number {
    return this.block.takerBuyQuoteVolume[this.row] as number;
  }
}

/** A closed kline: an event, immutable but for `seq`, which the driver gives once. */
export class Kline extends KlineRow {
  seq = -1;

  /** On the prototype, like all that every kline shares: it costs no field. */
  get kind(): typeof Kind.kline {
    return Kind.kline;
  }

  get intervalMs(): number {
    return this.block.intervalMs;
  }
  /** Exchange time of the close: the last millisecond of the bar. */
  get eventTimeMs(): number {
    return this.openTimeMs + this.block.intervalMs - 1;
  }
  get receivedTimeMs(): number {
    return this.knownAtMs + this.block.receiveDelayMs;
  }
  /** When a trader could know the bar: its close + 1 ms. */
  get knownAtMs(): number {
    return this.openTimeMs + this.block.intervalMs;
  }
}

/**
 * A closed bar of any time frame, aligned to UTC. The bar of the base time frame (`base`) comes last among the bars
 * that close with one kline: it is the decision bar, and by then the longer ones are known.
 */
export class Bar extends KlineRow {
  /** The kline that closed it. */
  readonly seq: number;
  readonly base: boolean;
  /** Base bars inside; fewer than `timeframeMs / intervalMs` after a gap. */
  readonly baseBars: number;

  constructor(block: KlineBlock, row: number, seq: number, base: boolean, baseBars: number) {
    super(block, row);
    this.seq = seq;
    this.base = base;
    this.baseBars = baseBars;
  }

  get kind(): typeof Kind.bar {
    return Kind.bar;
  }
  get timeframeMs(): number {
    return this.block.intervalMs;
  }
  /** Line time of the close. */
  get knownAtMs(): number {
    return this.openTimeMs + this.block.intervalMs;
  }
}

/** One kline in a block of its own: for live parsers, journals and tests. */
export const singleKline = (instrument: InstrumentIndex, intervalMs: number, values: KlineValues, receiveDelayMs = 0): Kline => {
  const block = klineBlock(instrument, intervalMs, 1, receiveDelayMs);
  appendKline(block, values);
  return new Kline(block, 0);
};

/** The row's values as a plain object. */
export const klineValues = (kline: Kline): KlineValues => {
  const values: Record<string, number> = {};
  for (const column of KLINE_COLUMNS) values[column] = kline.block[column][kline.row] as number;
  return values as KlineValues;
};

/** Every row of a block as events, in order. */
export const klinesOf = (block: KlineBlock): Kline[] => {
  const klines = new Array<Kline>(block.length);
  for (let row = 0; row < block.length; row += 1) klines[row] = new Kline(block, row);
  return klines;
};
