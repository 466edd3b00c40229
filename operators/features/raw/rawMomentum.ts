import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
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
  columns: featureColumns("TA-Lib STOCH", [
    ["raw_rsi_14", "100 u / (u + d), u and d = wilder₁₄(rises and falls of c)", "%", 15, "TA-Lib RSI"],
    ["raw_cci_20", "(p − m) / (0.015 mean₂₀(|p − m|)), p = (h + l + c) / 3, m = mean₂₀(p)", "1", 20, "TA-Lib CCI"],
    ["raw_mfi_14", "100 Σ₁₄(p v where p rose) / Σ₁₄(p v where p moved)", "%", 15, "TA-Lib MFI"],
    ["raw_stoch_k_14_3_3", "100 mean₃((c − min₁₄(l)) / (max₁₄(h) − min₁₄(l)))", "%", 18],
    ["raw_stoch_d_14_3_3", "mean₃(raw_stoch_k_14_3_3)", "%", 18],
    ["raw_obv", "Σ sign(c − c₋₁) v + first v", "volume", 1, "Granville 1963; TA-Lib OBV"],
  ]),
  init: () => new RawMomentumState(),
  bar: (state, bar, out, at) => {
    const { strength, cci, flow, stochastic } = state;
    strength.add(bar);
    cci.add(bar.typical);
    flow.add(bar);
    stochastic.add(bar);
    out[at] = 100 * strength.share;
    out[at + 1] = cci.index;
    out[at + 2] = 100 * flow.share;
    out[at + 3] = 100 * stochastic.slow;
    out[at + 4] = 100 * stochastic.signal;
    out[at + 5] = state.onBalanceVolume(bar);
  },
});
