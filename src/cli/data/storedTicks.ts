import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { HOUR_MS } from "../../domain/units.ts";
import { marketsBeside } from "../../store/reading/catalog.ts";
import type { Store } from "../../store/store.ts";
import type { StoredBars } from "./storedBars.ts";

/** Series of these kinds in the store whose market goes with that of the bars. */
export const storedTicks = async (
  kinds: readonly StoredKind[],
  bars: readonly StoredBars[],
  store: Store,
): Promise<readonly HistorySpan[]> => {
  const asked = kinds.filter((kind) => kind !== "kline" && kind !== "funding");
  if (asked.length === 0) return [];
  const mine = (span: HistorySpan): boolean =>
    bars.some(({ symbol, market }) => symbol === span.symbol && marketsBeside(market).includes(span.market));
  return (
    await store.spans(
      asked,
      bars.map(({ symbol }) => symbol),
    )
  ).filter(mine);
};

/** Kinds to ask the store for: bars, funding, and what of the rest is held. */
export const kindsToRead = (bars: readonly StoredBars[], held: readonly HistorySpan[]) => {
  const ticks = held.flatMap(({ kind }) => (kind === "instrumentRules" ? [] : [kind === "aggTrade" ? "trade" : kind]));
  return [...new Set(["funding" as const, ...(bars.every(({ fromTrades }) => fromTrades) ? [] : ["kline" as const]), ...ticks])];
};

/** The kinds that are opened where these are asked for: trades may come as aggregates, and the rules are always read. */
export const kindsOnDisk = (kinds: readonly StoredKind[]): readonly StoredKind[] => [
  ...kinds,
  ...(kinds.includes("trade") ? ["aggTrade" as const] : []),
  "instrumentRules",
];

/** How far back to search for the snapshot that a book begins with. */
const LOOK_BACK_HOURS = 24;

/**
 * From when on to read so that the books of all symbols are whole at `fromMs`: the last snapshot before it, where one lies within a day;
 * `unknown`: symbols that have older ones only. Neither later than `fromMs`.
 */
export const bookStart = async (
  ticks: readonly HistorySpan[],
  store: Store,
  fromMs: number,
): Promise<{ readonly fromMs: number; readonly unknown: readonly string[] }> => {
  const older = ticks.filter((span) => span.kind === "bookSnapshot" && span.fromMs < fromMs);
  const unknown: string[] = [];
  let startMs = fromMs;
  for (const symbol of new Set(older.map((span) => span.symbol))) {
    const span = older.find((each) => each.symbol === symbol) as HistorySpan;
    const lastMs = await lastSnapshotMs(store, span, fromMs);
    if (lastMs === undefined) unknown.push(symbol);
    else startMs = Math.min(startMs, lastMs);
  }
  return { fromMs: startMs, unknown };
};

const lastSnapshotMs = async (store: Store, { symbol, market, fromMs }: HistorySpan, beforeMs: number): Promise<number | undefined> => {
  const firstMs = Math.max(fromMs, beforeMs - LOOK_BACK_HOURS * HOUR_MS);
  for (let toMs = beforeMs; toMs > firstMs; toMs -= HOUR_MS) {
    let lastMs: number | undefined;
    for await (const burst of store.series("bookSnapshot", symbol, market, Math.max(firstMs, toMs - HOUR_MS), toMs))
      lastMs = burst.at(-1)?.eventTimeMs ?? lastMs;
    if (lastMs !== undefined) return lastMs;
  }
  return undefined;
};
