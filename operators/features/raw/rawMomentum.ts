import { featureFamily } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
import { CommodityChannel } from "../indicators/commodityChannel.ts";
import { MoneyFlow } from "../indicators/moneyFlow.ts";
import { RelativeStrength } from "../indicators/relativeStrength.ts";
import { Stochastic } from "../indicators/stochastic.ts";
import type { FeatureBar } from "../featureBar.ts";

class RawMomentumState {
  readonly strength = new RelativeStrength(14);
  readonly cci = new CommodityChannel(20);
  readonly flow = new MoneyFlow(14);
  readonly stochastic = new Stochastic(14);
  private balanceVolume = 0.5;
  private first = true;

  /** On-balance volume (Granville 1963): volume added when the close rises, taken off when it falls, from the first bar's on. */
  onBalanceVolume(bar: FeatureBar): number {
    const { close, previousClose, volume } = bar;
    if (this.first) this.balanceVolume = volume;
    else if (close > previousClose) this.balanceVolume += volume;
    else if (close < previousClose) this.balanceVolume -= volume;
    this.first = false;
    return this.balanceVolume;
  }
}

/** Oscillators and money flow as TA-Lib gives them. */
export const rawMomentum = featureFamily<RawMomentumState>({
  name: "rawMomentum",
  scaled: false,
  columns: [
    featureColumn("raw_rsi_14", "100 u / (u + d), u and d = wilder(rises and falls of c, 14)", "%", "TA-Lib RSI", 15),
    featureColumn("raw_cci_20", "(p − m) / (0.015 mean(|p − m|, 20)), p = (h + l + c) / 3, m = mean(p, 20)", "1", "TA-Lib CCI", 20),
    featureColumn("raw_mfi_14", "100 sum(p v where p rose, 14) / sum(p v where p moved, 14)", "%", "TA-Lib MFI", 15),
    featureColumn("raw_stoch_k_14_3_3", "100 mean((c − min(l, 14)) / (max(h, 14) − min(l, 14)), 3)", "%", "TA-Lib STOCH", 18),
    featureColumn("raw_stoch_d_14_3_3", "mean(raw_stoch_k_14_3_3, 3)", "%", "TA-Lib STOCH", 18),
    featureColumn("raw_obv", "sum(sign(c − c[1]) v) + first v", "volume", "Granville 1963; TA-Lib OBV", 1),
  ],
  init: () => new RawMomentumState(),
  bar: (state, bar, out, at) => {
    const { strength, cci, flow, stochastic } = state;
    strength.add(bar);
    cci.add(bar.typical);
    flow.add(bar);
    stochastic.add(bar);
    out[at] = 100 * strength.share;
    out[at + 1] = cci.index;
    // TA-Lib calls a flow below 1 none.
    out[at + 2] = flow.total < 1 ? 0 : 100 * flow.share;
    out[at + 3] = 100 * stochastic.slow;
    out[at + 4] = 100 * stochastic.signal;
    out[at + 5] = state.onBalanceVolume(bar);
  },
});
