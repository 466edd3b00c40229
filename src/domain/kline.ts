/* eslint @typescript-eslint/no-unsafe-declaration-merging: off, @typescript-eslint/no-empty-object-type: off -- the columns' getters are put on the prototypes of Kline and Bar below */
import type { InstrumentIndex } from "./units.ts";
import { InvariantError } from "./units.ts";
import { Kind } from "./kind.ts";
import { stateClass } from "./state/stateClass.ts";

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

/** What klines and bars have in common: one row of a block, read in place. */
export interface KlineRow extends Readonly<Record<KlineColumn, number>> {
  readonly block: KlineBlock;
  readonly row: number;
  readonly instrument: InstrumentIndex;
}

/**
 * A closed bar as modules see it: its own numbers. The block behind it is left out on purpose: its next rows are the
 * future.
 */
export interface BarView extends Readonly<Record<KlineColumn, number>> {
  readonly instrument: InstrumentIndex;
  readonly timeframeMs: number;
  /** The event that closed it. */
  readonly seq: number;
  /** Line time of the close. */
  readonly knownAtMs: number;
  readonly base: boolean;
  readonly baseBars: number;
}

/**
 * A closed kline: an event, immutable but for `seq`, which the driver gives once. It is a view of a row and not a bag of
 * numbers because V8 boxes every float64 field of an object: a bar of ten columns would cost eleven allocations instead of
 * one. It has no base class and only plain assignments in its constructor because that halves the cost of making one
 * (bench/README.md); the columns' getters are put on the prototype below.
 */
export class Kline {
  declare readonly block: KlineBlock;
  declare readonly row: number;
  declare seq: number;

  constructor(block: KlineBlock, row: number) {
    this.block = block;
    this.row = row;
    this.seq = -1;
  }

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
export interface Kline extends KlineRow {}

/**
 * A closed bar of any time frame, aligned to UTC; a view like `Kline`. The bar of the base time frame (`base`) comes last
 * among the bars that close with one kline: it is the decision bar, and by then the longer ones are known.
 */
export class Bar {
  declare readonly block: KlineBlock;
  declare readonly row: number;
  /** The kline that closed it. */
  declare readonly seq: number;
  declare readonly base: boolean;
  /** Base bars inside; fewer than `timeframeMs / intervalMs` after a gap. */
  declare readonly baseBars: number;

  constructor(block: KlineBlock, row: number, seq: number, base: boolean, baseBars: number) {
    this.block = block;
    this.row = row;
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
export interface Bar extends KlineRow {}

stateClass("Kline", Kline);
stateClass("Bar", Bar);

/** One getter per column, each a function of its own: shared code would share type feedback between the columns. */
const COLUMN_GETTERS: { readonly [C in KlineColumn]: PropertyDescriptor & ThisType<KlineRow> } = {
  openTimeMs: {
    get() {
      return this.block.openTimeMs[this.row];
    },
  },
  open: {
    get() {
      return this.block.open[this.row];
    },
  },
  high: {
    get() {
      return this.block.high[this.row];
    },
  },
  low: {
    get() {
      return this.block.low[this.row];
    },
  },
  close: {
    get() {
      return this.block.close[this.row];
    },
  },
  volume: {
    get() {
      return this.block.volume[this.row];
    },
  },
  quoteVolume: {
    get() {
      return this.block.quoteVolume[this.row];
    },
  },
  trades: {
    get() {
      return this.block.trades[this.row];
    },
  },
  takerBuyVolume: {
    get() {
      return this.block.takerBuyVolume[this.row];
    },
  },
  takerBuyQuoteVolume: {
    get() {
      return this.block.takerBuyQuoteVolume[this.row];
    },
  },
};
for (const prototype of [Kline.prototype, Bar.prototype]) {
  Object.defineProperties(prototype, {
    ...COLUMN_GETTERS,
    instrument: {
      get(this: KlineRow) {
        return this.block.instrument;
      },
    },
  });
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

/** Every row of a block as events, in order. Grown by `push`: an array made at full length is slower to fill. */
export const klinesOf = (block: KlineBlock): Kline[] => {
  const klines: Kline[] = [];
  for (let row = 0; row < block.length; row += 1) klines.push(new Kline(block, row));
  return klines;
};
