import type { RiposteConfig } from "../../config/schema.ts";
import type { PositionFactory, PositionModule } from "../../models/position/positionModule.ts";
import type { SignalFactory, SignalModule } from "../../models/signal/signalModule.ts";
import { didYouMean } from "../domain/nearestName.ts";
import { UserError } from "../domain/units.ts";
import { isModulePath, loadUserModule } from "./userModule.ts";

/** Shipped members by the name a config gives them. */
const SIGNALS: Readonly<Record<string, () => Promise<SignalFactory>>> = {
  trend: async () => (await import("../../models/signal/trend.ts")).default,
};
const POSITIONS: Readonly<Record<string, () => Promise<PositionFactory>>> = {
  bracket: async () => (await import("../../models/position/bracket.ts")).default,
  follow: async () => (await import("../../models/position/follow.ts")).default,
};

/** The signal module that a config names: shipped, or a user's file. Throws `UserError`s. */
export const signalMember = async ({ signal }: RiposteConfig): Promise<SignalModule> =>
  member("signal", signal, SIGNALS, (module: SignalModule) => {
    requireFunctions(module, "init", "decide");
    if (!Number.isInteger(module.warmUpBars) || module.warmUpBars < 0) throw new Error("warmUpBars must be an integer ≥ 0");
    const onGap: unknown = module.onGap;
    if (onGap !== "reset" && onGap !== "keep") throw new Error('onGap must be "reset" or "keep"');
  });

/** The position module that a config names. */
export const positionMember = async ({ position }: RiposteConfig): Promise<PositionModule> =>
  member("position", position, POSITIONS, (module: PositionModule) => {
    requireFunctions(module, "init", "decide");
  });

const member = async <M extends { readonly name: string }>(
  layer: "signal" | "position",
  { module: name, options }: { readonly module: string; readonly options: Readonly<Record<string, unknown>> },
  shipped: Readonly<Record<string, () => Promise<(options: Readonly<Record<string, unknown>>) => M>>>,
  check: (module: M) => void,
): Promise<M> => {
  if (isModulePath(name)) {
    return loadUserModule(name, (exported) => {
      if (typeof exported !== "function") throw new Error(`the default export must be a function of its options, like ${layer}Module(…)`);
      const made: unknown = (exported as (options: Readonly<Record<string, unknown>>) => unknown)(options);
      if (typeof made !== "object" || made === null || typeof (made as Partial<M>).name !== "string")
        throw new Error(`the default export must return a ${layer} module with a name`);
      check(made as M);
      return made as M;
    });
  }
  const load = Object.hasOwn(shipped, name) ? shipped[name] : undefined;
  if (load === undefined) {
    const names = Object.keys(shipped);
    const hint = didYouMean(name, names) || ` (there are: ${names.join(", ")})`;
    throw new UserError(`there is no ${layer} module ${name}${hint}; a file of your own starts with ./`);
  }
  return (await load())(options);
};

const requireFunctions = (module: object, ...names: readonly string[]): void => {
  for (const name of names) {
    if (typeof (module as Record<string, unknown>)[name] !== "function") throw new Error(`it has no function ${name}`);
  }
};
