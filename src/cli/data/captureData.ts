import type { RiposteConfig } from "../../../config/schema.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { formatUtc, parseTimeRange } from "../../domain/time.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { captureRules } from "../../store/rules/captureRules.ts";
import { captureEvents } from "../../venues/binance/capture/captureEvents.ts";
import type { CapturedSymbol, CaptureSummary } from "../../venues/binance/capture/captureScan.ts";
import { capturedSymbol, onlySymbolOf, scanCapture } from "../../venues/binance/capture/captureScan.ts";
import type { Fillable } from "./fillable.ts";
import { shownPath } from "./shownPath.ts";
import { fillableBy } from "./fillable.ts";
import type { RunData } from "./history.ts";

/**
 * Raw messages as the data of a run. The files (one recording; cryptofeed keeps one for each connection) are read once before anything
 * is written: what is wrong with them is a `UserError` with file and line. Bars come from the capture's klines where a symbol has any,
 * else from its trades. Rules come from the capture's exchangeInfo, else from the decimals of its prices and quantities.
 */
export const captureData = async (config: RiposteConfig, paths: readonly string[]): Promise<RunData> => {
  const summary = await scanCapture(paths);
  const symbols = config.symbols.map((symbol) => symbolIn(summary, symbol, paths));
  const instruments = symbols.map((facts, index) => captureRules(facts, index, summary));
  const fromTrades = instruments.filter(({ index }) => (symbols[index] as CapturedSymbol).klines === 0);
  const range = parseTimeRange(config.from, config.to);
  const firstMs = summary.fromMs - (summary.fromMs % MINUTE_MS) + (fromTrades.length > 0 ? MINUTE_MS : 0);
  const fromMs = Math.max(range.fromMs ?? firstMs, firstMs);
  const toMs = Math.min(range.toMs ?? summary.toMs, summary.toMs);
  if (fromMs >= toMs) {
    throw new UserError(
      `there is no whole minute in ${paths.join(", ")} in this range: it holds ${formatUtc(summary.fromMs)} to ${formatUtc(summary.toMs)}; move --from or --to`,
    );
  }
  const onlySymbol = onlySymbolOf(summary);
  return {
    instruments,
    fromMs,
    toMs,
    expectedBars: Math.floor((toMs - fromMs) / MINUTE_MS) * symbols.length,
    events: () => captureEvents({ paths, symbols, onlySymbol, toMs, burstEvents: config.line.burstEvents }),
    source: `captured USD-M messages in ${paths.map(shownPath).join(", ")}`,
    simulated: false,
    seed: null,
    warnings: warningsFor(summary, symbols, fromTrades),
    barsFromTrades: fromTrades.map(({ index }) => index),
    fillable: symbols.map(fillableOf),
    close: () => Promise.resolve(),
  };
};

const fillableOf = ({ trades, aggTrades, diffs, snapshots, marks }: CapturedSymbol): Fillable =>
  fillableBy({ trades: trades + aggTrades > 0, book: diffs > 0 && snapshots > 0, marks: marks > 0 });

const symbolIn = (summary: CaptureSummary, wanted: string, paths: readonly string[]): CapturedSymbol => {
  const found = capturedSymbol(summary, wanted, paths);
  if (found.trades + found.aggTrades + found.klines > 0) return found;
  throw new UserError(
    `${wanted} has neither trades nor closed klines in the capture ${paths.join(", ")}: no bar can be made; choose another symbol`,
  );
};

const warningsFor = (summary: CaptureSummary, symbols: readonly CapturedSymbol[], fromTrades: readonly Instrument[]): string[] => {
  const warnings: string[] = [];
  const names = symbols.map(({ symbol }) => symbol).join(", ");
  if (summary.exchangeInfo === null)
    warnings.push(`The capture has no exchangeInfo: ticks and lots of ${names} come from the decimals of its prices and quantities.`);
  if (fromTrades.length > 0)
    warnings.push(`The capture has no klines of ${fromTrades.map(({ symbol }) => symbol).join(", ")}: bars come from trades.`);
  const bookless = symbols.filter(({ diffs, snapshots }) => diffs > 0 && snapshots === 0).map(({ symbol }) => symbol);
  if (bookless.length > 0) warnings.push(`The capture has no order book snapshot of ${bookless.join(", ")}: the book stays unknown.`);
  return warnings;
};
