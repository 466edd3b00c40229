import { readFile, readdir } from "node:fs/promises";
import { contractFault } from "../src/domain/contract.ts";
import { SettingError } from "../src/domain/settingError.ts";
import { UserError } from "../src/domain/units.ts";
import { parseTimeRange } from "../src/domain/time.ts";
import { didYouMean } from "../src/domain/nearestName.ts";
import { configSchema, contradictionOf } from "./schema.ts";
import type { RiposteConfig } from "./schema.ts";
import { jsonMistakeAt } from "./jsonMistake.ts";
import { checkLayer, environmentLayers, merge, setLayer } from "./layers.ts";
import type { ConfigLayer } from "./layers.ts";

export interface ConfigSources {
  /** `--profile`; else `RIPOSTE_PROFILE`; else `defaultProfile`. */
  readonly profile?: string | undefined;
  /** The command's profile if none is named. */
  readonly defaultProfile: "research" | "live";
  /** `--config`; else `RIPOSTE_CONFIG`. */
  readonly file?: string | undefined;
  /** Options of the command line that stand for a config key, e.g. `--seed`. */
  readonly flags?: readonly ConfigLayer[];
  /** `--set key=value`, after the other flags. */
  readonly set?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface LoadedConfig {
  readonly config: RiposteConfig;
  readonly profile: string;
  /** Somebody named the symbols: they are not the default's. */
  readonly symbolsGiven: boolean;
}

/**
 * The config of a run: flag > environment > config file > profile > default. Every layer is checked by itself first, so
 * that a message names the place to mend; then the whole, ends of the range included.
 */
export const loadConfig = async (sources: ConfigSources): Promise<LoadedConfig> => {
  const profile = sources.profile ?? given(sources.env["RIPOSTE_PROFILE"]) ?? sources.defaultProfile;
  const file = sources.file ?? given(sources.env["RIPOSTE_CONFIG"]);
  const layers = [
    await profileLayer(profile, sources.profile === undefined ? 1 : 2),
    ...(file === undefined ? [] : [await fileLayer(file)]),
    ...environmentLayers(sources.env),
    ...(sources.flags ?? []),
    ...(sources.set ?? []).map(setLayer),
  ];
  for (const layer of layers) checkLayer(layer);
  const merged = layers.reduce<unknown>((under, layer) => merge(under, layer.values), {});
  requireDistances(merged);
  const parsed = configSchema.parse(merged);
  // One order, whatever was given: the same symbols are the same run.
  const config = { ...parsed, symbols: parsed.symbols.toSorted() };
  const contradiction = contradictionOf(config);
  if (contradiction !== undefined) throw new SettingError(contradiction.paths, `config: ${contradiction.message}`);
  for (const symbol of config.symbols) {
    const fault = contractFault(symbol);
    if (fault !== null) throw new UserError(fault);
  }
  parseTimeRange(config.from, config.to);
  return { config, profile, symbolsGiven: layers.some(({ values }) => "symbols" in (values as object)) };
};

/** The defaults of the distances are fractions of the entry: as multiples of volatility they would be far below a tick. */
const requireDistances = (merged: unknown): void => {
  const { labels = {} } = merged as { readonly labels?: Readonly<Record<string, unknown>> };
  if (labels["unit"] !== "volatility") return;
  const missing = ["stop", "target"].filter((name) => labels[name] === undefined).map((name) => `labels.${name}`);
  if (missing.length === 0) return;
  const message = `labels.unit volatility needs ${missing.join(" and ")}: give both distances as multiples of the volatility over the horizon, e.g. labels.stop=1 labels.target=2`;
  throw new SettingError(["labels.unit", ...missing], `config: ${message}`);
};

/** Names of the shipped profiles. */
export const profileNames = async (): Promise<string[]> =>
  (await readdir(PROFILES)).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));

const PROFILES = new URL("profiles/", import.meta.url);

const profileLayer = async (name: string, exitCode: 1 | 2): Promise<ConfigLayer> => {
  const names = await profileNames();
  if (!names.includes(name)) {
    const hint = didYouMean(name, names) || ` (there are: ${names.join(", ")})`;
    throw new UserError(`there is no profile ${name}${hint}; a file of your own is given with --config`, exitCode);
  }
  const text = await readFile(new URL(`${name}.json`, PROFILES), "utf8");
  return { source: `profile ${name}`, values: parseObject(`profile ${name}`, text), exitCode: 1 };
};

const fileLayer = async (file: string): Promise<ConfigLayer> => {
  const source = `config file ${file}`;
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === "ENOENT" ? "does not exist" : code === "EISDIR" ? "is a folder" : `cannot be read (${code ?? String(error)})`;
    throw new UserError(`${source} ${reason}; give the path of a JSON file`);
  }
  return { source, values: parseObject(source, text), exitCode: 1 };
};

const parseObject = (source: string, text: string): Record<string, unknown> => {
  const json = text.replace(/^\uFEFF/, "");
  const mistake = jsonMistakeAt(json);
  if (mistake !== undefined)
    throw new UserError(`${source} is not JSON at ${placeOf(json, mistake)}; comments and trailing commas are not taken`);
  const value: unknown = JSON.parse(json);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UserError(`${source} must hold one JSON object, e.g. {"symbols": ["BTCUSDT"]}`);
  }
  return value as Record<string, unknown>;
};

const placeOf = (text: string, at: number): string => {
  const before = text.slice(0, at).split("\n");
  return `line ${before.length}, column ${(before.at(-1) ?? "").length + 1}`;
};

const given = (text: string | undefined): string | undefined => (text === "" ? undefined : text);
