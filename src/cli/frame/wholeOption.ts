import { UserError } from "../../domain/units.ts";
import type { OptionValues } from "./command.ts";

/** The whole number of an option, 1 or more. Throws a `UserError` that names the option. */
export const wholeOption = (name: string, values: OptionValues): number => {
  const text = String(values[name]);
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new UserError(`--${name} ${text}: give a whole number, 1 or more`, 2);
  return value;
};
