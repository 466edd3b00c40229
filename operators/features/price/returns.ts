import { featureFamily } from "../feature.ts";
import type { ColumnRow } from "../featureColumns.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { Ring } from "../rolling/ring.ts";

const SOURCE = "Campbell, Lo & MacKinlay 1997, The Econometrics of Financial Markets, 1.4; scaled by volatility";

/** Log returns over some horizons, each over the standard deviation that its number of bars would have. */
const returnsOver = (name: string, horizons: readonly number[], core: boolean) => {
  const longest = Math.max(...horizons);
  const bars = Int32Array.from(horizons);
  const scales = Float64Array.from(horizons, (n) => Math.sqrt(n));
  const write = (closes: Ring, bar: FeatureBar, out: Float64Array, at: number): void => {
    const { close, volatilityUnit } = bar;
    closes.add(close);
    for (let i = 0; i < bars.length; i += 1) {
      const before = closes.at(bars[i] as number);
      out[at + i] = before > 0 ? Math.log(close / before) / (volatilityUnit * (scales[i] as number)) : 0;
    }
  };
  return featureFamily<Ring>({
    name,
    core,
    columns: featureColumns(
      SOURCE,
      horizons.map((n): ColumnRow => [`return_${n}`, `ln(c / c₋ₙ) / (σ √n), n = ${n}`, "σ", n + 1]),
    ),
    init: () => new Ring(longest + 1),
    bar: write,
  });
};

/** Short log returns, on every time frame. */
export const returns = returnsOver("returns", [1, 3, 10], true);

/** Log returns from minutes to a day. */
export const longReturns = returnsOver("longReturns", [2, 5, 15, 30, 60, 120, 240, 480, 1440], false);
