import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import type { FeatureBar } from "../featureBar.ts";
import { AverageTrueRange } from "../indicators/averageTrueRange.ts";
import { CommodityChannel } from "../indicators/commodityChannel.ts";
import { MoneyFlow } from "../indicators/moneyFlow.ts";
import { PriceChannel } from "../indicators/priceChannel.ts";
import { RelativeStrength } from "../indicators/relativeStrength.ts";
import { Stochastic } from "../indicators/stochastic.ts";
import { Ema } from "../rolling/ema.ts";
import { Ring } from "../rolling/ring.ts";
import { RollingSum } from "../rolling/rollingSum.ts";

const DONCHIAN = "Donchian 1960";
const ROOT_60 = Math.sqrt(60);

class MoreOscillatorsState {
  readonly strength = new RelativeStrength(2);
  readonly stochastic = new Stochastic(14);
  readonly cci = new CommodityChannel(20);
  readonly ema20 = new Ema(20);
  readonly atr20 = new AverageTrueRange(20);
  readonly channel60 = new PriceChannel(60);
  readonly channel240 = new PriceChannel(240);
  readonly flow = new MoneyFlow(14);
  readonly closes = new Ring(31);
  readonly moves = new RollingSum(30);

  add(bar: FeatureBar): void {
    this.strength.add(bar);
    this.stochastic.add(bar);
    this.cci.add(bar.typical);
    this.channel60.add(bar);
    this.channel240.add(bar);
    this.flow.add(bar);
    this.closes.add(bar.close);
    if (bar.previousClose > 0) this.moves.add(Math.abs(bar.close - bar.previousClose));
  }

  keltner(bar: FeatureBar): number {
    const middle = this.ema20.add(bar.close);
    const atr = this.atr20.add(bar);
    return atr > 0 ? (bar.close - middle) / (2 * atr) : 0;
  }

  efficiency(close: number): number {
    const moves = this.moves.sum;
    return moves > 0 ? Math.abs(close - this.closes.at(30)) / moves : 0;
  }
}

/** Slower channels, and oscillators with other measures of range. */
export const moreOscillators = featureFamily<MoreOscillatorsState>({
  name: "moreOscillators",
  columns: featureColumns(DONCHIAN, [
    [
      "rsi_2",
      "(u − d) / (u + d), u and d = wilder₂(rises and falls of c)",
      "−1 to 1",
      3,
      "Connors & Alvarez 2009, Short Term Trading Strategies That Work; TA-Lib RSI / 50 − 1",
    ],
    ["stochastic_d_14", "mean₃(mean₃(stochastic_k_14))", "share", 18, "Lane 1984; TA-Lib STOCH"],
    ["cci_20", "(p − m) / (0.015 mean₂₀(|p − m|)) / 100, p = (h + l + c) / 3, m = mean₂₀(p)", "1", 20, "Lambert 1980; TA-Lib CCI / 100"],
    ["keltner_position_20", "(c − ema₂₀(c)) / (2 ATR₂₀)", "1", 21, "Keltner 1960, How to Make Money in Commodities; with ATR by Raschke"],
    ["donchian_position_60", "(c − min₆₀(l)) / (max₆₀(h) − min₆₀(l))", "share", 60],
    ["donchian_position_240", "(c − min₂₄₀(l)) / (max₂₄₀(h) − min₂₄₀(l))", "share", 240],
    ["donchian_width_60", "(max₆₀(h) − min₆₀(l)) / (c σ √60)", "ratio", 60],
    [
      "money_flow_index_14",
      "Σ₁₄(p v where p rose) / Σ₁₄(p v where p moved), p = (h + l + c) / 3",
      "share",
      15,
      "Quong & Soudack 1989; TA-Lib MFI / 100",
    ],
    ["efficiency_ratio_30", "|c − c₋₃₀| / Σ₃₀(|c − c₋₁|)", "share", 31, "Kaufman 1995, Smarter Trading"],
  ]),
  init: () => new MoreOscillatorsState(),
  bar: (state, bar, out, at) => {
    const { close } = bar;
    state.add(bar);
    out[at] = state.strength.balance;
    out[at + 1] = state.stochastic.signal;
    out[at + 2] = state.cci.steadyIndex / 100;
    out[at + 3] = state.keltner(bar);
    out[at + 4] = state.channel60.position(close);
    out[at + 5] = state.channel240.position(close);
    out[at + 6] = state.channel60.width / (close * bar.volatilityUnit * ROOT_60);
    out[at + 7] = state.flow.share;
    out[at + 8] = state.efficiency(close);
  },
});
