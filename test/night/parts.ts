import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import { MUTANTS } from "../../src/risk/fixtures/limitMutants.ts";
import { ALL_LAYERS } from "../allLayers.ts";
import { fuzzCaptures } from "../captureFuzz.ts";
import { Chance } from "../chance.ts";
import { damageCases } from "../damage/damageCases.ts";
import { READERS, SWEEPING } from "../damage/readers.ts";
import { checkSeed } from "../differential/check.ts";
import { fuzzCsv } from "../csvFuzz.ts";
import { checkInvariance } from "../invariance.ts";
import { findLookahead } from "../lookahead.ts";
import { comparePeers } from "../peers/comparePeer.ts";
import { marketInstruments, testMarket } from "../replay.ts";
import { riskStorm } from "../riskStorm.ts";
import { SHIPPED_LAYERS } from "../shippedLayers.ts";
import { fuzzStreams } from "../wireFuzz.ts";
import { MUTANT_BATCH, mutantsKilled, testsInOrder } from "./children.ts";
import type { ProofPart, SeedResult } from "./part.ts";
import { rayCompared } from "./rayCompared.ts";
import { REPRODUCTIONS, reproduced } from "./reproduced.ts";

/** What decides and trades on the line, from bars to the simulated venue. */
const LINE = ["operators", "models", "src/pipeline.ts", "src/domain", "src/risk", "src/venues/simulated"];

const FUZZED = 2000;
const fuzz = (seed: number): SeedResult => {
  const results = [fuzzStreams(FUZZED, seed), fuzzCsv(FUZZED, seed), fuzzCaptures(FUZZED, seed)];
  return { cases: 3 * FUZZED, problems: results.flatMap(({ problems }) => problems) };
};

const STORMS = 1000;
const storm = (seed: number): SeedResult => {
  const chance = new Chance(seed);
  const problems: string[] = [];
  for (let i = 0; i < STORMS; i += 1) {
    const [storming, minutes] = [chance.int(-(2 ** 31), 2 ** 31 - 1), chance.int(1, 40)];
    try {
      riskStorm(storming, minutes);
    } catch (error) {
      problems.push(`riskStorm(${storming}, ${minutes}): ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { cases: STORMS, problems };
};

const differential = (seed: number): SeedResult => {
  const { problem } = checkSeed(seed);
  return { cases: 1, problems: problem === null ? [] : [problem] };
};

const CUTS = 8;
const DAYS = 3;
const lookahead = async (seed: number): Promise<SeedResult> => {
  const chance = new Chance(seed);
  const market = testMarket({
    seed: chance.int(0, 1e6),
    symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"].slice(0, chance.int(1, 3)),
    days: DAYS,
    fromMs: Date.UTC(2023, 0, 1) + chance.int(0, 500_000) * 60_000,
    burstEvents: chance.int(1, 4096),
    gapsPerDay: chance.pick([0, 0.1, 1]),
  });
  const cuts = Array.from({ length: CUTS }, () => ({ atBar: chance.int(1, DAYS * 1440 - 2), seed: chance.int(0, 1e9) }));
  const { leaks, idleCuts } = await findLookahead({
    fromMs: market.fromMs,
    source: (cut) => simulatedMarket({ ...market, splice: cut }),
    cuts,
    replay: { instruments: marketInstruments(market), ...chance.pick([{}, ALL_LAYERS, SHIPPED_LAYERS]) },
  });
  // A cut behind which nothing differs (a hole up to the end) shows nothing.
  return { cases: CUTS - idleCuts, problems: leaks.map((leak) => JSON.stringify(leak)) };
};

const DAMAGES = 20;
const damage = async (seed: number): Promise<SeedResult> => {
  const problems: string[] = [];
  for await (const found of damageCases(seed, DAMAGES, [...READERS, SWEEPING]))
    if (found.verdict === "SILENT") problems.push(JSON.stringify(found));
  return { cases: DAMAGES, problems };
};

export const PARTS: readonly ProofPart[] = [
  {
    name: "fuzz",
    shows:
      "a damaged web-socket message, archive file or line of a capture is refused in words, or gives events that can be; no row is lost",
    code: ["src/venues/binance", "src/domain"],
    goal: 3_000_000,
    run: fuzz,
  },
  {
    name: "storm",
    shows: "a random strategy, market and hostile venue find no way around the gate",
    code: ["src/risk", "src/domain", "operators/account.ts", "operators/riskGate.ts", "operators/execute.ts"],
    goal: 300_000,
    run: storm,
  },
  {
    name: "differential",
    shows: "the simulated venue answers, fills and books a random scenario on bars as docs/venue.md does in exact arithmetic",
    code: ["src/venues/simulated", "src/domain", "operators/stepOperator.ts", "test/differential/oracle"],
    goal: 10_000,
    run: differential,
  },
  {
    name: "peers",
    shows: "backtesting.py, or nautilus_trader, fills a random scenario on bars as the simulated venue does, to the same equity",
    code: ["src/venues/simulated", "src/domain", "operators/stepOperator.ts", "test/peers"],
    goal: 10_000,
    run: comparePeers,
  },
  {
    name: "lookahead",
    shows: "another future changes nothing that was decided before it",
    code: [...LINE, "streams"],
    goal: 3000,
    run: lookahead,
  },
  {
    name: "burst",
    shows: "other bursts, or a restart from a torn journal, change no decision",
    code: [...LINE, "src/engine", "streams"],
    goal: 1000,
    run: (seed) => checkInvariance(seed),
  },
  {
    name: "damage",
    shows: "a store damaged at a random place is noticed by what reads it, or gives the same",
    code: ["src/store", "src/cli", "src/lab", "src/record", "src/report", "src/sweep", "src/engine", "src/venues/binance", "src/domain"],
    goal: 2000,
    run: damage,
  },
  {
    name: "coverage",
    shows: "a test of `npm test` passes with the files in random order, 95 % of the lines of what decides and trades covered",
    code: ["src", "operators", "models", "streams", "config", "test"],
    testsAreCode: true,
    goal: 10_000,
    run: testsInOrder,
  },
  {
    name: "mutants",
    shows: "a limit broken on purpose is noticed by a test",
    code: [
      "src/risk",
      "src/domain",
      ...["account", "moments", "riskGate"].flatMap((name) => [`operators/${name}.ts`, `operators/${name}.test.ts`]),
    ],
    testsAreCode: true,
    goal: MUTANTS.length,
    lastSeed: Math.ceil(MUTANTS.length / MUTANT_BATCH),
    run: mutantsKilled,
  },
  {
    name: "training",
    shows: "the walk-forward over BTC and ETH 2022–2023 finds what the prototype found (training/reproduce.py)",
    code: ["training/riposte_training", "training/reproduce.py", "training/requirements-small.txt"],
    goal: REPRODUCTIONS,
    lastSeed: REPRODUCTIONS,
    run: reproduced,
  },
  {
    name: "ray",
    shows: "a walk-forward on a Ray cluster writes the bytes of a local one (training/compare_ray.py)",
    code: ["training/riposte_training", "training/compare_ray.py", "training/requirements-ray.txt"],
    goal: 1,
    lastSeed: 1,
    run: rayCompared,
  },
];
