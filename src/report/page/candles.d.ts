/** Types of `candles.js` for the server side. */
export interface Candles {
  readonly intervalMs: number;
  readonly openTimeMs: ArrayLike<number>;
  readonly open: ArrayLike<number>;
  readonly high: ArrayLike<number>;
  readonly low: ArrayLike<number>;
  readonly close: ArrayLike<number>;
}
export interface MergedCandles {
  readonly intervalMs: number;
  readonly openTimeMs: number[];
  readonly open: number[];
  readonly high: number[];
  readonly low: number[];
  readonly close: number[];
}
export const candleInterval: (spanMs: number, baseMs: number, most: number) => number;
export const mergeCandles: (series: Candles, intervalMs: number, first?: number, end?: number) => MergedCandles;
