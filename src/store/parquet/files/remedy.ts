import type { StoredKind } from "../../../domain/kind.ts";
import { backfillRemedy, marketOption } from "../../backfill/remedy.ts";
import { KLINE_TABLE } from "../../table/tables.ts";
import { periodBounds } from "../../table/period.ts";
import type { Series } from "../layout.ts";
import { seriesFolder } from "../layout.ts";

/** What of the archive gives rows of a kind, by its name for `--kinds`. */
const ARCHIVE_KINDS: Partial<Readonly<Record<StoredKind, string>>> = {
  kline: "klines",
  funding: "funding",
  aggTrade: "aggTrades",
  openInterest: "metrics",
  longShortRatio: "metrics",
};

/** The command that brings a period of a series anew, as the end of a message; `options` are those of the store. */
export const fileRemedy = (series: Series, period: string, options: string): string => {
  const { table, market, symbol, intervalMs } = series;
  if (market === "simulated") return `delete the folder ${seriesFolder(series)} and run the same riposte simulate again`;
  const kinds = ARCHIVE_KINDS[table.kind];
  if (kinds === undefined) return "delete it and run the same riposte import again";
  const interval = table === KLINE_TABLE ? { intervalMs } : {};
  return backfillRemedy({ symbol, market, kinds, ...interval, ...periodBounds(period) }, options);
};

/** The same of a symbol's instrument rules. */
export const rulesRemedy = (market: string, symbol: string, options: string): string =>
  market === "simulated"
    ? "delete it and run the same riposte simulate again"
    : `run riposte backfill --symbol ${symbol}${marketOption(market)} ${options} again, with its --from or --archive (of captured rules: delete it and run the same riposte import again)`;
