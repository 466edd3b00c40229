import { intervalMsOf, isInterval } from "../table/interval.ts";
import type { Store } from "../store.ts";
import type { VerifyOptions, VerifyReport } from "../verifyReport.ts";
import { emptyReport, noted } from "../verifyReport.ts";
import { heldRows } from "./heldRows.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import { partOfPath } from "./plan.ts";
import { backfillRemedy } from "./remedy.ts";

/** Names of the kinds for `--kinds`. */
const KINDS: Readonly<Record<BackfillKind, string>> = { kline: "klines", funding: "funding", aggTrades: "aggTrades", metrics: "metrics" };

/** Of klines. */
const intervalOf = (label: string): { readonly intervalMs?: number } => (isInterval(label) ? { intervalMs: intervalMsOf(label) } : {});

/**
 * Compares what the archive files that have landed in a store gave it with what the store holds of their periods: at least as many rows.
 * `storeOf` opens the store for klines of an interval.
 */
export const verifyLanded = async (
  store: Store,
  storeOf: (intervalMs: number) => Store,
  { symbols, signal, onProgress }: Pick<VerifyOptions, "symbols" | "signal" | "onProgress">,
): Promise<VerifyReport> => {
  const report = emptyReport();
  const landed = [...((await noted(report, () => store.landed()))?.all() ?? [])];
  for (const [done, [path, { rows }]] of landed.entries()) {
    signal.throwIfAborted();
    onProgress(done + 1, landed.length);
    const part = partOfPath(path);
    if (part === undefined || (symbols !== undefined && !symbols.includes(part.series.symbol))) continue;
    const { series, fromMs, toMs } = part;
    const { symbol, market, kind, interval } = series;
    const { intervalMs } = intervalOf(interval);
    const counted = intervalMs === undefined ? store : storeOf(intervalMs);
    const held = await noted(report, () => heldRows(counted, series, fromMs, toMs));
    if (held === undefined) continue;
    report.checked += 1;
    if (held >= rows) continue;
    const remedy = backfillRemedy({ symbol, market, kinds: KINDS[kind], ...intervalOf(interval), fromMs, toMs }, store.options);
    report.faults.push(`${store.shown} holds ${held} of the ${rows} rows that ${path} gave it; ${remedy}`);
  }
  return report;
};
