import { mergeOnLine } from "../../../streams/merge.ts";
import type { Event } from "../../domain/event.ts";
import type { StoredKind } from "../../domain/kind.ts";
import { STORED_KINDS } from "../../domain/kind.ts";
import { GRACE_MS } from "../../../operators/tradeBars.ts";
import { parseTimeRange } from "../../domain/time.ts";
import { instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import type { Store } from "../../store/store.ts";
import { fillableBy } from "./fillable.ts";
import type { DataRequest, RunData } from "./runData.ts";
import { closedByTicks, outsideRange, sourceOf, storedBars } from "./storedBars.ts";
import { holeWarnings } from "./holeWarnings.ts";
import { bookStart, kindsOnDisk, kindsToRead, storedTicks } from "./storedTicks.ts";
import { storedRules } from "./storedRules.ts";
import { barWarnings, hashWarnings, tickWarnings } from "./storedWarnings.ts";

// eslint-disable-next-line @typescript-eslint/require-await -- a source of the line is asynchronous
async function* once(events: readonly Event[]): AsyncGenerator<readonly Event[], void, undefined> {
  yield events;
}

/** How a run speaks of the store that it reads. */
interface StoreWords {
  /** The subject of a sentence. */
  readonly holder: string;
  /** The error for a range that holds no bar of any symbol. */
  readonly outside: typeof outsideRange;
}
const HISTORY: StoreWords = { holder: "The history", outside: outsideRange };

/**
 * History of a store as the data of a run. Bars are a symbol's klines; where it has none in the range, they are made of its trades, and
 * then everything that the store has of the symbols is read, as a capture would give it. Of what is wanted besides, a run reads what
 * there is. Closes nothing when it throws.
 */
export const storedData = async (request: DataRequest, store: Store, { holder, outside } = HISTORY): Promise<RunData> => {
  const { config, warmUpBars, aheadBars = 0, wanted } = request;
  const { symbols } = config;
  const range = parseTimeRange(config.from, config.to);
  const found = await storedBars(request, store, range);
  const fromTrades = found.flatMap((each, index) => (each.fromTrades ? [instrumentIndex(index)] : []));
  const kinds = fromTrades.length > 0 ? STORED_KINDS.filter((kind) => kind !== "instrumentRules") : [...wanted];
  const ticks = await storedTicks(kinds, found, store);
  const bars = closedByTicks(found, ticks);
  const firstMs = Math.min(...bars.map((each) => each.fromMs));
  const lastMs = Math.max(...bars.map((each) => each.toMs));
  const [fromMs, toMs] = [range.fromMs ?? firstMs, range.toMs ?? lastMs];
  if (Math.max(fromMs, firstMs) >= Math.min(toMs, lastMs)) throw outside(symbols, store, range, firstMs, lastMs);
  const markets = bars.map(({ market }) => market);
  const { instruments, changes, notes } = await storedRules(store, symbols, markets, fromMs, toMs);
  const warmFromMs = config.data.warmUp ? Math.max(firstMs, fromMs - warmUpBars * MINUTE_MS) : Math.max(firstMs, fromMs);
  // The first minute of trades is heard from its middle on, and the next minute's first trade, or a tick behind its end, closes a bar. On
  // trades, orders of the last bar of all are filled behind it.
  const barFromMs = fromTrades.length > 0 ? warmFromMs - MINUTE_MS : warmFromMs;
  const isHeardOn = fromTrades.length > 0 || (wanted.has("trade") && toMs >= lastMs);
  const readToMs = isHeardOn ? toMs + MINUTE_MS + (toMs >= lastMs ? GRACE_MS : 0) : toMs;
  const { fromMs: readFromMs, unknown } = await bookStart(ticks, store, barFromMs);
  const held = ticks.filter((span) => span.fromMs < readToMs && span.toMs > readFromMs);
  const reading = kindsToRead(bars, held);
  return {
    instruments,
    fromMs: Math.max(fromMs, firstMs),
    toMs: Math.min(toMs, lastMs),
    expectedBars: Math.ceil((Math.min(toMs, lastMs) - warmFromMs) / MINUTE_MS) * symbols.length,
    events: () => {
      const { burstEvents } = config.line;
      const toReadMs = readToMs + aheadBars * MINUTE_MS;
      const history = store.read({ instruments, kinds: reading, markets, fromMs: readFromMs, toMs: toReadMs, burstEvents });
      return changes.length === 0 ? history : mergeOnLine([once(changes), history], burstEvents);
    },
    source: sourceOf(bars, store),
    simulated: markets.includes("simulated"),
    seed: null,
    warnings: [
      ...barWarnings(bars, holder),
      ...(await holeWarnings(store, bars, instruments, held, { fromMs, toMs })),
      ...tickWarnings(bars, held, unknown, holder, Math.max(fromMs, firstMs), Math.min(toMs, lastMs)),
      ...notes,
      ...hashWarnings(await store.unhashed(kindsOnDisk(reading), symbols, readFromMs, readToMs), store),
    ],
    barsFromTrades: fromTrades,
    fillable: symbols.map((symbol) => {
      const has = (kind: StoredKind): boolean => held.some((span) => span.symbol === symbol && span.kind === kind);
      return fillableBy({ trades: has("trade") || has("aggTrade"), book: has("bookDiff") && has("bookSnapshot"), marks: has("markPrice") });
    }),
    close: () => store.close(),
  };
};
