import { UserError } from "../src/domain/units.ts";

interface NumberRange {
  readonly default: number;
  /** Exclusive lower bound. */
  readonly above?: number;
  /** Inclusive bounds. */
  readonly min?: number;
  readonly max?: number;
}

/** A number from a module's options, checked; `where` is the config path that holds the options. */
export const numberOption = (where: string, options: Readonly<Record<string, unknown>>, name: string, range: NumberRange): number => {
  const value = options[name] ?? range.default;
  const { above = -Infinity, min = -Infinity, max = Infinity } = range;
  if (typeof value === "number" && value > above && value >= min && value <= max) return value;
  const bounds = [above > -Infinity ? `> ${above}` : "", min > -Infinity ? `≥ ${min}` : "", max < Infinity ? `≤ ${max}` : ""];
  throw new UserError(
    `${where}.${name} is ${JSON.stringify(value)}: it must be a number ${bounds.filter((bound) => bound !== "").join(" and ")}`,
  );
};

/** Refuses options a module does not know: a misspelt one must not silently fall back to its default. */
export const knownOptions = (where: string, options: Readonly<Record<string, unknown>>, known: readonly string[]): void => {
  for (const name of Object.keys(options)) {
    if (!known.includes(name))
      throw new UserError(`${where}.${name} is not an option of this module: it knows ${known.join(", ") || "none"}`);
  }
};
