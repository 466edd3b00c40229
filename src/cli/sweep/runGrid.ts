import { existsSync } from "node:fs";
import type { SweptKey } from "../../sweep/sweepRecord.ts";
import type { Trial } from "../../sweep/trial.ts";
import { earnedIn } from "../../sweep/trial.ts";
import type { TrialLedger } from "../../sweep/trialLedger.ts";
import type { CommandContext } from "../frame/command.ts";
import type { PlannedSweep } from "./composeSweep.ts";
import type { TrialResult } from "./trial.ts";
import { runTrials } from "./trialPool.ts";

/** What all ranges of a sweep have in common. */
export interface Grid {
  readonly swept: readonly SweptKey[];
  /** By run: the text of each key's value. */
  readonly grid: readonly (readonly string[])[];
  readonly ledger: TrialLedger;
  readonly jobs: number;
}

/** Runs of one range that are finished, by place in the grid, and what the ledger said to them. */
export interface Finished {
  readonly results: Map<number, TrialResult>;
  added: number;
  known: number;
}

/** The first run alone where it has to make the beliefs; then all others on as many processes as there are. */
export const runGrid = async (
  { swept, grid, ledger, jobs }: Grid,
  { plan, beliefsPath, finished, name }: { plan: PlannedSweep; beliefsPath: string; finished: Finished; name: string },
  context: CommandContext,
): Promise<void> => {
  const makes = !existsSync(beliefsPath);
  const tasks = plan.configs.map((config) => ({ config, profile: plan.profile, choice: plan.choice, beliefsPath }));
  const { expectedBars } = plan.data;
  const nameOf = (index: number): string => swept.map(({ key }, at) => `${key}=${grid[index]?.[at] ?? ""}`).join(" ");
  const part = async (from: number, to: number, label: string): Promise<void> => {
    await runTrials(tasks.slice(from, to), {
      processes: jobs,
      signal: context.signal,
      nameOf: (index) => nameOf(from + index),
      done: (index, result) => {
        // A run is finished when the ledger has it.
        const added = ledger.append(trialOf(result, swept, grid[from + index] ?? []));
        finished.results.set(from + index, result);
        if (added) finished.added += 1;
        else finished.known += 1;
      },
      progress: (bars) => {
        context.progress(label, bars, expectedBars * (to - from));
      },
    });
  };
  if (makes) await part(0, 1, "believing");
  await part(makes ? 1 : 0, grid.length, `${name} ${grid.length} runs`);
};

/** A run as the ledger keeps it. */
const trialOf = ({ summary, identity, dailyReturns }: TrialResult, swept: readonly SweptKey[], values: readonly string[]): Trial => {
  return {
    kind: "sweep",
    configSha256: identity.configSha256,
    dataSha256: identity.dataSha256,
    decisionsSha256: identity.decisionsSha256,
    modules: identity.modules,
    models: identity.models ?? {},
    symbols: summary.symbol.split(","),
    from: summary.from,
    to: summary.to,
    values: Object.fromEntries(swept.map(({ key }, index) => [key, values[index]])),
    ...earnedIn(dailyReturns, summary),
  };
};
