import { MINUTE_MS, utcDayStart } from "../../domain/units.ts";
import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";
import { quietEnd } from "../coverage/quietEnd.ts";
import { KEPT_AS } from "./parseFile.ts";
import { isDaily, marketOf } from "./plan.ts";
import type { Work } from "./work.ts";

/** The newest minutes are on their way. */
const NEWEST_MS = 5 * MINUTE_MS;

/**
 * Adds to the report what the store holds of the symbols now, and its holes. Holes are counted in the requested range; without a bound, in
 * the range of the symbol's klines, else of the series itself.
 */
export const tellHoldings = async (work: Work): Promise<void> => {
  const { options, report, intervalMs } = work;
  const { store, symbols, kinds, market } = options;
  report.rules = await work.rules.reports();
  report.spans = (await store.spans()).filter((span) => symbols.includes(span.symbol));
  for (const symbol of symbols) {
    const bars = report.spans.find((span) => span.symbol === symbol && span.kind === "kline" && span.market === market);
    for (const kind of kinds)
      for (const kept of KEPT_AS[kind]) {
        const isHeld = report.spans.some((span) => span.symbol === symbol && span.kind === kept);
        if (!isHeld && report.failures.some((failure) => failure.symbol === symbol)) continue; // told already
        const { fromMs, toMs } = judged(work, symbol, kind, kind === "kline" ? undefined : bars);
        const of = marketOf(kind, market);
        for (const hole of await store.holes(kept, symbol, of, fromMs, toMs))
          report.holes.push({ symbol, kind: kept, market: of, ...hole });
      }
    if (bars === undefined || !kinds.includes("kline")) continue;
    const quiet = await quietEnd(store, symbol, market, intervalMs, bars);
    if (quiet !== undefined) report.quietEnds.push({ symbol, market, ...quiet });
  }
};

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Range in which a series is judged; `beside`: the bars that it goes with. */
const judged = ({ options, report }: Work, symbol: string, kind: BackfillKind, beside: Range | undefined): Range => {
  const { fromMs, toMs, nowMs, archive } = options;
  const own = beside ?? { fromMs: -Infinity, toMs: Infinity };
  // Of kinds that come by the day, a day is there when it is over.
  const newestMs = isDaily(kind) ? utcDayStart(nowMs) : nowMs - NEWEST_MS;
  const endsItself = archive.local || report.unlisted.includes(symbol);
  return { fromMs: fromMs ?? own.fromMs, toMs: toMs === undefined ? (endsItself ? own.toMs : newestMs) : Math.min(toMs, newestMs) };
};
