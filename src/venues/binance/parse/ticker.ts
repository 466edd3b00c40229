import type { Row } from "./message.ts";
import { decimalAt, priceAt, qtyAt, textAt, timeAt } from "./wire.ts";

/** The last 24 hours of a symbol. Nothing on the line reads it: `doctor` and the dashboard show it. */
interface Ticker {
  readonly symbol: string;
  readonly sentTimeMs: number;
  readonly lastPrice: number;
  readonly highPrice: number;
  readonly lowPrice: number;
  /** Change over 24 hours, as a fraction. */
  readonly changeFraction: number;
  readonly volume: number;
  readonly quoteVolumeUsdt: number;
}

/** `<symbol>@ticker` and the rows of `!ticker@arr`. Throws `WireError`. */
export const parseTicker = (row: Row): Ticker => ({
  symbol: textAt(row["s"], "ticker.s"),
  sentTimeMs: timeAt(row["E"], "ticker.E"),
  lastPrice: priceAt(row["c"], "ticker.c"),
  highPrice: priceAt(row["h"], "ticker.h"),
  lowPrice: priceAt(row["l"], "ticker.l"),
  changeFraction: decimalAt(row["P"], "ticker.P") / 100,
  volume: qtyAt(row["v"], "ticker.v"),
  quoteVolumeUsdt: qtyAt(row["q"], "ticker.q"),
});
