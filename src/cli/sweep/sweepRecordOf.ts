import { formatUtc } from "../../domain/time.ts";
import { rankCorrelation } from "../../record/statistics/rankCorrelation.ts";
import type { Tries, Verdict } from "../../record/statistics/verdict.ts";
import { verdictOf } from "../../record/statistics/verdict.ts";
import { overfittingOf } from "../../sweep/overfitting.ts";
import type { SweepRecord, SweepResult, SweepRun, SweepTest } from "../../sweep/sweepRecord.ts";
import { bySharpe, luckOf, SWEEP_FIGURES } from "../../sweep/sweepRecord.ts";
import { allTrials, trialsOf } from "../../sweep/trial.ts";
import { shownPath } from "../data/shownPath.ts";
import type { CodeVersion } from "../run/identity.ts";
import { commandLine } from "../run/identity.ts";
import type { PlannedSweep } from "./composeSweep.ts";
import type { OpenLedger } from "../data/trialLedgers.ts";
import type { Finished, Grid } from "./runGrid.ts";
import type { TrialResult } from "./trial.ts";

/** A range of a sweep: what was planned on it, and what is finished. */
export interface Ranged {
  readonly plan: PlannedSweep;
  readonly finished: Finished;
}

/** A sweep that ended, with one finished run of its own range at least; `test`: of `--test`. */
interface Ended extends Grid, OpenLedger {
  readonly own: Ranged;
  readonly test: Ranged | null;
}

/** What the files of a sweep are made of. */
export const recordOf = (sweep: Ended, version: CodeVersion, seconds: number): SweepRecord => {
  const { own, test, swept, grid, ledger, earlier, warnings } = sweep;
  ledger.refresh();
  const finished = [own.finished, ...(test === null ? [] : [test.finished])];
  const results = finished.flatMap((each) => [...each.results.values()]);
  const { summary, identity } = results[0] as TrialResult;
  const trials = trialsOf(allTrials(ledger.trials, earlier), "sweep", identity.dataSha256);
  const luck = luckOf(trials);
  const runs = bySharpe(runsOf(sweep));
  const best = [...own.finished.results.values()].find((each) => each.identity.configSha256 === runs[0]?.configSha256);
  return {
    name: identity.name,
    symbols: summary.symbol.split(","),
    from: summary.from,
    to: summary.to,
    dataSource: identity.dataSource,
    simulated: identity.simulated,
    warnings: [...warningsOf(results), ...version.warnings, ...warnings],
    profile: own.plan.profile,
    dataSha256: identity.dataSha256,
    commit: version.commit,
    modules: identity.modules,
    models: own.plan.trained.models,
    inSample: [...new Set([own, ...(test === null ? [] : [test])].flatMap(({ plan }) => plan.trained.inSample))],
    command: commandLine(),
    keys: swept,
    planned: grid.length,
    runs,
    verdict: verdictIn(own, best as TrialResult, { count: luck.withSharpe, variance: luck.sharpeVariance }),
    luck,
    overfitting: overfittingOf(trials),
    ...(test === null ? {} : { test: testOf(test, runs) }),
    ledger: {
      path: shownPath(ledger.path),
      added: finished.reduce((sum, { added }) => sum + added, 0),
      known: finished.reduce((sum, { known }) => sum + known, 0),
      trials: ledger.trials.length,
      unreadable: ledger.unreadable,
      changed: ledger.changed,
    },
    seconds,
  };
};

/** In the grid's order, each with its test where that is finished. */
const runsOf = ({ own, test, grid }: Ended): SweepRun[] =>
  [...own.finished.results]
    .sort(([a], [b]) => a - b)
    .map(([index, result]) => {
      const tested = test?.finished.results.get(index);
      return { values: grid[index] ?? [], ...resultOf(result), ...(tested === undefined ? {} : { test: resultOf(tested) }) };
    });

const resultOf = ({ summary, identity: { configSha256, decisionsSha256 } }: TrialResult): SweepResult => {
  const figures = Object.fromEntries(SWEEP_FIGURES.map((figure) => [figure, summary[figure]])) as SweepResult["figures"];
  return { figures, configSha256, decisionsSha256 };
};

/** The winner was chosen by its own range alone, so on the test range it is one try. */
const testOf = (test: Ranged, runs: readonly SweepRun[]): SweepTest => {
  const both = runs.flatMap((run) => (run.test === undefined ? [] : [[run.figures.sharpe, run.test.figures.sharpe] as const]));
  const known = both.filter((pair) => !pair.some(Number.isNaN));
  const results = [...test.finished.results.values()];
  const winner = results.find((each) => each.identity.configSha256 === runs[0]?.test?.configSha256);
  return {
    from: results[0]?.summary.from ?? formatUtc(test.plan.data.fromMs),
    to: results[0]?.summary.to ?? formatUtc(test.plan.data.toMs),
    dataSha256: results[0]?.identity.dataSha256 ?? null,
    runs: both.length,
    rankCorrelation: rankCorrelation(
      known.map(([own]) => own),
      known.map(([, tested]) => tested),
    ),
    verdict: winner === undefined ? null : verdictIn(test, winner, { count: 1 }),
  };
};

const verdictIn = ({ plan }: Ranged, { summary, dailyReturns }: TrialResult, tries: Tries): Verdict =>
  verdictOf({
    ...{ dailyReturns, tries, trades: summary.trades },
    inSample: plan.trained.inSample.length > 0,
    ruined: summary.ruinedAtMs !== null,
  });

/** Warnings that are printed; the rest are counted. */
const WARNINGS_MAX = 12;

/** Warnings of the runs, each once, with the number of runs if it does not apply to all. */
const warningsOf = (results: readonly TrialResult[]): string[] => {
  const counts = new Map<string, number>();
  for (const { identity } of results) for (const warning of identity.warnings) counts.set(warning, (counts.get(warning) ?? 0) + 1);
  const told = [...counts].map(([warning, runs]) => (runs === results.length ? warning : `${runs} of ${results.length} runs: ${warning}`));
  return told.length <= WARNINGS_MAX ? told : [...told.slice(0, WARNINGS_MAX), `… and ${told.length - WARNINGS_MAX} more like this.`];
};
