import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { logShare } from "./logShare.ts";

const WINDOW = 15;

class FlowState {
  readonly volume = new RollingSum(WINDOW);
  readonly signed = new RollingSum(WINDOW);
  readonly trades = new RollingSum(WINDOW);
}

/** How much was traded, by whom and in what pieces. */
export const volumeFlow = featureFamily<FlowState>({
  name: "volumeFlow",
  core: true,
  columns: featureColumns("Karpoff, The relation between price changes and trading volume (1987)", [
    ["volume_ratio_1", "ln(v / V̄ + 0.01)", "1", 1],
    ["volume_ratio_15", "ln(mean₁₅ v / V̄ + 0.01)", "1", 15],
    ["taker_imbalance_1", "(2b − v) / v; 0 if v = 0", "fraction", 1, "Chordia, Roll & Subrahmanyam, Order imbalance (2002)"],
    ["taker_imbalance_15", "Σ₁₅ (2b − v) / Σ₁₅ v", "fraction", 15, "Chordia, Roll & Subrahmanyam, Order imbalance (2002)"],
    ["trades_ratio_1", "ln(N / N̄ + 0.01)", "1", 1, "Jones, Kaul & Lipson, Transactions, volume and volatility (1994)"],
    [
      "average_trade_size_15",
      "ln((Σ₁₅ v / Σ₁₅ N) / (V̄ / N̄)); 0 if nothing was traded",
      "1",
      15,
      "Barclay & Warner, Stealth trading and volatility (1993)",
    ],
  ]),
  init: () => new FlowState(),
  bar(state, bar, out, at) {
    const { volume, trades, volumeBaseline, tradesBaseline } = bar;
    const signed = 2 * bar.takerBuyVolume - volume;
    state.volume.add(volume);
    state.signed.add(signed);
    state.trades.add(trades);
    const traded = state.volume.sum;
    out[at] = logShare(volume, volumeBaseline);
    out[at + 1] = logShare(traded, volumeBaseline * WINDOW);
    out[at + 2] = volume > 0 ? signed / volume : 0;
    out[at + 3] = traded > 0 ? state.signed.sum / traded : 0;
    out[at + 4] = logShare(trades, tradesBaseline);
    const size = (traded * tradesBaseline) / (state.trades.sum * volumeBaseline);
    out[at + 5] = size > 0 && size < Infinity ? Math.log(size) : 0;
  },
});
