import type { RiposteConfig } from "../../../config/schema.ts";
import { configSha256 } from "../../../config/sha256.ts";
import { SettingError } from "../../domain/settingError.ts";
import { UserError } from "../../domain/units.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import type { ComposedRun } from "../run/composeRun.ts";
import { composeRun, memberNotes, warmUpWanted } from "../run/composeRun.ts";
import type { TrainedFacts } from "../run/inSample.ts";
import { trainedFacts } from "../run/inSample.ts";
import { configOf } from "../configOptions.ts";
import type { DataChoice } from "../data/runData.ts";
import { dataChoice } from "../data/history.ts";
import { closeMembers } from "../members/trained.ts";
import { layerMembers } from "../members/layers.ts";
import { withPromoted } from "../members/promoted.ts";
import type { Settings } from "./grid.ts";

/** A sweep whose every run has been found possible. */
export interface PlannedSweep {
  /** By run of the grid: the config that `backtest` would have with the same options. */
  readonly configs: readonly RiposteConfig[];
  readonly profile: string;
  readonly choice: DataChoice;
  readonly trained: TrainedFacts;
  readonly data: Pick<ComposedRun["data"], "source" | "simulated" | "expectedBars" | "instruments" | "fromMs" | "toMs"> & {
    /** By the market simulator, so that it lies nowhere. */
    readonly generated: boolean;
  };
}

/** The configs of all runs of a grid, each with its members loaded once, so that a sweep fails before it begins and not after. */
export const composeSweep = async (
  values: OptionValues,
  { fixed, swept }: Settings,
  grid: readonly (readonly string[])[],
  context: CommandContext,
): Promise<PlannedSweep> => {
  const choice = dataChoice(values, context);
  const configs: RiposteConfig[] = [];
  let profile = "";
  for (const run of grid) {
    const set = [...fixed, ...swept.map(({ key }, index) => `${key}=${run[index] ?? ""}`)];
    // Who is promoted is told once.
    const told = configs.length === 0 ? context : { log: () => undefined };
    const loaded = withPromoted(await configOf({ ...values, set }, context), told);
    configs.push(loaded.config);
    profile = loaded.profile;
  }
  const nameOf = (index: number): string => swept.map(({ key }, at) => `${key}=${grid[index]?.[at] ?? ""}`).join(" ");
  refuseTwice(configs, nameOf);
  const first = await composeRun(configs[0] as RiposteConfig, profile, choice, context.env);
  for (const note of memberNotes(first.layers)) context.log(`NOTE ${note}`);
  const trained = trainedFacts(first.layers, first.data);
  for (const line of trained.inSample) context.log(`NOTE IN-SAMPLE: ${line}`);
  await first.data.close();
  for (const [index, config] of configs.entries()) await requireSameBeliefs(first, config, nameOf(index));
  const { seed, events: _, close: _close, ...data } = first.data;
  return { configs, profile, choice, trained, data: { ...data, generated: seed !== null } };
};

/** The same grid on the range of `--test`. What was told of the first range is not told again. */
export const composeTest = async (
  own: PlannedSweep,
  values: OptionValues,
  settings: Settings,
  grid: readonly (readonly string[])[],
  context: CommandContext,
): Promise<PlannedSweep> => {
  if (own.data.generated)
    throw new UserError(
      "--test needs stored history: the market simulator would begin anew and test on the same prices; write a market with riposte simulate first",
    );
  const test = await composeSweep(values, settings, grid, { ...context, log: () => undefined });
  for (const line of test.trained.inSample) if (!own.trained.inSample.includes(line)) context.log(`NOTE IN-SAMPLE: ${line}`);
  return test;
};

const refuseTwice = (configs: readonly RiposteConfig[], nameOf: (index: number) => string): void => {
  const seen = new Map<string, number>();
  for (const [index, config] of configs.entries()) {
    const sha256 = configSha256(config);
    const other = seen.get(sha256);
    if (other !== undefined)
      throw new UserError(`two runs of the grid are the same: ${nameOf(other)} and ${nameOf(index)}; shorten the lists`, 2);
    seen.set(sha256, index);
  }
};

/** If the data that L4 and risk need depend on swept settings, the runs cannot share beliefs. */
const requireSameBeliefs = async (first: ComposedRun, config: RiposteConfig, name: string): Promise<void> => {
  const layers = await layerMembers(config).catch((error: unknown) => {
    if (error instanceof SettingError) throw new SettingError(error.paths, `${name}: ${error.message}`);
    throw error instanceof UserError ? new UserError(`${name}: ${error.message}`, error.exitCode) : error;
  });
  await closeMembers(layers.trained);
  const has = first.layers.position.features ?? [];
  const more = (layers.position.features ?? []).find((feature) => !has.includes(feature));
  if (more !== undefined)
    throw new UserError(`${name}: its position module reads ${more}, which that of the first run does not: sweep the two apart`, 2);
  const stored = first.data.seed === null && config.data.warmUp;
  if (stored && warmUpWanted(config, layers) !== first.warmUpBars)
    throw new UserError(
      `${name}: it reads another length of history before --from than the first run; sweep the two apart, or --set data.warmUp=false`,
      2,
    );
};
