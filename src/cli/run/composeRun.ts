import type { RiposteConfig } from "../../../config/schema.ts";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";
import type { RunFacts } from "../../record/summarise.ts";
import type { RiskLimits } from "../../risk/limits.ts";
import { NO_LIMITS } from "../../risk/limits.ts";
import type { DataChoice, Environment, RunData } from "../data/runData.ts";
import { runData } from "../data/history.ts";
import { kindsOfInputs, kindsOfFills } from "../data/wantedKinds.ts";
import type { LayerMembers } from "../members/layers.ts";
import { layerMembers } from "../members/layers.ts";
import { suspectOptions, unreadOptions } from "../members/members.ts";
import { closeMembers, networkTroubles } from "../members/trained.ts";
import { requireChallengers } from "./requireChallengers.ts";
import { requireServing } from "./inSample.ts";
import { requireFills } from "./requireFills.ts";
import { swappedData } from "./swapCommands.ts";

/** Days the volatility rules look back: the longest window of the risk tiers. */
const RISK_WINDOW_DAYS = 31;

/** A backtest before it begins: its members, limits and data. */
export interface ComposedRun {
  readonly config: RiposteConfig;
  readonly profile: string;
  readonly limits: RiskLimits;
  readonly layers: LayerMembers;
  /** Bars before `from` that members and risk windows want. */
  readonly warmUpBars: number;
  readonly data: RunData;
}

/** Loads a config's members and opens its data, which the caller closes. `compared`: the data of every way to fill. Throws `UserError`s. */
export const composeRun = async (
  config: RiposteConfig,
  profile: string,
  choice: DataChoice,
  env: Environment,
  compared = false,
): Promise<ComposedRun> => {
  const limits = limitsOf(config);
  const layers = await layerMembers(config);
  requireServing(layers);
  requireChallengers(config, layers);
  const warmUpBars = warmUpWanted(config, layers);
  const wanted = new Set([...kindsOfInputs(layers.inputs), ...kindsOfFills(config, compared)]);
  const data = await runData({ config, warmUpBars, wanted, ...choice, env });
  try {
    requireFills(config, data);
  } catch (error) {
    await data.close();
    throw error;
  }
  const closeData = data.close.bind(data);
  const swapped = swappedData(data, layers.trained.swaps);
  const close = async (): Promise<void> => {
    await closeData();
    await closeMembers(layers.trained);
  };
  // The same object: what it says of itself may be known only later.
  return { config, profile, limits, layers, warmUpBars, data: Object.defineProperty(swapped, "close", { value: close }) };
};

/** Bars of history before `from` that the members and the risk windows of a config want. */
export const warmUpWanted = (config: RiposteConfig, layers: LayerMembers): number => {
  const { shock, system } = limitsOf(config);
  const windows = shock.maxVolatilityRatio !== null || system.maxVolatilityRatio !== null;
  const days = Math.max(config.data.warmUpDaysMin, windows ? RISK_WINDOW_DAYS : 0);
  return Math.max(layers.warmUpBars, Math.ceil((days * DAY_MS) / MINUTE_MS));
};

const limitsOf = ({ risk, protection }: RiposteConfig): RiskLimits => {
  const limits = risk ?? NO_LIMITS;
  return protection === "none" ? { ...limits, position: { ...limits.position, maxStopFraction: null } } : limits;
};

/** Notes before a run: options of members that may be misspelt. */
export const memberNotes = ({ regime, pattern, signal, position }: LayerMembers): string[] =>
  suspectOptions([regime, pattern, signal, position]);

/** Warnings after a run: options that no module read, and networks that failed. With stored beliefs only L4's module has run. */
export const memberWarnings = ({ layers: { regime, pattern, signal, position, trained } }: ComposedRun, perceived: boolean): string[] => [
  ...unreadOptions(perceived ? [regime, pattern, signal, position] : [position]),
  ...networkTroubles(trained),
];

/** Facts of the members that explain a run without a trade. */
export const membersOf = ({ warmUpBars, position }: LayerMembers): RunFacts["members"] => ({
  warmUpBars,
  enterProbability: position.enterProbability ?? null,
});
