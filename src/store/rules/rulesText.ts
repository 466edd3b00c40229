import type { OffTick } from "../../domain/decimals/fineness.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { formatUtc } from "../../domain/time.ts";

/** `tick 0.01 and lot 0.001 of AAAUSDT are guessed from the decimals of its prices and quantities (1440 bars and trades)`. */
export const guessText = ({ symbol, tickSize, lotSize }: Pick<Instrument, "symbol" | "tickSize" | "lotSize">, rows: number): string =>
  `tick ${tickSize} and lot ${lotSize} of ${symbol} are guessed from the decimals of its prices and quantities` +
  (rows > 0 ? ` (${rows} bars and trades)` : "");

/** `12 of 1440 bars and trades of AAAUSDT have prices between the ticks of 0.01, the first 1.2345 at 2023-02-02T00:00Z`. */
export const offTickText = (symbol: string, { tickSize, rows, ofRows, price, firstMs }: OffTick & { readonly tickSize: number }): string =>
  `${rows} of ${ofRows} bars and trades of ${symbol} have prices between the ticks of ${tickSize}, the first ${price} at ${formatUtc(firstMs)}`;
