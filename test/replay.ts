import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import bracket from "../models/position/bracket.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { SignalModule } from "../models/signal/signalModule.ts";
import trend from "../models/signal/trend.ts";
import type { Event } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { HOUR_MS, MINUTE_MS } from "../src/domain/units.ts";
import { DataHash } from "../src/engine/dataHash.ts";
import { DecisionHash, hashDecisions } from "../src/engine/decisionHash.ts";
import { drive } from "../src/engine/driver.ts";
import type { DriveOptions, DriveResult } from "../src/engine/driver.ts";
import { backtestLine, BARS_ONLY, perceive } from "../src/pipeline.ts";
import type { System } from "../src/pipeline.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { DEFAULT_VENUE } from "../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { DEFAULT_MARKET, simulatedInstrument } from "../streams/simulatedMarket.ts";
import type { SimulatedMarketOptions } from "../streams/simulatedMarket.ts";

export type Source = AsyncIterable<readonly Event[]> | Iterable<readonly Event[]>;
type Line = OperatorFunction<Item, Item>;

export interface ReplayOptions {
  readonly instruments: readonly Instrument[];
  readonly source: Source;
  readonly layers?: Pick<System, "features" | "regime" | "pattern" | "others" | "serving" | "failures">;
  readonly signal?: SignalModule;
  readonly position?: PositionModule;
  readonly limits?: RiskLimits;
  readonly venue?: Partial<SimulatedVenueOptions>;
  readonly tradeFromMs?: number;
  /** What stands between the events and the venue; the pipeline's own `perceive` by default. */
  readonly perceive?: (system: System) => Line;
  /** Stands at the end of the line, behind the decision hash. */
  readonly end?: Line;
  readonly drive?: DriveOptions;
  /** Takes the decisions; absent: one of its own. */
  readonly hash?: DecisionHash;
}

export interface Replayed {
  readonly decisionsSha256: string;
  readonly dataSha256: string;
  /** Decision bars hashed. */
  readonly decisions: number;
  readonly driven: DriveResult;
}

/** Research limits: a halt ends with the day, so that long runs go on trading. */
const LIMITS: RiskLimits = { ...DEFAULT_LIMITS, system: { ...DEFAULT_LIMITS.system, resume: "nextDay" } };

/** One backtest on the whole line as `backtest` composes it, without report and files: what the proof tests compare. */
export const replay = async (options: ReplayOptions): Promise<Replayed> => {
  const { instruments, tradeFromMs = -Infinity } = options;
  const venueOptions = { ...DEFAULT_VENUE, ...options.venue };
  const { venue, fills } = simulatedVenue(instruments, venueOptions);
  const system: System = {
    instruments,
    timeframesMs: [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS],
    ...(options.layers ?? BARS_ONLY),
    signal: options.signal ?? trend({}),
    position: options.position ?? bracket({}),
    limits: options.limits ?? LIMITS,
    venue,
    startUsdt: venueOptions.startUsdt,
    tradeFromMs,
  };
  const { hash = new DecisionHash() } = options;
  const data = new DataHash();
  const line: Line = pipe(
    backtestLine(system, fills, (options.perceive ?? perceive)(system)),
    hashDecisions(hash, tradeFromMs),
    options.end ?? pipe(),
  );
  const driven = await drive(hashed(options.source, data), line, () => undefined, options.drive);
  return { decisionsSha256: hash.digest(), dataSha256: data.digest(), decisions: hash.decisions, driven };
};

async function* hashed(source: Source, hash: DataHash): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of source) {
    hash.add(burst);
    yield burst;
  }
}

/** A market for tests: trends exist, bars are missing, some have no volume. */
export const testMarket = (options: Partial<SimulatedMarketOptions> = {}): SimulatedMarketOptions => ({
  ...DEFAULT_MARKET,
  days: 6,
  gapsPerDay: 0.5,
  gapMeanMinutes: 5,
  zeroVolumeFraction: 0.001,
  ...options,
});

export const marketInstruments = ({ symbols }: SimulatedMarketOptions): Instrument[] =>
  symbols.map((symbol, index) => simulatedInstrument(symbol, index));

/** All bursts of a source as one list; the events may be driven again and again. */
export const collected = async (source: Source): Promise<Event[]> => {
  const events: Event[] = [];
  for await (const burst of source) events.push(...burst);
  return events;
};

/** The same events in bursts of another size. */
export function* inBursts(events: readonly Event[], burstEvents: number): Generator<readonly Event[], void, undefined> {
  for (let at = 0; at < events.length; at += burstEvents) yield events.slice(at, at + burstEvents);
}
