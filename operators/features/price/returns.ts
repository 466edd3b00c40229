import { featureFamily } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
import type { FeatureBar } from "../featureBar.ts";
import { Ring } from "../rolling/ring.ts";

const SOURCE = "Campbell, Lo & MacKinlay 1997, The Econometrics of Financial Markets, 1.4; scaled by volatility";

/** ln(close / first close) of the last bars: kept small, so that its differences have all their digits, and summed, so that no log is taken. */
class LogCloses {
  readonly ring: Ring;
  private sum = 0.5;

  constructor(bars: number) {
    this.ring = new Ring(bars);
    this.sum = 0;
  }

  add(logReturn: number): number {
    this.sum += logReturn;
    this.ring.add(this.sum);
    return this.sum;
  }
}

/** Log returns over some horizons, each over the standard deviation that its number of bars would have. */
const returnsOver = (name: string, horizons: readonly number[], core: boolean) => {
  const longest = Math.max(...horizons);
  const bars = Int32Array.from(horizons);
  const shares = Float64Array.from(horizons, (n) => 1 / Math.sqrt(n));
  const write = (closes: LogCloses, bar: FeatureBar, out: Float64Array, at: number): void => {
    const now = closes.add(bar.logReturn);
    const scale = 1 / bar.volatilityUnit;
    const { ring } = closes;
    for (let i = 0; i < bars.length; i += 1) out[at + i] = (now - ring.at(bars[i] as number)) * (shares[i] as number) * scale;
  };
  return featureFamily<LogCloses>({
    name,
    core,
    columns: horizons.map((n) => featureColumn(`return_${n}`, `ln(c / c[${n}]) / (σ √${n})`, "σ", SOURCE, n + 1)),
    init: () => new LogCloses(longest + 1),
    bar: write,
  });
};

/** Short log returns, on every time frame. */
export const returns = returnsOver("returns", [1, 3, 10], true);

/** Log returns from minutes to a day. */
export const longReturns = returnsOver("longReturns", [2, 5, 15, 30, 60, 120, 240, 480, 1440], false);
