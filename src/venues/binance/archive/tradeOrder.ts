import type { Trade } from "../../../domain/event.ts";
import type { TradeColumns } from "./tradeColumns.ts";

/** Trades of a file in order of time, then id, each id once, and counts of its irregularities. */
export interface OrderedTrades {
  readonly length: number;
  /** The events, an array for each hour that has any, made as they are asked for. */
  readonly hours: () => Iterable<readonly Trade[]>;
  /** Rows with an id or a time below that of the row before. */
  readonly outOfOrder: number;
  /** Rows that repeat an id with the same values, and with others (the later row won). */
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
  /** Where ids of aggregates are skipped between the first and the last. */
  readonly idGaps: IdGaps;
  /** Where ids of single trades lie between two aggregates that follow each other and belong to neither. */
  readonly tradeIdGaps: IdGaps;
}

/** In how many places ids are skipped, and how many ids that is in all. */
export interface IdGaps {
  readonly places: number;
  readonly ids: number;
}

/** Orders rows by time, then id, and counts irregularities. A file in order costs one pass and no sorting. */
export const orderedTrades = (columns: TradeColumns): OrderedTrades => {
  const { ids, timesMs, length } = columns;
  let outOfOrder = 0;
  for (let at = 1; at < length; at++) {
    if (ids[at]! < ids[at - 1]! || timesMs[at]! < timesMs[at - 1]!) outOfOrder += 1;
  }
  const all = Uint32Array.from({ length }, (_, at) => at);
  if (outOfOrder > 0) all.sort((a, b) => ids[a]! - ids[b]! || a - b);
  const { order, ...found } = unique(columns, all);
  if (outOfOrder > 0) order.sort((a, b) => timesMs[a]! - timesMs[b]! || ids[a]! - ids[b]!);
  return { length: order.length, hours: () => columns.hours(order), outOfOrder, ...found };
};

/** Keeps the last row of each id; `order` is by id. */
const unique = (columns: TradeColumns, order: Uint32Array) => {
  const { ids, firstTradeIds, tradeCounts } = columns;
  let identicalDuplicates = 0;
  let conflictingDuplicates = 0;
  const idGaps = { places: 0, ids: 0 };
  const tradeIdGaps = { places: 0, ids: 0 };
  let kept = 0;
  for (const at of order) {
    const before = order[kept - 1];
    const step = before === undefined ? 1 : ids[at]! - ids[before]!;
    if (step === 0) {
      if (columns.same(at, before as number)) identicalDuplicates += 1;
      else conflictingDuplicates += 1;
      kept -= 1;
    } else if (step > 1) {
      idGaps.places += 1;
      idGaps.ids += step - 1;
    } else if (before !== undefined && firstTradeIds[at]! > firstTradeIds[before]! + tradeCounts[before]!) {
      tradeIdGaps.places += 1;
      tradeIdGaps.ids += firstTradeIds[at]! - firstTradeIds[before]! - tradeCounts[before]!;
    }
    order[kept++] = at;
  }
  return { order: order.subarray(0, kept), identicalDuplicates, conflictingDuplicates, idGaps, tradeIdGaps };
};
