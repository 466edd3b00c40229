import type { Event, Funding, InstrumentRules } from "../../domain/event.ts";
import { Kind, KIND_NAMES } from "../../domain/kind.ts";
import type { KlineBlock } from "../../domain/kline.ts";
import { Kline } from "../../domain/kline.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { InvariantError, UserError } from "../../domain/units.ts";
import type { Columns } from "./columns.ts";
import { appendRow, emptyColumns, sortedByKey } from "./columns.ts";
import { FUNDING_TABLE, KLINE_TABLE, STORED_KINDS } from "./tables.ts";

/** Events of one symbol as tables: rows sorted by key, each key once (the last wins). */
export interface EventTables {
  /** Klines by interval in ms. */
  readonly klines: ReadonlyMap<number, Columns>;
  readonly funding: Columns | undefined;
  readonly rules: readonly InstrumentRules[];
}

/** Sorts events into tables; a kind that the store does not keep, or a time that is none, throws before anything is written. */
export const tablesOf = (events: readonly Event[]): EventTables => {
  const klines = new Map<number, Kline[]>();
  const funding: Funding[] = [];
  const rules: InstrumentRules[] = [];
  for (const event of events) {
    if (!Number.isSafeInteger(event.eventTimeMs))
      throw new InvariantError(`event of kind ${KIND_NAMES[event.kind]} has the time ${event.eventTimeMs}`);
    if (event.kind === Kind.kline) {
      const found = klines.get(event.intervalMs);
      if (found === undefined) klines.set(event.intervalMs, [event]);
      else found.push(event);
    } else if (event.kind === Kind.funding) funding.push(event);
    else if (event.kind === Kind.instrumentRules) rules.push(event);
    else throw new UserError(`the store keeps ${STORED_KINDS.join(", ")}, not ${KIND_NAMES[event.kind]}`);
  }
  return {
    klines: new Map([...klines].map(([intervalMs, found]) => [intervalMs, klineColumns(found)])),
    funding: funding.length === 0 ? undefined : fundingColumns(funding),
    rules,
  };
};

const klineColumns = (klines: readonly Kline[]): Columns => {
  const columns = emptyColumns(KLINE_TABLE.columns.length, klines.length);
  KLINE_TABLE.columns.forEach((name, c) => {
    const to = columns.data[c] as Float64Array;
    for (let i = 0; i < klines.length; i++) {
      const { block, row } = klines[i] as Kline;
      to[i] = block[name as "open"][row] as number;
    }
  });
  columns.length = klines.length;
  return sortedByKey(columns);
};

const fundingColumns = (funding: readonly Funding[]): Columns => {
  const columns = emptyColumns(FUNDING_TABLE.columns.length, funding.length);
  for (const event of funding) appendRow(columns, [event.eventTimeMs, event.rate, event.intervalHours, event.markPrice]);
  return sortedByKey(columns);
};

/** Rows of the kline table as events: views on the rows, which become a block without a copy. */
export const klinesFrom = (columns: Columns, instrument: InstrumentIndex, intervalMs: number): Kline[] => {
  const block = blockOf(columns, instrument, intervalMs);
  const events = new Array<Kline>(columns.length);
  for (let row = 0; row < events.length; row++) events[row] = new Kline(block, row);
  return events;
};

/** Columns of the kline table, which are in the order of a block, as that block. */
export const blockOf = ({ data, length }: Columns, instrument: InstrumentIndex, intervalMs: number): KlineBlock => {
  const [openTimeMs, open, high, low, close, volume, quoteVolume, trades, takerBuyVolume, takerBuyQuoteVolume] =
    data as readonly Float64Array[] & {
      length: 10;
    };
  return {
    instrument,
    intervalMs,
    receiveDelayMs: 0,
    length,
    openTimeMs: present(openTimeMs),
    open: present(open),
    high: present(high),
    low: present(low),
    close: present(close),
    volume: present(volume),
    quoteVolume: present(quoteVolume),
    trades: present(trades),
    takerBuyVolume: present(takerBuyVolume),
    takerBuyQuoteVolume: present(takerBuyQuoteVolume),
  };
};

const present = (column: Float64Array | undefined): Float64Array => {
  if (column === undefined) throw new InvariantError("a kline table has ten columns");
  return column;
};

/** Rows of the funding table as events, known when settled. */
export const fundingFrom = ({ data, length }: Columns, instrument: InstrumentIndex): Funding[] =>
  Array.from({ length }, (_, row): Funding => {
    const [timeMs, rate, intervalHours, markPrice] = data.map((column) => column[row] as number) as [number, number, number, number];
    return {
      kind: Kind.funding,
      seq: -1,
      instrument,
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs,
      knownAtMs: timeMs,
      rate,
      intervalHours,
      markPrice,
    };
  });
