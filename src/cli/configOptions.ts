import { loadConfig } from "../../config/load.ts";
import type { LoadedConfig } from "../../config/load.ts";
import { layerOf, nest, setLayer } from "../../config/layers.ts";
import type { ConfigLayer } from "../../config/layers.ts";
import type { CommandContext, OptionSpec, OptionValues } from "./frame/command.ts";

interface ConfigOption extends OptionSpec {
  /** The config key the option stands for. */
  readonly key: string;
}

/** Options that stand for one key of the config; commands list those they have by name. */
const KEYED = {
  symbol: {
    type: "string",
    multiple: true,
    value: "SYMBOL",
    key: "symbols",
    help: "instrument, e.g. BTCUSDT; several: repeat, or separate by commas",
  },
  name: { type: "string", value: "NAME", key: "name", help: "what the run is called in the report and among the kept runs" },
  from: {
    type: "string",
    value: "TIME",
    key: "from",
    help: "first moment, inclusive: 2023-01-31 (00:00 UTC), 2023-01-31T08:30Z or epoch ms",
  },
  to: { type: "string", value: "TIME", key: "to", help: "end, exclusive" },
  data: { type: "string", value: "DIR", key: "data.dir", help: "folder of the Parquet store" },
  store: { type: "string", value: "parquet|questdb", key: "data.store", help: "where history is: files, or a QuestDB server" },
  market: { type: "string", value: "um|spot|simulated", key: "data.market", help: "which market of the store" },
  seed: { type: "string", value: "N", key: "simulate.seed", help: "seed of the market simulator" },
  days: { type: "string", value: "N", key: "simulate.days", help: "days the market simulator makes" },
  edge: { type: "string", value: "none|regimes|planted", key: "simulate.edge", help: "what can be predicted in the simulated market" },
  burst: { type: "string", value: "N", key: "line.burstEvents", help: "events per burst, 1 to 4096; results do not depend on it" },
  regime: { type: "string", value: "NAME|FILE", key: "regime.module", help: "L1: a shipped rule, your own module, or none" },
  pattern: { type: "string", value: "NAME|FILE", key: "pattern.module", help: "L2: a shipped one, your own module, or none" },
  signal: {
    type: "string",
    value: "NAME|FILE",
    key: "signal.module",
    help: "signal: a shipped rule, or your own TypeScript module (./mine.ts)",
  },
  position: { type: "string", value: "NAME|FILE", key: "position.module", help: "position manager: a shipped one, or your own module" },
  swap: {
    type: "string",
    multiple: true,
    value: "TIME:LAYER=MEMBER,…",
    key: "models.swaps",
    help: "from a time on others serve, e.g. 2023-07-01:signal=lightgbm@3,regime=logit@3; repeat for more",
  },
  shadow: {
    type: "string",
    multiple: true,
    value: "LAYER=MEMBER",
    key: "models.shadow",
    help: "ask a member beside the one that serves, muted, and test day by day whether it should take its place; repeat for more",
  },
  promote: {
    type: "boolean",
    key: "models.test.promote",
    help: "act it out: a shadow that wins serves from the next 00:00 UTC on",
  },
  canary: {
    type: "string",
    multiple: true,
    value: "SYMBOL:LAYER=MEMBER",
    key: "models.canary",
    help: "a member serves one symbol, e.g. BTCUSDT:signal=lightgbm@3; repeat for more",
  },
  decisions: { type: "string", value: "changes|all", key: "report.decisions", help: "all: also every decision bar, as decisions.parquet" },
} as const satisfies Record<string, ConfigOption>;

export type ConfigOptionName = keyof typeof KEYED;

const GENERAL: Record<string, OptionSpec> = {
  config: { type: "string", value: "FILE", help: "config file (JSON); else RIPOSTE_CONFIG" },
  profile: { type: "string", value: "NAME", help: "research, ai (the promoted members serve) or live; else RIPOSTE_PROFILE" },
  set: { type: "string", multiple: true, value: "KEY=VALUE", help: "any setting, e.g. risk.day.maxLossFraction=0.01" },
};

/** Specs of `--config`, `--profile`, `--set` and the named options, for a command's `options`; with `data` comes `store`. */
export const configOptions = (...names: readonly ConfigOptionName[]): Record<string, OptionSpec> => ({
  ...GENERAL,
  ...Object.fromEntries(
    withStore(names).map((name) => {
      const { key, ...spec }: ConfigOption = KEYED[name];
      return [name, { ...spec, help: `${spec.help} [${key}]` }];
    }),
  ),
});

/** Options of the commands that run the line. */
export const RUN_OPTIONS = [
  ...(["symbol", "name", "from", "to", "data", "market"] as const),
  ...(["regime", "pattern", "signal", "position"] as const),
  ...(["seed", "days", "edge", "burst"] as const),
] as const satisfies readonly ConfigOptionName[];

const withStore = (names: readonly ConfigOptionName[]): readonly ConfigOptionName[] =>
  names.flatMap((name): ConfigOptionName[] => (name === "data" ? ["data", "store"] : [name]));

/** The config that a command's options, the environment and the config file ask for. Throws `UserError`s. */
export const configOf = (
  values: OptionValues,
  context: Pick<CommandContext, "env">,
  defaultProfile: "research" | "live" = "research",
): Promise<LoadedConfig> =>
  loadConfig({
    profile: text(values["profile"]),
    defaultProfile,
    file: text(values["config"]),
    flags: flagLayers(values),
    set: list(values["set"]),
    env: context.env,
  });

/** Whether a setting, a part of it or what holds it was typed on the command line: by `--set` or by an option that stands for it. */
export const wasTyped = (values: OptionValues, path: string): boolean =>
  [...flagLayers(values), ...list(values["set"]).map(setLayer)].some((layer) => reaches(layer.values, path.split(".")));

/** Whether nested values say something of a path. */
const reaches = (values: unknown, [key, ...rest]: readonly string[]): boolean => {
  if (key === undefined || typeof values !== "object" || values === null) return true;
  return Object.hasOwn(values, key) && reaches((values as Readonly<Record<string, unknown>>)[key], rest);
};

/** Items of an option that may be repeated, or hold several between commas. */
export const itemsOf = (values: readonly string[]): string[] => values.flatMap((item) => item.split(",").map((part) => part.trim()));

/** `--symbol` of a command that takes all there are by default. */
export const onlySymbolsOption: OptionSpec = {
  type: "string",
  multiple: true,
  value: "SYMBOL",
  help: "only these; several: repeat, or separate by commas",
};

const flagLayers = (values: OptionValues): ConfigLayer[] =>
  (Object.keys(KEYED) as ConfigOptionName[]).flatMap((name) => flagLayer(name, values[name]));

const flagLayer = (name: ConfigOptionName, value: OptionValues[string]): ConfigLayer[] => {
  const path = KEYED[name].key.split(".");
  if (Array.isArray(value)) {
    // A swap has commas of its own.
    const items = name === "swap" ? value : itemsOf(value);
    return [{ source: value.map((item) => `--${name} ${item}`).join(" "), values: nest(path, items), exitCode: 2 }];
  }
  if (value === true) return [layerOf(`--${name}`, path, "true", 2)];
  return typeof value === "string" ? [layerOf(`--${name} ${value}`, path, value, 2)] : [];
};

const text = (value: OptionValues[string]): string | undefined => (typeof value === "string" ? value : undefined);
const list = (value: OptionValues[string]): string[] => (Array.isArray(value) ? value : typeof value === "string" ? [value] : []);
