import type { KlineRow } from "../domain/kline.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../domain/units.ts";
import type { CandleSeries } from "./runRecord.ts";

/** Each interval is a multiple of the one before, so that candles can be merged as the run grows. */
const LADDER = [1, 5, 15, 30]
  .map((minutes) => minutes * MINUTE_MS)
  .concat(
    [1, 4, 12].map((hours) => hours * HOUR_MS),
    [1, 7, 28].map((days) => days * DAY_MS),
  );

/** OHLC of one symbol in at most `capacity` candles: when they are full, they are merged into the next longer interval. */
export class ThinnedCandles {
  readonly #capacity: number;
  #intervalMs = MINUTE_MS;
  #openTimeMs: number[] = [];
  #open: number[] = [];
  #high: number[] = [];
  #low: number[] = [];
  #close: number[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  add(bar: KlineRow): void {
    this.#put(bar.openTimeMs, bar.open, bar.high, bar.low, bar.close);
    if (this.#openTimeMs.length > this.#capacity) this.#merge();
  }

  series(symbol: string): CandleSeries {
    return {
      symbol,
      intervalMs: this.#intervalMs,
      openTimeMs: this.#openTimeMs,
      open: this.#open,
      high: this.#high,
      low: this.#low,
      close: this.#close,
    };
  }

  #put(timeMs: number, open: number, high: number, low: number, close: number): void {
    const startMs = timeMs - (timeMs % this.#intervalMs);
    const last = this.#openTimeMs.length - 1;
    if (last >= 0 && this.#openTimeMs[last] === startMs) {
      if (high > (this.#high[last] as number)) this.#high[last] = high;
      if (low < (this.#low[last] as number)) this.#low[last] = low;
      this.#close[last] = close;
      return;
    }
    this.#openTimeMs.push(startMs);
    this.#open.push(open);
    this.#high.push(high);
    this.#low.push(low);
    this.#close.push(close);
  }

  #merge(): void {
    const longer = LADDER[LADDER.indexOf(this.#intervalMs) + 1];
    if (longer === undefined) return;
    const [times, opens, highs, lows, closes] = [this.#openTimeMs, this.#open, this.#high, this.#low, this.#close];
    this.#intervalMs = longer;
    [this.#openTimeMs, this.#open, this.#high, this.#low, this.#close] = [[], [], [], [], []];
    for (const [i, timeMs] of times.entries()) {
      this.#put(timeMs, opens[i] as number, highs[i] as number, lows[i] as number, closes[i] as number);
    }
  }
}
