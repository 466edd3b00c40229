import { InvariantError } from "../../../domain/units.ts";

/** A number that a model gave. One that is missing or below `least` would make time or money out of nothing, so it ends the run. */
export const checked = (model: string, value: number, least: number): number => {
  if (value >= least) return value;
  throw new InvariantError(`the ${model} model gave ${value}; it must give a number, at least ${least}`);
};
