import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_FILE } from "../../record/runs/runFile.ts";
import type { Verdict } from "../../record/statistics/verdict.ts";
import { verdictOf } from "../../record/statistics/verdict.ts";
import { parseTime } from "../../domain/time.ts";
import type { Trial } from "../../sweep/trial.ts";
import { allTrials, earnedIn, trialsOf, trialStatistics } from "../../sweep/trial.ts";
import type { Walk } from "../../walkForward/walkFile.ts";
import type { StitchedRun } from "../../walkForward/walkForwardRecord.ts";
import type { OpenLedger } from "../data/trialLedgers.ts";

/** A walk-forward as it is counted. */
interface Counted {
  readonly walk: Walk;
  /** Of all trained layers; absent: it was not run. */
  readonly run: StitchedRun | undefined;
  /** The judged span, ISO. */
  readonly from: string;
  readonly to: string;
  /** Which market: real prices, or a simulated one with its seed and edge. */
  readonly market: string;
}

/** Puts a walk-forward into the ledger, and judges it as one of all that were made of these symbols and months. */
export const judgedByLedger = (
  counted: Counted,
  { ledger, earlier }: OpenLedger,
): { readonly verdict: Verdict | null; readonly tries: number } => {
  ledger.append(trialOf(counted));
  ledger.refresh();
  const trials = trialsOf(allTrials(ledger.trials, earlier), "walkForward").filter((trial) => overlaps(trial, counted));
  const { run } = counted;
  if (run === undefined) return { verdict: null, tries: trials.length };
  const { sharpeVariance } = trialStatistics(trials);
  const { trades, inSample, ruined } = run;
  const verdict = verdictOf({
    dailyReturns: returnsOf(run),
    trades,
    inSample,
    ruined,
    tries: { count: trials.length, variance: sharpeVariance },
  });
  return { verdict, tries: trials.length };
};

/** Whether two walk-forwards judged some of the same months of some of the same symbols: whoever saw one has seen of the other. */
const overlaps = (trial: Trial, { walk, from, to, market }: Counted): boolean =>
  trial.values["market"] === market &&
  trial.symbols.some((symbol) => walk.symbols.includes(symbol)) &&
  parseTime(trial.from) < parseTime(to) &&
  parseTime(trial.to) > parseTime(from);

const trialOf = ({ walk, run, from, to, market }: Counted): Trial => {
  const about = {
    kind: "walkForward",
    symbols: walk.symbols,
    from,
    to,
    values: { train: walk.train, test: walk.test, step: walk.step, market },
  } as const;
  if (run === undefined) {
    const none = { sharpePerDay: null, days: 0, skew: null, kurtosis: null, totalReturn: null, maxDrawdown: null, trades: 0 };
    // Nothing was traded: what makes it a try of its own is what was trained.
    return {
      ...about,
      configSha256: walk.identitySha256,
      dataSha256: walk.datasetSha256,
      decisionsSha256: "",
      modules: {},
      models: {},
      ...none,
    };
  }
  const { hashes } = JSON.parse(readFileSync(join(run.dir, RUN_FILE), "utf8")) as { hashes: Hashes };
  return {
    ...about,
    ...{ configSha256: hashes.config, dataSha256: hashes.data, decisionsSha256: run.decisionsSha256 },
    ...{ modules: hashes.modules, models: hashes.models ?? {} },
    ...earnedIn(returnsOf(run), run),
  };
};

interface Hashes {
  readonly config: string;
  readonly data: string;
  readonly modules: Readonly<Record<string, string>>;
  readonly models?: Readonly<Record<string, string>>;
}

const returnsOf = ({ equity }: StitchedRun): Float64Array =>
  Float64Array.from(equity.slice(1), ([, value], day) => value / (equity[day]?.[1] ?? NaN) - 1);
