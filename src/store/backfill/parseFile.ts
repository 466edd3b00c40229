import type { StoredKind } from "../../domain/kind.ts";
import type { NumberCount } from "../../domain/decimals/numberCount.ts";
import type { Event } from "../../domain/event.ts";
import { klinesOf } from "../../domain/kline.ts";
import { parseAggTradesCsv } from "../../venues/binance/archive/aggTradesCsv.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import { parseFundingCsv } from "../../venues/binance/archive/fundingCsv.ts";
import { parseKlineCsv } from "../../venues/binance/archive/klineCsv.ts";
import type { ParsedMetrics } from "../../venues/binance/archive/metricsCsv.ts";
import { metricsEvents, parseMetricsCsv } from "../../venues/binance/archive/metricsCsv.ts";
import type { IdGaps } from "../../venues/binance/archive/tradeOrder.ts";
import type { LabelReading } from "./metricsLabels.ts";

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
  /** Bars that an outage of the exchange ended early. */
  readonly shortBars: number;
}

/** An archive file that is right from the first to the last row. */
export interface ParsedFile {
  readonly rows: number;
  /** The events in parts, made as they are asked for: trades an hour at a time, all else in one. */
  readonly parts: Iterable<readonly Event[]>;
  readonly mended: Partial<Mended>;
  /** Where a file of trades skips ids of aggregates, and of single trades. */
  readonly idGaps?: IdGaps;
  readonly tradeIdGaps?: IdGaps;
  /** What the labels of metrics name. */
  readonly labels?: LabelReading;
  /** What prices and quantities are written with, where the file has them. */
  readonly numbers?: NumberCount;
}

interface FileToParse {
  readonly kind: BackfillKind;
  readonly csv: Uint8Array;
  readonly file: string;
  /** Of klines. */
  readonly intervalMs: number;
  /** Tells which end of its five minutes a label of metrics names. */
  readonly labelsOf: (parsed: ParsedMetrics) => Promise<LabelReading>;
}

/** Reads the whole CSV of an archive file; what is wrong with it is a `UserError` with file and line. */
export const parseFile = async ({ kind, csv, file, intervalMs, labelsOf }: FileToParse): Promise<ParsedFile> => {
  switch (kind) {
    case "kline": {
      const { block, numbers, ...mended } = parseKlineCsv(csv, file, intervalMs);
      return { rows: block.length, parts: [klinesOf(block)], mended, numbers };
    }
    case "aggTrades": {
      const { length, hours, idGaps, tradeIdGaps, numbers, ...mended } = parseAggTradesCsv(csv, file);
      return { rows: length, parts: hours(), mended, idGaps, tradeIdGaps, numbers };
    }
    case "funding": {
      const { events, ...mended } = parseFundingCsv(csv, file);
      return { rows: events.length, parts: [events], mended };
    }
    case "metrics": {
      const parsed = parseMetricsCsv(csv, file);
      const { identicalDuplicates, conflictingDuplicates, blankRows } = parsed;
      const labels = await labelsOf(parsed);
      const events = metricsEvents(parsed, labels.labels);
      return { rows: events.length, parts: [events], mended: { identicalDuplicates, conflictingDuplicates, blankRows }, labels };
    }
  }
};
