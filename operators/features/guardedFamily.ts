import { formatUtc } from "../../src/domain/time.ts";
import { UserError } from "../../src/domain/units.ts";
import type { FeatureFamily } from "./feature.ts";

/**
 * A user's family whose mistakes are the user's: what it throws becomes a `UserError` that names family and bar, and it writes into an
 * array of its own, so that a place outside its columns is lost and a column that it leaves out is NaN.
 */
export const guardedFamily = (family: FeatureFamily): FeatureFamily => {
  const width = family.columns.length;
  const said = new Float64Array(width);
  const failed = (when: string, error: unknown): UserError =>
    new UserError(`feature family ${family.name} failed ${when}: ${error instanceof Error ? error.message : String(error)}`);
  return {
    ...family,
    init: () => {
      try {
        return family.init();
      } catch (error) {
        throw failed("in init", error);
      }
    },
    bar: (state, bar, out, at) => {
      said.fill(NaN);
      try {
        family.bar(state, bar, said, 0);
      } catch (error) {
        throw failed(`at the bar that closed at ${formatUtc(bar.closeMs)}`, error);
      }
      for (let c = 0; c < width; c += 1) out[at + c] = said[c] as number;
    },
  };
};
