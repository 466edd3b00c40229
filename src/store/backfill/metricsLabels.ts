import type { Kline } from "../../domain/kline.ts";
import type { LabelEnd, ParsedMetrics } from "../../venues/binance/archive/metricsCsv.ts";
import { PERIOD_MS } from "../../venues/binance/archive/metricsCsv.ts";
import type { Store } from "../store.ts";

/** Evidence for which end of its period a label names. `nothing`: the start is assumed, and a value is known five minutes later. */
export type LabelWitness = "rows" | "klines" | "neighbours" | "nothing";

export interface LabelReading {
  readonly labels: LabelEnd;
  readonly by: LabelWitness;
}

/** Evidence outside the file. */
interface LabelWitnesses {
  readonly store: Pick<Store, "series">;
  readonly intervalMs: number;
  /** The file of the day `days` later, or earlier; undefined: there is none. */
  readonly neighbour: (days: 1 | -1) => Promise<ParsedMetrics | undefined>;
}

/**
 * Which end of its five minutes the labels of a file name: its own first or last row; else the klines that the store holds, whose takers'
 * volumes make the last ratio of each row; else the files of the days before and after, where both say the end. Otherwise the start, the
 * later reading of the two: what is read too late costs five minutes, what is read too early is a look ahead.
 */
export const labelReading = async (parsed: ParsedMetrics, { store, intervalMs, neighbour }: LabelWitnesses): Promise<LabelReading> => {
  if (parsed.labels !== undefined) return { labels: parsed.labels, by: "rows" };
  const told = await byKlines(parsed, store, intervalMs);
  if (told !== undefined) return { labels: told, by: "klines" };
  const beside = [(await neighbour(-1))?.labels, (await neighbour(1))?.labels];
  if (beside.every((labels) => labels === "end")) return { labels: "end", by: "neighbours" };
  return { labels: "start", by: beside.includes("start") ? "neighbours" : "nothing" };
};

/** Least rows that must agree with the klines, and how many more than with the other reading. */
const [ROWS_MIN, TIMES_MORE] = [3, 3];
/** Ratios have eight decimals, of volumes that are exact: two that mean the same differ by rounding alone. */
const ALIKE = 1e-3;
/** Of the six numbers of a row, takers' buys over sells. */
const TAKER_RATIO = 5;

const byKlines = async (
  { rows, symbol }: ParsedMetrics,
  store: LabelWitnesses["store"],
  intervalMs: number,
): Promise<LabelEnd | undefined> => {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined || PERIOD_MS % intervalMs !== 0) return undefined;
  const ratios = await takerRatios(store, symbol, intervalMs, first[0] - PERIOD_MS, last[0] + PERIOD_MS);
  const agreeing = { start: 0, end: 0 };
  for (const [labelMs, values] of rows) {
    const ratio = values[TAKER_RATIO] as number;
    if (alike(ratio, ratios.get(labelMs))) agreeing.start += 1;
    if (alike(ratio, ratios.get(labelMs - PERIOD_MS))) agreeing.end += 1;
  }
  const { start, end } = agreeing;
  if (Math.max(start, end) < ROWS_MIN) return undefined;
  return start > TIMES_MORE * end ? "start" : end > TIMES_MORE * start ? "end" : undefined;
};

const alike = (a: number, b: number | undefined): boolean => b !== undefined && Math.abs(a - b) <= ALIKE * b;

/** Takers' buys over their sells of each whole period, by its start. */
const takerRatios = async (
  store: LabelWitnesses["store"],
  symbol: string,
  intervalMs: number,
  fromMs: number,
  toMs: number,
): Promise<ReadonlyMap<number, number>> => {
  const sums = new Map<number, { bars: number; bought: number; volume: number }>();
  for await (const burst of store.series("kline", symbol, "um", fromMs, toMs))
    for (const { openTimeMs, volume, takerBuyVolume } of burst as readonly Kline[]) {
      const startMs = openTimeMs - (openTimeMs % PERIOD_MS);
      const sum = sums.get(startMs) ?? { bars: 0, bought: 0, volume: 0 };
      sums.set(startMs, { bars: sum.bars + 1, bought: sum.bought + takerBuyVolume, volume: sum.volume + volume });
    }
  const whole = [...sums].filter(([, { bars, bought, volume }]) => bars === PERIOD_MS / intervalMs && bought > 0 && volume > bought);
  return new Map(whole.map(([startMs, { bought, volume }]) => [startMs, bought / (volume - bought)]));
};
