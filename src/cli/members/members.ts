import type { RiposteConfig } from "../../../config/schema.ts";
import type { PatternModule } from "../../../models/pattern/patternModule.ts";
import type { PositionModule } from "../../../models/position/positionModule.ts";
import type { RegimeModule } from "../../../models/regime/regimeModule.ts";
import type { SignalModule } from "../../../models/signal/signalModule.ts";
import type { FeatureFamily } from "../../../operators/features/feature.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import { SettingError } from "../../domain/settingError.ts";
import { isModulePath } from "./moduleFiles.ts";
import {
  strictFeatureFamily,
  strictPatternModule,
  strictPositionModule,
  strictRegimeModule,
  strictSignalModule,
} from "./strict/strictModules.ts";
import { loadUserModule } from "./userModule.ts";
import { watchedOptions } from "./watchedOptions.ts";
import type { WatchedOptions } from "./watchedOptions.ts";

type Factory<M> = (options: Readonly<Record<string, unknown>>) => M;
type Shipped<M> = Readonly<Record<string, () => Promise<Factory<M>>>>;

/** Shipped members by the name a config gives them. */
const REGIMES: Shipped<RegimeModule> = {
  rule: async () => (await import("../../../models/regime/rule.ts")).default,
};
const PATTERNS: Shipped<PatternModule> = {
  geometry: async () => (await import("../../../models/pattern/geometry.ts")).default,
};
const SIGNALS: Shipped<SignalModule> = {
  byRegime: async () => (await import("../../../models/signal/byRegime.ts")).default,
  trend: async () => (await import("../../../models/signal/trend.ts")).default,
};
const POSITIONS: Shipped<PositionModule> = {
  bracket: async () => (await import("../../../models/position/bracket.ts")).default,
  follow: async () => (await import("../../../models/position/follow.ts")).default,
  managed: async () => (await import("../../../models/position/managed.ts")).default,
};

/** This name leaves L1 or L2 out. */
const NONE = "none";

/** The regime module that a config names: shipped, or a user's file; null for `none`. Throws `UserError`s, like all here. */
export const regimeMember = async ({ regime }: RiposteConfig): Promise<RegimeModule | null> =>
  regime.module === NONE
    ? null
    : member("regime", regime, REGIMES, strictRegimeModule, (module) => {
        requireFunctions(module, "init", "decide");
        requireNames(module.features, "features");
        requireOnGap(module.onGap);
      });

/** The pattern module that a config names; null for `none`. */
export const patternMember = async ({ pattern }: RiposteConfig): Promise<PatternModule | null> =>
  pattern.module === NONE
    ? null
    : member("pattern", pattern, PATTERNS, strictPatternModule, (module) => {
        requireFunctions(module, "init", "decide");
        requireNames(module.features, "features");
        if (requireNames(module.embedding, "embedding").length > 128) throw new Error("embedding may name 128 numbers at most");
        requireOnGap(module.onGap);
      });

/** The signal module that a config names. */
export const signalMember = async ({ signal }: RiposteConfig): Promise<SignalModule> =>
  member("signal", signal, SIGNALS, strictSignalModule, (module) => {
    requireFunctions(module, "init", "decide");
    if (!Number.isInteger(module.warmUpBars) || module.warmUpBars < 0) throw new Error("warmUpBars must be an integer ≥ 0");
    requireNames(module.features ?? [], "features");
    requireOnGap(module.onGap);
    const unknown = requireNames(module.layers ?? [], "layers").find((name) => name !== "regime" && name !== "pattern");
    if (unknown !== undefined) throw new Error(`layers holds ${JSON.stringify(unknown)}: there are "regime" and "pattern"`);
  });

/** The position module that a config names. */
export const positionMember = async ({ position }: RiposteConfig): Promise<PositionModule> =>
  member("position", position, POSITIONS, strictPositionModule, (module) => {
    requireFunctions(module, "init", "decide");
    requireNames(module.features ?? [], "features");
  });

/** A user's feature family: the default export itself. */
export const familyMember = async (file: string): Promise<FeatureFamily> =>
  loadUserModule(
    file,
    (exported) => {
      const family = exported as Partial<FeatureFamily> | null;
      if (typeof family !== "object" || family === null || typeof family.name !== "string")
        throw new Error("the default export must be a feature family with a name, like featureFamily({ … })");
      requireFunctions(family, "init", "bar");
      const columns: unknown = family.columns;
      if (!Array.isArray(columns) || columns.length === 0) throw new Error("columns must be a list of at least one column");
      for (const column of columns as readonly Partial<FeatureFamily["columns"][number]>[]) requireColumn(column);
      return strictFeatureFamily(family as FeatureFamily);
    },
    "feature",
  );

const requireColumn = ({ name, warmUpBars }: { readonly name?: unknown; readonly warmUpBars?: unknown }): void => {
  if (typeof name !== "string" || !/^[a-z][a-z0-9_]*$/.test(name))
    throw new Error(`a column is called ${JSON.stringify(name)}: use small letters, digits and underscores`);
  if (!Number.isInteger(warmUpBars) || (warmUpBars as number) < 1) throw new Error(`column ${name}: warmUpBars must be an integer ≥ 1`);
};

const member = async <M extends { readonly name: string }>(
  layer: "regime" | "pattern" | "signal" | "position",
  { module: name, options }: { readonly module: string; readonly options: Readonly<Record<string, unknown>> },
  shipped: Shipped<M>,
  strict: (module: M) => M,
  check: (module: M) => void,
): Promise<M> => {
  if (isModulePath(name)) {
    return loadUserModule(
      name,
      (exported) => {
        if (typeof exported !== "function") throw new Error(`the default export must be a function of its options, like ${layer}Module(…)`);
        const watched = watchedOptions(options);
        const made: unknown = (exported as (options: Readonly<Record<string, unknown>>) => unknown)(watched.options);
        if (typeof made !== "object" || made === null || typeof (made as Partial<M>).name !== "string")
          throw new Error(`the default export must return a ${layer} module with a name`);
        check(made as M);
        const module = strict(made as M);
        watchedBy.set(module, { layer, file: name, watched });
        return module;
      },
      layer,
    );
  }
  const load = Object.hasOwn(shipped, name) ? shipped[name] : undefined;
  if (load === undefined) {
    const names = [...Object.keys(shipped), ...(layer === "regime" || layer === "pattern" ? [NONE] : [])];
    const hint = didYouMean(name, names) || ` (there are: ${names.join(", ")})`;
    throw new SettingError([`${layer}.module`], `there is no ${layer} module ${name}${hint}; a file of your own starts with ./`);
  }
  return (await load())(options);
};

/** A user's module: its layer, its file, and its options, which record what is read of them. */
interface Watched {
  readonly layer: string;
  readonly file: string;
  readonly watched: WatchedOptions;
}
const watchedBy = new WeakMap<object, Watched>();

/** The users' modules among `modules`. */
const watchedOf = (modules: readonly (object | null)[]): Watched[] =>
  modules.flatMap((module) => (module === null ? [] : (watchedBy.get(module) ?? [])));

/**
 * Options that a user's module has not read when it is made, although it read one of nearly the same name that was not given: said before
 * the run, which goes on, because a module may read its options at any bar.
 */
export const suspectOptions = (modules: readonly (object | null)[]): string[] =>
  watchedOf(modules).flatMap(({ layer, file, watched }) =>
    watched.unread().flatMap((name) => {
      const meant = watched.meant(name);
      return meant === undefined ? [] : [`${layer}.options.${name} is not read by ${file} so far (did you mean ${meant}?)`];
    }),
  );

/** Options that a user's module was given and never read, a line each: known when the run is over. */
export const unreadOptions = (modules: readonly (object | null)[]): string[] =>
  watchedOf(modules).flatMap(({ layer, file, watched }) => {
    const reads = watched.read().join(", ") || "no option";
    return watched.unread().map((name) => `${layer}.options.${name} did nothing: ${file} never read it; it reads ${reads}.`);
  });

const requireFunctions = (module: object, ...names: readonly string[]): void => {
  for (const name of names) {
    if (typeof (module as Record<string, unknown>)[name] !== "function") throw new Error(`it has no function ${name}`);
  }
};

const requireNames = (names: unknown, what: string): readonly string[] => {
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new Error(`${what} must be a list of names`);
};

const requireOnGap = (onGap: unknown): void => {
  if (onGap !== "reset" && onGap !== "keep") throw new Error('onGap must be "reset" or "keep"');
};
