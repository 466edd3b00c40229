import type { NumberCount } from "../../domain/decimals/numberCount.ts";
import type { Event } from "../../domain/event.ts";
import { klinesOf } from "../../domain/kline.ts";
import type { StoredKind } from "../../domain/ports.ts";
import { parseAggTradesCsv } from "../archive/aggTradesCsv.ts";
import { parseFundingCsv } from "../archive/fundingCsv.ts";
import { parseKlineCsv } from "../archive/klineCsv.ts";
import { parseMetricsCsv } from "../archive/metricsCsv.ts";
import type { BackfillKind } from "./plan.ts";

/** What a store keeps of the files of each kind. */
export const KEPT_AS: Readonly<Record<BackfillKind, readonly StoredKind[]>> = {
  kline: ["kline"],
  funding: ["funding"],
  aggTrades: ["aggTrade"],
  metrics: ["openInterest", "longShortRatio"],
};

/** What was wrong with the rows of files and was mended; anything else is an error. */
export interface Mended {
  readonly identicalDuplicates: number;
  readonly conflictingDuplicates: number;
  /** Trades that stood before an earlier one. */
  readonly outOfOrder: number;
  /** Rows of metrics with a cell that says nothing. */
  readonly blankRows: number;
}

/** An archive file that is right from the first to the last row. */
export interface ParsedFile {
  readonly rows: number;
  /** The events in parts, made as they are asked for: trades an hour at a time, all else in one. */
  readonly parts: Iterable<readonly Event[]>;
  readonly mended: Partial<Mended>;
  /** Where a file of trades skips ids, and how many ids that is in all. */
  readonly idGaps?: { readonly places: number; readonly ids: number };
  /** What prices and quantities are written with, where the file has them. */
  readonly numbers?: NumberCount;
}

/** Reads the whole CSV of an archive file; what is wrong with it is a `UserError` with file and line. */
export const parseFile = (kind: BackfillKind, csv: Uint8Array, file: string, intervalMs: number): ParsedFile => {
  switch (kind) {
    case "kline": {
      const { block, numbers, ...mended } = parseKlineCsv(csv, file, intervalMs);
      return { rows: block.length, parts: [klinesOf(block)], mended, numbers };
    }
    case "aggTrades": {
      const { length, hours, idGaps, numbers, ...mended } = parseAggTradesCsv(csv, file);
      return { rows: length, parts: hours(), mended, idGaps, numbers };
    }
    case "funding": {
      const { events, ...mended } = parseFundingCsv(csv, file);
      return { rows: events.length, parts: [events], mended };
    }
    case "metrics": {
      const { events, ...mended } = parseMetricsCsv(csv, file);
      return { rows: events.length, parts: [events], mended };
    }
  }
};
