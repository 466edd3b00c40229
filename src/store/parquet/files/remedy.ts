import { DAY_MS, MINUTE_MS } from "../../../domain/units.ts";
import { intervalLabel } from "../../table/interval.ts";
import { periodBounds } from "../../table/period.ts";
import type { Series } from "../layout.ts";
import { seriesFolder } from "../layout.ts";
import type { StoredKind } from "../../../domain/ports.ts";

/** What of the archive gives rows of a kind, by its name for `--kinds`. */
const ARCHIVE_KINDS: Partial<Readonly<Record<StoredKind, string>>> = {
  kline: "klines",
  funding: "funding",
  aggTrade: "aggTrades",
  openInterest: "metrics",
  longShortRatio: "metrics",
};

const marketOption = (market: string): string => (market === "um" ? "" : ` --market ${market}`);
const dayText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** The command that brings a period of a series anew, as the end of a message; `options` are those of the store. */
export const fileRemedy = (series: Series, period: string, options: string): string => {
  const { table, market, symbol, intervalMs } = series;
  if (market === "simulated") return `delete the folder ${seriesFolder(series)} and run the same riposte simulate again`;
  const kinds = ARCHIVE_KINDS[table.kind];
  if (kinds === undefined) return "delete it and run the same riposte import again";
  const { fromMs, toMs } = periodBounds(period);
  const interval = table.kind === "kline" && intervalMs !== MINUTE_MS ? ` --interval ${intervalLabel(intervalMs)}` : "";
  const range = `--from ${dayText(fromMs)} --to ${dayText(Math.ceil(toMs / DAY_MS) * DAY_MS)}`;
  return `run riposte backfill --symbol ${symbol}${marketOption(market)} --kinds ${kinds}${interval} ${range} ${options} (and its --archive, if it had one)`;
};

/** The same of a symbol's instrument rules. */
export const rulesRemedy = (market: string, symbol: string, options: string): string =>
  market === "simulated"
    ? "delete it and run the same riposte simulate again"
    : `run riposte backfill --symbol ${symbol}${marketOption(market)} ${options} again, with its --from or --archive`;
