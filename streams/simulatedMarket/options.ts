import { MINUTE_MS, UserError } from "../../src/domain/units.ts";

/**
 * What can be predicted.
 * - `none`: a strict null. Price and every open is a martingale: no function of the past predicts the sign of a return.
 *   Volatility and volume stay predictable, as in real markets.
 * - `regimes`: the regimes' drifts (`regimes.ts`) move the price; trends exist and must be found.
 * - `planted`: the null plus one interaction of two features that shifts the next hour's drift (`plantedEdge.ts`);
 *   `strength` in units of hourly volatility.
 */
export type SimulatedEdge = "none" | "regimes" | { readonly kind: "planted"; readonly strength: number };

export interface SimulatedMarketOptions {
  /** Integer ≥ 0. */
  readonly seed: number;
  /** An instrument's index is its position here. */
  readonly symbols: readonly string[];
  /** Open time of the first bar, on the minute. */
  readonly fromMs: number;
  /** Length in days, a whole number of minutes. */
  readonly days: number;
  readonly edge: SimulatedEdge;
  /** Mean number of holes a day and symbol (the price moves on inside); 0 = none. */
  readonly gapsPerDay: number;
  /** Mean length of a hole, geometric. */
  readonly gapMeanMinutes: number;
  /** Share of bars without a trade: flat at the last close, volume 0. */
  readonly zeroVolumeFraction: number;
  /**
   * From minute `atBar` of the run on (0-based, holes counted) chance comes from another seed, while everything before is
   * bit-equal: an alternative future, for tests that nothing looks ahead.
   */
  readonly splice: { readonly atBar: number; readonly seed: number } | null;
  /** Rows of a kline block, 1 to 4096: does not change what is produced. */
  readonly blockRows: number;
  /** Events of a burst, 1 to 4096: does not change what is produced. */
  readonly burstEvents: number;
}

/** The default data of `backtest`: one year of BTCUSDT from 2023-01-01, starting at 20,000 USDT. */
export const DEFAULT_MARKET: SimulatedMarketOptions = {
  seed: 1,
  symbols: ["BTCUSDT"],
  fromMs: 1_672_531_200_000,
  days: 365,
  edge: "regimes",
  gapsPerDay: 0,
  gapMeanMinutes: 20,
  zeroVolumeFraction: 0,
  splice: null,
  blockRows: 4096,
  burstEvents: 4096,
};

/** Number of minutes of the run. */
export const minutesOf = (options: SimulatedMarketOptions): number => Math.round(options.days * 1440);

const wrong = (name: string, value: unknown, remedy: string): UserError =>
  new UserError(`simulated market: ${name} = ${String(value)}: ${remedy}`);

/** Returns the options; throws a `UserError` that names the first one that makes no sense. */
export const checkedOptions = (options: SimulatedMarketOptions): SimulatedMarketOptions => {
  const { seed, symbols, fromMs, days, edge, splice } = options;
  const inside = (name: "gapsPerDay" | "zeroVolumeFraction" | "gapMeanMinutes", low: number, high: number): void => {
    const value = options[name];
    if (!(value >= low && value <= high)) throw wrong(name, value, `give a number from ${low} to ${high}`);
  };
  const rows = (name: "blockRows" | "burstEvents"): void => {
    const value = options[name];
    if (!Number.isInteger(value) || value < 1 || value > 4096) throw wrong(name, value, "give an integer from 1 to 4096");
  };
  if (!Number.isSafeInteger(seed) || seed < 0) throw wrong("seed", seed, "give an integer ≥ 0");
  if (symbols.length === 0) throw wrong("symbols", "[]", "name at least one symbol");
  const twice = symbols.find((symbol, at) => symbols.indexOf(symbol) !== at);
  if (twice !== undefined) throw wrong("symbols", twice, "name each symbol once");
  if (!Number.isSafeInteger(fromMs) || fromMs < 0 || fromMs % MINUTE_MS !== 0)
    throw wrong("fromMs", fromMs, "give a time on a full minute since 1970");
  if (!(days > 0 && days <= 36_525) || Math.abs(days * 1440 - minutesOf(options)) > 1e-6 || minutesOf(options) < 1)
    throw wrong("days", days, "give a whole number of minutes, at most 100 years");
  if (typeof edge === "object" && !(Number.isFinite(edge.strength) && Math.abs(edge.strength) <= 2))
    throw wrong("edge.strength", edge.strength, "give hourly volatilities from -2 to 2");
  if (splice && (!Number.isSafeInteger(splice.atBar) || splice.atBar < 0)) throw wrong("splice.atBar", splice.atBar, "give an integer ≥ 0");
  if (splice && (!Number.isSafeInteger(splice.seed) || splice.seed < 0)) throw wrong("splice.seed", splice.seed, "give an integer ≥ 0");
  inside("gapsPerDay", 0, 1440);
  inside("gapMeanMinutes", 1, 100_000);
  inside("zeroVolumeFraction", 0, 1);
  rows("blockRows");
  rows("burstEvents");
  return options;
};
