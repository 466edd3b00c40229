import type { RiposteConfig } from "../../../config/schema.ts";
import type { PatternModule } from "../../../models/pattern/patternModule.ts";
import type { PositionModule } from "../../../models/position/positionModule.ts";
import type { RegimeModule } from "../../../models/regime/regimeModule.ts";
import type { SignalModule } from "../../../models/signal/signalModule.ts";
import type { FeatureFamily } from "../../../operators/features/feature.ts";
import type { FeatureSet, FeatureSetOptions } from "../../../operators/features/featureSet.ts";
import { columnsNamed, familiesNamed, featureSet, warmUpBarsOf } from "../../../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../../operators/features/table.ts";
import { REGIME_STATES } from "../../domain/derived.ts";
import type { FeatureInput } from "../../domain/kind.ts";
import { SettingError } from "../../domain/settingError.ts";
import { timeframeMs } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import type { LayerNames } from "../../record/runRecord.ts";
import { isModulePath, moduleNames } from "./moduleFiles.ts";
import { checkTypes } from "./typeCheck.ts";
import type { TrainedMembers, TrainedParts } from "./trained.ts";
import { trainedMembers, verifyOptions } from "./trained.ts";
import { familyMember, patternMember, positionMember, regimeMember, signalMember } from "./members.ts";

/** The members of all layers that a config names, and the feature row that they need. */
export interface LayerMembers {
  readonly features: FeatureSet | null;
  readonly regime: RegimeModule | null;
  readonly pattern: PatternModule | null;
  readonly signal: SignalModule;
  readonly position: PositionModule;
  /** Trained members beside the rules, who of them serves at the start, and whom a swap names in vain. */
  readonly others: TrainedMembers["others"];
  readonly serving: TrainedMembers["serving"];
  readonly refused: TrainedMembers["refused"];
  readonly trained: TrainedParts;
  /** Inputs of the columns that a member, or `features.columns`, names. */
  readonly inputs: ReadonlySet<FeatureInput>;
  /** Decision bars before the first that counts, so that every column that a member reads is known. */
  readonly warmUpBars: number;
}

/** Loads the members and checks that they fit. Throws `UserError`s. */
export const layerMembers = async (config: RiposteConfig): Promise<LayerMembers> => typed(config, () => loadedMembers(config));

/** Loads users' modules while their types are checked. A module that does not load is reported first and ends the check. */
const typed = async <T>(config: RiposteConfig, load: () => Promise<T>): Promise<T> => {
  const stop = new AbortController();
  const types = checkTypes(moduleNames(config).filter(isModulePath), stop.signal);
  const [checked, loaded] = await Promise.allSettled([
    types,
    load().catch((error: unknown) => {
      stop.abort();
      throw error;
    }),
  ]);
  if (loaded.status === "rejected") throw loaded.reason;
  if (checked.status === "rejected") throw checked.reason;
  return loaded.value;
};

const loadedMembers = async (config: RiposteConfig): Promise<LayerMembers> => {
  const regime = await regimeMember(config);
  const pattern = await patternMember(config);
  const signal = await signalMember(config);
  const position = await positionMember(config);
  const modules = { regime, pattern, signal, position };
  const options = await loadedOptions(config);
  const whole = featureSet(options);
  const { others, serving, refused, ...trained } = trainedMembers(config, () => verifyOptions(config, whole, pattern));
  const served = Object.values(others).flat();
  // Those of all members, so that a swap finds what it reads.
  const read = [...Object.values(modules), ...served].flatMap((module) => module?.features ?? []);
  const wanted = config.features.columns ?? (read.length > 0 || regime !== null || pattern !== null ? null : []);
  for (const [layer, module] of Object.entries(modules))
    columnsNamed(whole, module?.features ?? [], `${layer} module ${module?.name ?? ""}`);
  const set = featureSet(wanted === null ? options : chosenFamilies(options, [...new Set([...wanted, ...read])]));
  const named = new Set([...read, ...(config.features.columns ?? [])]);
  const inputs = new Set(set.columns.filter(({ name }) => named.has(name)).map(({ input }) => input));
  const beside = { others, serving, refused, trained };
  if (set.columns.length === 0)
    return { ...{ features: null, regime: null, pattern: null, signal, position, inputs }, ...beside, warmUpBars: signal.warmUpBars };
  const windowBars = Math.max(0, ...served.map(({ window }) => window - 1));
  const warmUpBars = Math.max(signal.warmUpBars, warmUpBarsOf(set, columnsNamed(set, read, "members")) + windowBars);
  return { features: set, regime, pattern, signal, position, inputs, ...beside, warmUpBars };
};

/** Names of the layers' numbers in the report; null without a layer before L3. `features`: the row on the line. */
export const layerNames = ({ features, regime, pattern }: Pick<LayerMembers, "features" | "regime" | "pattern">): LayerNames | null =>
  features === null && regime === null && pattern === null
    ? null
    : {
        regimeStates: REGIME_STATES,
        embedding: pattern?.embedding ?? [],
        features: features?.columns.map(({ name }) => name) ?? [],
        featureUnits: features?.columns.map(({ unit }) => unit) ?? [],
      };

const COLUMNS = "features.columns";

/** The families of the columns that `features.columns` names; a name that is none is refused with the nearest. */
export const chosenFamilies = (options: FeatureSetOptions, names: readonly string[]): FeatureSetOptions => {
  try {
    return familiesNamed(options, names, COLUMNS);
  } catch (error) {
    const isName = error instanceof UserError && error.message.startsWith(COLUMNS);
    throw isName ? new SettingError([COLUMNS], error.message) : error;
  }
};

/** The whole row: every shipped family, and the user's own. */
export const featureOptions = async (config: RiposteConfig, more: readonly FeatureFamily[] = []): Promise<FeatureSetOptions> =>
  typed(config, () => loadedOptions(config, more));

const loadedOptions = async (config: RiposteConfig, more: readonly FeatureFamily[] = []): Promise<FeatureSetOptions> => ({
  families: [...FEATURE_FAMILIES, ...more],
  events: EVENT_FEATURE_FAMILIES,
  own: await familyMembers(config.features.modules),
  timeframesMs: config.line.timeframes.map(timeframeMs),
});

/** One after the other: the watchdog knows one module at work. */
const familyMembers = async (files: readonly string[]): Promise<FeatureFamily[]> => {
  const families: FeatureFamily[] = [];
  for (const file of files) families.push(await familyMember(file));
  return families;
};
