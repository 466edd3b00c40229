import { didYouMean } from "../src/domain/nearestName.ts";
import { SettingError } from "../src/domain/settingError.ts";

/** Bounds of a number: both sides, so that no nonsense is taken for a setting. */
export type NumberRange = {
  readonly default: number;
  /** Inclusive. */
  readonly max: number;
} & ({ /** Exclusive lower bound. */ readonly above: number } | { /** Inclusive. */ readonly min: number });

/** A number from a module's options, checked; `where` is the config path that holds the options. */
export const numberOption = (where: string, options: Readonly<Record<string, unknown>>, name: string, range: NumberRange): number => {
  const value = options[name] ?? range.default;
  const { max } = range;
  const low = "above" in range ? range.above : range.min;
  if (typeof value === "number" && ("above" in range ? value > low : value >= low) && value <= max) return value;
  const path = `${where}.${name}`;
  const bounds = `${"above" in range ? ">" : "≥"} ${low} and ≤ ${max}`;
  throw new SettingError([path], `${path} is ${JSON.stringify(value)}: it must be a number ${bounds}`);
};

/** Refuses options a module does not know, with the nearest it does: a misspelt one must not silently fall back to its default. */
export const knownOptions = (where: string, options: Readonly<Record<string, unknown>>, known: readonly string[]): void => {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const path = `${where}.${name}`;
    const hint = didYouMean(name, known);
    throw new SettingError([path], `${path} is not an option of this module${hint}: it knows ${known.join(", ") || "none"}`);
  }
};
