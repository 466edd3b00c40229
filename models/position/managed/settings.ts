import { SettingError } from "../../../src/domain/settingError.ts";
import { optionGroup } from "../../optionGroup.ts";
import { knownOptions, numberOption } from "../../options.ts";
import type { NumberRange } from "../../options.ts";

const WHERE = "position.options";
/** A year. */
const MINUTES_MAX = 525_600;
/** Multiples of the stop's distance, or of ATR. */
const STOPS_MAX = 1000;

/** Options of the managed position, resolved; docs/position.md explains each. "Stops" are multiples of the entry's stop distance. */
export interface ManagedSettings {
  readonly riskFraction: number;
  readonly leverage: number;
  readonly stopFraction: number;
  readonly targetFraction: number;
  /** Which side to ask for, and when: the likelier one, or the one that L3 expects more of. */
  readonly enterBy: "probability" | "netReturn";
  readonly enterProbability: number;
  readonly exitProbability: number;
  /** Whether it leaves when L3 speaks for the other side. */
  readonly exitBySignal: boolean;
  /** Null: not asked. */
  readonly minNetReturn: number | null;
  readonly timeLimitMinutes: number;
  readonly cooldownMinutes: number;
  readonly worstFraction: number;
  readonly part: { readonly atStops: number; readonly share: number };
  readonly scaleIn: { readonly atStops: number; readonly share: number; readonly probability: number };
  readonly breakEven: { readonly atStops: number; readonly costFraction: number };
  readonly trail: { readonly atStops: number; readonly atrMultiple: number };
}

/** Reads and checks them; throws a `UserError` for a value out of range and for a name that is none. */
export const managedSettings = (options: Readonly<Record<string, unknown>>): ManagedSettings => {
  const number = (name: string, range: NumberRange): number => numberOption(WHERE, options, name, range);
  const settings: ManagedSettings = {
    riskFraction: number("riskFraction", { default: 0.001, above: 0, max: 0.1 }),
    leverage: number("leverage", { default: 5, min: 1, max: 125 }),
    stopFraction: number("stopFraction", { default: 0.005, above: 0, max: 0.5 }),
    targetFraction: number("targetFraction", { default: 0.015, min: 0, max: 10 }),
    enterBy: enterByOf(options),
    enterProbability: number("enterProbability", { default: 0.7, above: 0, max: 1 }),
    exitProbability: number("exitProbability", { default: 0.4, above: 0, max: 1 }),
    exitBySignal: exitBySignalOf(options),
    minNetReturn: nullable(options, "minNetReturn"),
    timeLimitMinutes: number("timeLimitMinutes", { default: 360, above: 0, max: MINUTES_MAX }),
    cooldownMinutes: number("cooldownMinutes", { default: 240, min: 0, max: MINUTES_MAX }),
    worstFraction: number("worstFraction", { default: 0.002, min: 0, max: 0.1 }),
    part: group(options, "part", { atStops: { default: 1.5, above: 0, max: STOPS_MAX }, share: { default: 0.5, min: 0, max: 1 } }),
    scaleIn: group(options, "scaleIn", {
      atStops: { default: 0.5, above: 0, max: STOPS_MAX },
      share: { default: 0.5, min: 0, max: 1 },
      probability: { default: 0.5, min: 0, max: 1 },
    }),
    breakEven: group(options, "breakEven", {
      atStops: { default: 1, min: 0, max: STOPS_MAX },
      costFraction: { default: 0.0012, min: 0, max: 1 },
    }),
    trail: group(options, "trail", {
      atStops: { default: 1.5, min: 0, max: STOPS_MAX },
      atrMultiple: { default: 10, min: 0, max: STOPS_MAX },
    }),
  };
  knownOptions(WHERE, options, Object.keys(settings));
  return settings;
};

const group = <K extends string>(
  options: Readonly<Record<string, unknown>>,
  name: string,
  ranges: Readonly<Record<K, NumberRange>>,
): Readonly<Record<K, number>> => {
  const where = `${WHERE}.${name}`;
  const given = optionGroup(WHERE, options, name);
  const names = Object.keys(ranges) as K[];
  knownOptions(where, given, names);
  return Object.fromEntries(names.map((each) => [each, numberOption(where, given, each, ranges[each])])) as Record<K, number>;
};

const enterByOf = ({ enterBy = "probability" }: Readonly<Record<string, unknown>>): ManagedSettings["enterBy"] => {
  if (enterBy === "probability" || enterBy === "netReturn") return enterBy;
  const path = `${WHERE}.enterBy`;
  throw new SettingError([path], `${path} is ${JSON.stringify(enterBy)}: it must be "probability" or "netReturn"`);
};

const exitBySignalOf = ({ exitBySignal = true }: Readonly<Record<string, unknown>>): boolean => {
  if (typeof exitBySignal === "boolean") return exitBySignal;
  const path = `${WHERE}.exitBySignal`;
  throw new SettingError([path], `${path} is ${JSON.stringify(exitBySignal)}: it must be true or false`);
};

const nullable = (options: Readonly<Record<string, unknown>>, name: string): number | null => {
  const value = options[name] ?? null;
  if (value === null || (typeof value === "number" && Math.abs(value) <= 1)) return value;
  const path = `${WHERE}.${name}`;
  throw new SettingError([path], `${path} is ${JSON.stringify(value)}: it must be a number from -1 to 1 (a net return), or null for none`);
};
