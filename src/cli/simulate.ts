import { createHash } from "node:crypto";
import { simulatedInstrument, symbolEvents } from "../../streams/simulatedMarket.ts";
import type { SimulatedMarketOptions } from "../../streams/simulatedMarket.ts";
import type { Event, InstrumentRules } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import { klineValues } from "../domain/kline.ts";
import type { HistoryQuery, HistoryStore } from "../domain/ports.ts";
import { formatDay, formatUtc } from "../domain/time.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../domain/units.ts";
import type { Store } from "../store/store.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { marketOptions } from "./data/marketOptions.ts";
import { openStore } from "./data/store.ts";
import type { StoreName } from "./data/store.ts";

/** Market name of simulated bars in the store. */
const MARKET = "simulated";

/** Counts of what was written for one symbol. */
interface SymbolWritten {
  readonly symbol: string;
  bars: number;
  fundings: number;
  /** End of the stored bars, exclusive. */
  toMs: number;
}

/** `riposte simulate`: writes a seeded market into the store, month by month; twice changes nothing. */
export const simulateCommand: Command = {
  name: "simulate",
  summary: "write a seeded market into a store",
  options: {
    ...configOptions("symbol", "from", "days", "seed", "edge", "data"),
    "edge-strength": { type: "string", value: "X", help: "strength of the planted edge, in hourly volatilities [simulate.edgeStrength]" },
    "gap-rate": { type: "string", value: "N", help: "mean number of holes a day and symbol [simulate.gapsPerDay]" },
  },
  run: async (values, context) => {
    const { config } = await configOf(withOwnOptions(values), context);
    const options = marketOptions(config);
    const store = openStore({ data: config.data, env: context.env, market: MARKET });
    try {
      await refuseOtherPath(store, options, config.data.store);
      const written = await writeMarket(store, options, context);
      const stopped = context.signal.aborted;
      for (const { symbol, bars, fundings, toMs } of written)
        context.print(`${symbol}: ${bars} bars and ${fundings} funding rates from ${formatUtc(options.fromMs)} to ${formatUtc(toMs)}`);
      if (stopped) context.log(`stopped: whole months are kept in ${store.shown}; the same command goes on from there`);
      const { seed, edge, fromMs, days } = options;
      return { market: MARKET, store: store.shown, seed, edge, fromMs, days, stopped, symbols: written };
    } finally {
      await store.close();
    }
  },
};

/** The two options that the shared ones lack, as settings. */
const withOwnOptions = (values: OptionValues): OptionValues => {
  const own = { "edge-strength": "simulate.edgeStrength", "gap-rate": "simulate.gapsPerDay" };
  const settings = Object.entries(own).flatMap(([name, key]) => (typeof values[name] === "string" ? [`${key}=${values[name]}`] : []));
  const set = values["set"];
  return { ...values, set: [...(Array.isArray(set) ? set : []), ...settings] };
};

/**
 * Refuses to write a path over another one: the old bars would fill the new holes, and the two would meet with a jump. A stored path must
 * be the requested one, shorter or longer; its first month decides. Throws a `UserError` otherwise.
 */
const refuseOtherPath = async (store: Store, options: SimulatedMarketOptions, name: StoreName): Promise<void> => {
  for (const span of await store.spans(["kline"], options.symbols)) {
    const index = options.symbols.indexOf(span.symbol);
    if (span.market !== MARKET || index < 0) continue;
    const toMs = Math.min(span.toMs, options.fromMs + Math.min(31, options.days) * DAY_MS);
    const stored = span.fromMs < toMs ? store.read(storedKlines(options, index, span.fromMs, toMs)) : [];
    if ((await hashOf(stored)) === (await hashOf([klinesBefore(options, index, toMs)])) && span.fromMs < toMs) continue;
    throw new UserError(
      `${store.shown} already holds another simulated path of ${span.symbol}, ${formatDay(span.fromMs)} to ${formatDay(span.toMs)}: ` +
        (name === "questdb" ? "choose another data.questdb.prefix" : "give another --data, or delete that folder"),
    );
  }
};

const storedKlines = (options: SimulatedMarketOptions, index: number, fromMs: number, toMs: number): HistoryQuery => {
  const instruments = [simulatedInstrument(options.symbols[index] as string, 0)];
  return { instruments, kinds: ["kline"], fromMs, toMs, burstEvents: 4096 };
};

const klinesBefore = (options: SimulatedMarketOptions, index: number, toMs: number): Event[] => {
  const klines: Event[] = [];
  for (const burst of symbolEvents(options, index)) {
    for (const event of burst) if (event.kind === Kind.kline && event.openTimeMs < toMs) klines.push(event);
    if ((burst.at(-1) as Event).knownAtMs > toMs) break;
  }
  return klines;
};

/** Hash of the klines' values; equal paths have equal hashes however they come in bursts. */
const hashOf = async (bursts: Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>): Promise<string> => {
  const hash = createHash("sha256");
  for await (const burst of bursts)
    for (const event of burst) if (event.kind === Kind.kline) hash.update(Float64Array.from(Object.values(klineValues(event))));
  return hash.digest("hex");
};

const writeMarket = async (store: HistoryStore, options: SimulatedMarketOptions, context: CommandContext): Promise<SymbolWritten[]> => {
  const total = options.symbols.length * options.days * 1440;
  const written: SymbolWritten[] = [];
  let barsDone = 0;
  for (const [index, symbol] of options.symbols.entries()) {
    const mine: SymbolWritten = { symbol, bars: 0, fundings: 0, toMs: options.fromMs };
    written.push(mine);
    for (const month of months(options, index)) {
      if (context.signal.aborted) return written;
      await store.write(symbol, MARKET, month);
      for (const event of month) {
        if (event.kind === Kind.funding) mine.fundings += 1;
        if (event.kind !== Kind.kline) continue;
        mine.bars += 1;
        mine.toMs = event.openTimeMs + MINUTE_MS;
      }
      barsDone = index * options.days * 1440 + (mine.toMs - options.fromMs) / MINUTE_MS;
      context.progress("simulating", barsDone, total);
    }
  }
  context.progress("simulating", total, total);
  return written;
};

/** Events of one symbol, a calendar month of event time at a time, the trading rules first: what is held at once. */
function* months(options: SimulatedMarketOptions, index: number): Generator<Event[], void, undefined> {
  let month: Event[] = [rulesEvent(options, index)];
  let name = formatDay(options.fromMs).slice(0, 7);
  let nextDayMs = options.fromMs;
  for (const burst of symbolEvents(options, index))
    for (const event of burst) {
      const timeMs = event.kind === Kind.kline ? event.openTimeMs : event.eventTimeMs;
      if (timeMs >= nextDayMs) {
        const now = formatDay(timeMs).slice(0, 7);
        nextDayMs = (Math.floor(timeMs / DAY_MS) + 1) * DAY_MS;
        if (now !== name) {
          yield month;
          month = [];
          name = now;
        }
      }
      month.push(event);
    }
  yield month;
}

const rulesEvent = (options: SimulatedMarketOptions, index: number): InstrumentRules => {
  const rules = simulatedInstrument(options.symbols[index] as string, index);
  const { fromMs } = options;
  return {
    kind: Kind.instrumentRules,
    seq: -1,
    instrument: rules.index,
    eventTimeMs: fromMs,
    receivedTimeMs: fromMs,
    knownAtMs: fromMs,
    rules,
  };
};
