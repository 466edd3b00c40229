/**
 * The four shipped layers on a year of stored minutes, step by step: the store's events, the feature row, what is believed, and the whole
 * backtest line with data hash, decision hash and recorded trades. usage:
 * npx tsx bench/baseline.ts DATA_DIR [--market spot] [--symbol BTCUSDT] [--from 2023-01-01] [--to 2024-01-01] [--rounds 5]
 * Prints the best round of each, in µs a bar, wall and CPU (all threads: DuckDB reads and the hash runs beside the line).
 */
import { parseArgs } from "node:util";
import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import geometry from "../models/pattern/geometry.ts";
import managed from "../models/position/managed.ts";
import rule from "../models/regime/rule.ts";
import byRegime from "../models/signal/byRegime.ts";
import { featureSet } from "../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../operators/features/table.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { parseTime } from "../src/domain/time.ts";
import { HOUR_MS, MINUTE_MS } from "../src/domain/units.ts";
import { DataHash } from "../src/engine/dataHash.ts";
import { DecisionHash, hashDecisions } from "../src/engine/decisionHash.ts";
import { drive } from "../src/engine/driver.ts";
import { Recorder, record } from "../src/record/recorder.ts";
import { backtestLine, observe, perceive } from "../src/pipeline.ts";
import type { System } from "../src/pipeline.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import { parquetStore } from "../src/store/parquet/parquetStore.ts";
import { DEFAULT_VENUE } from "../src/venues/simulated/options.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    market: { type: "string", default: "spot" },
    symbol: { type: "string", default: "BTCUSDT" },
    from: { type: "string", default: "2023-01-01" },
    to: { type: "string", default: "2024-01-01" },
    rounds: { type: "string", default: "5" },
  },
});
const root = positionals[0];
if (root === undefined) throw new Error("usage: npx tsx bench/baseline.ts DATA_DIR [--rounds 5]; fill DATA_DIR with riposte backfill");
const [fromMs, toMs] = [parseTime(values.from), parseTime(values.to)];
const store = parquetStore({ root, market: values.market });
const instruments = await store.instruments([values.symbol], fromMs);
const timeframesMs = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];
const features = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs });
const end = stepOperator<null>("end", () => null, {}, { passing: "none" });

const events = (): AsyncIterable<readonly Event[]> =>
  store.read({ instruments, kinds: ["funding", "kline"], fromMs, toMs, burstEvents: 4096 });

async function* hashed(hash: DataHash): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of events()) {
    hash.add(burst);
    yield burst;
  }
}

const system = (): { readonly system: System; readonly fills: OperatorFunction<Item, Item> } => {
  const { venue, fills } = simulatedVenue(instruments, DEFAULT_VENUE);
  const limits = { ...DEFAULT_LIMITS, system: { ...DEFAULT_LIMITS.system, resume: "nextDay" as const } };
  const members = { features, regime: rule({}), pattern: geometry({}), signal: byRegime({}), position: managed({}) };
  return {
    system: { instruments, timeframesMs, ...members, limits, venue, startUsdt: DEFAULT_VENUE.startUsdt, tradeFromMs: fromMs },
    fills,
  };
};

const recorder = (): Recorder => {
  const layers = { regimeStates: [], embedding: [], features: [], featureUnits: [] };
  return new Recorder({ instruments, startUsdt: DEFAULT_VENUE.startUsdt, fromMs, layers });
};

let trades = 0;
const CASES: Readonly<Record<string, () => Promise<number>>> = {
  "store alone": async () => (await drive(events(), end, () => undefined)).events,
  "feature row": async () => (await drive(events(), pipe(observe({ instruments, timeframesMs, features }), end), () => undefined)).events,
  "what is believed": async () => (await drive(events(), pipe(perceive(system().system), end), () => undefined)).events,
  "whole backtest": async () => {
    const { system: whole, fills } = system();
    const [hash, recorded] = [new DecisionHash(), recorder()];
    const line = pipe(backtestLine(whole, fills), hashDecisions(hash, fromMs), record(recorded));
    const { events: count } = await drive(hashed(new DataHash()), line, () => undefined);
    hash.digest();
    trades = recorded.trades.length;
    return count;
  },
};

const best = new Map(Object.keys(CASES).map((name) => [name, { wall: Infinity, cpu: Infinity }]));
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const [name, run] of Object.entries(CASES)) {
    const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
    const bars = await run();
    const wall = ((performance.now() - startedAt) * 1000) / bars;
    const used = process.cpuUsage(cpu);
    const before = best.get(name) ?? { wall: Infinity, cpu: Infinity };
    best.set(name, { wall: Math.min(before.wall, wall), cpu: Math.min(before.cpu, (used.user + used.system) / bars) });
  }
}
await store.close();
for (const [name, { wall, cpu }] of best) console.log(`${name.padEnd(18)} ${wall.toFixed(2)} µs a bar wall, ${cpu.toFixed(2)} CPU`);
console.log(`${trades} trades`);
