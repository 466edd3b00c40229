import { regimeModule } from "../../../models/regime/regimeModule.ts";

/** Wrong on purpose: a variable of the module, which two passes of one process do not show, because `init` resets it. */
let average = NaN;

export default regimeModule(() => ({
  name: "variable",
  features: [],
  onGap: "keep",
  init: () => {
    average = NaN;
    return null;
  },
  decide: (_, { close }, out) => {
    average = Number.isNaN(average) ? close : average + 0.05 * (close - average);
    out.fill(0);
    out[close > average ? 0 : 4] = 1;
    return true;
  },
}));
