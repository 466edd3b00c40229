/**
 * What a bar of the feature row costs, beside the same classic indicators by other libraries, in one run:
 *
 *     npm install --prefix scratch/peers trading-signals technicalindicators @ixjb94/indicators
 *     node --import ./bin/loader.mjs bench/features.ts --archive DIR [--rounds 3] [--peers scratch/peers] [--python python3]
 *
 * `DIR` is the root of a copy of the public archive. A process for each subject and round, six passes over 2023 in each; wall and CPU
 * time a bar are those of the best pass, because the machine is shared. A library that is not there is skipped with a line. How to read
 * it: bench/README.md.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { pipe } from "rxjs";
import { featureSet } from "../operators/features/featureSet.ts";
import type { FeatureSet } from "../operators/features/featureSet.ts";
import { RAW_FAMILIES } from "../operators/features/raw/families.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../operators/features/table.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { klinesOf } from "../src/domain/kline.ts";
import { DAY_MS, HOUR_MS, instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { drive } from "../src/engine/driver.ts";
import { observe } from "../src/pipeline.ts";
import { simulatedInstrument } from "../streams/simulatedMarket.ts";
import { FEATURE_PEERS } from "./features/peers.ts";
import { makeDataFile } from "./peers/dataFile.ts";
import type { Columns } from "./peers/resultLine.ts";
import { peakRssMb, readColumns } from "./peers/resultLine.ts";

const PASSES = 6;
const BURST = 4096;
const FRAMES_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];
const BTC = simulatedInstrument("BTCUSDT", 0);

interface Measured {
  readonly bars: number;
  /** Seconds of wall and CPU time, by pass. */
  readonly runs: readonly (readonly [wall: number, cpu: number])[];
  readonly peakRssMb: number;
}

/** The columns of a line's klines. The data file has no quote volume, trades and taker volume: they are made up. */
type Market = Columns & Readonly<Record<"quote" | "taker", Float64Array>>;
const marketOf = (columns: Columns): Market => ({
  ...columns,
  taker: columns.volume.map((each, i) => each * (0.3 + 0.04 * ((i * 7) % 11))),
  quote: columns.volume.map((each, i) => each * (columns.close[i] as number)),
});

/** Bars as the line gets them, made as it asks for them; the market is repeated `years` times, each a year after the one before. */
function* bursts({ time, open, high, low, close, volume, quote, taker }: Market, years: number): Generator<readonly Event[]> {
  for (let year = 0; year < years; year += 1)
    for (let from = 0; from < time.length; from += BURST) {
      const to = Math.min(from + BURST, time.length);
      const part = (column: Float64Array): Float64Array => column.subarray(from, to);
      const block: KlineBlock = {
        ...{ instrument: instrumentIndex(0), intervalMs: MINUTE_MS, receiveDelayMs: 0, length: to - from },
        openTimeMs: year === 0 ? part(time) : part(time).map((each) => each + year * 365 * DAY_MS),
        ...{ open: part(open), high: part(high), low: part(low), close: part(close), volume: part(volume), quoteVolume: part(quote) },
        ...{ trades: part(volume), takerBuyVolume: part(taker), takerBuyQuoteVolume: part(quote) },
      };
      yield klinesOf(block);
    }
}

/** Continuity, bars, scales and features, to the row. */
const ours =
  (set: FeatureSet, timeframesMs: readonly number[]) =>
  async (market: Market, years: number): Promise<number> => {
    let made = 0;
    const count = (_: null, { features }: { readonly features: number }): void => void (made += features);
    const end = stepOperator("end", () => null, { [Kind.featureRow]: count }, { passing: "none" });
    await drive(bursts(market, years), pipe(observe({ instruments: [BTC], timeframesMs, features: set }), end), () => undefined);
    return made;
  };
const WHOLE = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: FRAMES_MS });
const CLASSIC = featureSet({ families: RAW_FAMILIES, events: [], timeframesMs: [] });
const OURS: Readonly<Record<string, ReturnType<typeof ours>>> = {
  [`Riposte, the whole row: ${WHOLE.columns.length} columns`]: ours(WHOLE, FRAMES_MS),
  "Riposte, the classic indicators": ours(CLASSIC, []),
};
const TALIB = "TA-Lib (C, arrays)";

/** `years`: how often the market is gone through in one go, for the memory that it takes. */
const measure = async (name: string, file: string, folder: string, years: number): Promise<Measured> => {
  const market = marketOf(readColumns(file));
  const peer = FEATURE_PEERS.find((each) => each.name === name);
  const run = peer === undefined ? (OURS[name] as (typeof OURS)[string]) : await peer.load(folder);
  const runs: [number, number][] = [];
  for (let pass = 0; pass < (years > 1 ? 1 : PASSES); pass += 1) {
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    if ((await run(market, years)) === 0) throw new Error(`${name} made nothing`);
    const wall = (performance.now() - startedMs) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    runs.push([wall, (user + system) / 1e6]);
  }
  return { bars: market.time.length, runs, peakRssMb: peakRssMb() };
};

const child = (file: string, args: readonly string[]): Measured => {
  const { status, stdout, stderr, error } = spawnSync(file, args, { encoding: "utf8" });
  if (error !== undefined) throw error;
  if (status !== 0)
    throw new Error(
      stderr
        .trim()
        .split("\n")
        .findLast((line) => /Error/.test(line)) ?? `ended with ${status}`,
    );
  return JSON.parse(stdout) as Measured;
};

const here = fileURLToPath(import.meta.url);
const loader = fileURLToPath(new URL("../bin/loader.mjs", import.meta.url));
const { values: given } = parseArgs({
  options: {
    archive: { type: "string" },
    rounds: { type: "string", default: "3" },
    peers: { type: "string", default: "scratch/peers" },
    python: { type: "string", default: "python3" },
    one: { type: "string" },
    data: { type: "string" },
    years: { type: "string", default: "1" },
  },
});

const all = async (archive: string): Promise<void> => {
  const klines = join(archive, "spot/monthly/klines/BTCUSDT/1m");
  const out = fileURLToPath(new URL("../out/bench", import.meta.url));
  const year = await makeDataFile(klines, "BTCUSDT", "2023-01", "2023-12", out);
  const one = (name: string, years = 1): Measured =>
    name === TALIB
      ? child(given.python, [fileURLToPath(new URL("features/talib_classic.py", import.meta.url)), year.path, String(PASSES)])
      : child(process.execPath, [
          "--import",
          loader,
          here,
          "--one",
          name,
          "--data",
          year.path,
          "--peers",
          given.peers,
          "--years",
          String(years),
        ]);
  const found = new Map<string, Measured[]>();
  const names = [...Object.keys(OURS), ...FEATURE_PEERS.map(({ name }) => name), TALIB];
  for (let round = 0; round < Number(given.rounds); round += 1)
    for (const name of names) {
      if (round > 0 && !found.has(name)) continue;
      try {
        found.set(name, [...(found.get(name) ?? []), one(name)]);
      } catch (error) {
        console.log(`skipped ${name}: ${(error as Error).message}`);
      }
    }
  console.log("| subject | µs a bar, CPU | µs a bar, wall | first pass, wall | peak MB |\n|---|---|---|---|---|");
  for (const [name, measured] of found) {
    const least = (of: (each: Measured) => number): string => Math.min(...measured.map(of)).toPrecision(3);
    const best = (k: 0 | 1) => least(({ runs, bars }) => (1e6 * Math.min(...runs.map((run) => run[k]))) / bars);
    const first = least(({ runs, bars }) => (1e6 * (runs[0]?.[0] ?? NaN)) / bars);
    console.log(`| ${name} | ${best(1)} | ${best(0)} | ${first} | ${Math.min(...measured.map((each) => each.peakRssMb)).toFixed(0)} |`);
  }
  const [whole] = names as [string];
  const memory = [2, 4, 8].map((years) => `${years} years ${one(whole, years).peakRssMb.toFixed(0)} MB`);
  console.log(`peak memory of the whole row in one go: ${memory.join(", ")}`);
};

if (given.one !== undefined && given.data !== undefined)
  console.log(JSON.stringify(await measure(given.one, given.data, join(process.cwd(), given.peers), Number(given.years))));
else if (given.archive !== undefined) await all(given.archive);
else {
  console.error("usage: node --import ./bin/loader.mjs bench/features.ts --archive DIR [--rounds 3] [--peers DIR] [--python FILE]");
  process.exitCode = 2;
}
