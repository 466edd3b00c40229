import { featureFamily } from "../feature.ts";
import type { ColumnRow } from "../featureColumns.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { Ring } from "../rolling/ring.ts";

const SOURCE = "Campbell, Lo & MacKinlay 1997, The Econometrics of Financial Markets, 1.4; scaled by volatility";

/** Sums of log returns since the start: their differences are the log returns over several bars, without a logarithm each. */
class ReturnState {
  path = 0.5;
  readonly paths: Ring;

  constructor(longest: number) {
    this.path = 0;
    this.paths = new Ring(longest + 1);
  }
}

/** Log returns over some horizons, each over the standard deviation that its number of bars would have. */
const returnsOver = (name: string, horizons: readonly number[], core: boolean) => {
  const longest = Math.max(...horizons);
  const bars = Int32Array.from(horizons);
  const scales = Float64Array.from(horizons, (n) => 1 / Math.sqrt(n));
  const write = (state: ReturnState, bar: FeatureBar, out: Float64Array, at: number): void => {
    const { paths } = state;
    const path = state.path + bar.logReturn;
    state.path = path;
    paths.add(path);
    const unit = 1 / bar.volatilityUnit;
    for (let i = 0; i < bars.length; i += 1) out[at + i] = (path - paths.at(bars[i] as number)) * unit * (scales[i] as number);
  };
  return featureFamily<ReturnState>({
    name,
    core,
    columns: featureColumns(
      SOURCE,
      horizons.map((n): ColumnRow => [`return_${n}`, `ln(c / c₋ₙ) / (σ √n), n = ${n}`, "σ", n + 1]),
    ),
    init: () => new ReturnState(longest),
    bar: write,
  });
};

/** Short log returns, on every time frame. */
export const returns = returnsOver("returns", [1, 3, 10], true);

/** Log returns from minutes to a day. */
export const longReturns = returnsOver("longReturns", [2, 5, 15, 30, 60, 120, 240, 480, 1440], false);
