import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import { intervalLabel } from "../table/interval.ts";

/** What of a series a backfill is to bring. */
interface Wanted {
  readonly symbol: string;
  readonly market: string;
  /** By its name for `--kinds`. */
  readonly kinds: string;
  /** Of klines. */
  readonly intervalMs?: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const dayText = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10);

/** The command that brings a part of a series anew, as the end of a message; `options` are those of the store. Days are whole. */
export const backfillRemedy = ({ symbol, market, kinds, intervalMs, fromMs, toMs }: Wanted, options: string): string => {
  const interval = intervalMs === undefined || intervalMs === MINUTE_MS ? "" : ` --interval ${intervalLabel(intervalMs)}`;
  const range = `--from ${dayText(fromMs)} --to ${dayText(Math.ceil(toMs / DAY_MS) * DAY_MS)}`;
  return `run riposte backfill --symbol ${symbol}${marketOption(market)} --kinds ${kinds}${interval} ${range} ${options} (and its --archive, if it had one)`;
};

export const marketOption = (market: string): string => (market === "um" ? "" : ` --market ${market}`);
