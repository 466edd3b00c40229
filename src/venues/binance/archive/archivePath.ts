/** What the archive has, by its own names: klines of an interval, funding rates, aggregated trades, open interest with ratios. */
export type BackfillKind = "kline" | "funding" | "aggTrades" | "metrics";

/** Files of one symbol and kind in the archive. */
export interface FileSeries {
  readonly symbol: string;
  readonly kind: BackfillKind;
  /** As `marketOf` says. */
  readonly market: "um" | "spot";
  readonly interval: string;
}

type Cadence = "monthly" | "daily";

/** Folder of each kind, which is also part of its files' names (the interval in the case of klines). */
export const FOLDERS: Readonly<Record<BackfillKind, string>> = {
  kline: "klines",
  funding: "fundingRate",
  aggTrades: "aggTrades",
  metrics: "metrics",
};

/** Folder of a series, e.g. `futures/um/monthly/klines/BTCUSDT/1m`. */
export const folderOf = ({ symbol, kind, market, interval }: FileSeries, cadence: Cadence): string =>
  `${market === "um" ? "futures/um" : "spot"}/${cadence}/${FOLDERS[kind]}/${symbol}${kind === "kline" ? `/${interval}` : ""}`;

/** Path of a file, e.g. `futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03.zip`; `period`: `2023-03` or `2023-03-05`. */
export const pathOf = (series: FileSeries, period: string): string => {
  const { symbol, kind, interval } = series;
  return `${folderOf(series, period.length === 7 ? "monthly" : "daily")}/${symbol}-${kind === "kline" ? interval : FOLDERS[kind]}-${period}.zip`;
};
