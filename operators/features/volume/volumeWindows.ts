import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { logShare } from "./logShare.ts";

const ROOT_60 = Math.sqrt(60);
const ROOT_240 = Math.sqrt(240);

class WindowsState {
  readonly volume5 = new RollingSum(5);
  readonly volume60 = new RollingSum(60);
  readonly volume240 = new RollingSum(240);
  readonly signed5 = new RollingSum(5);
  readonly signed60 = new RollingSum(60);
  readonly signed240 = new RollingSum(240);
  readonly unsigned60 = new RollingSum(60);
  readonly quote60 = new RollingSum(60);
  readonly quote240 = new RollingSum(240);
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** (close / vwap − 1) / spread, with vwap = quote volume / volume; 0 if nothing was traded. */
const vwapDistance = (close: number, volume: number, quoteVolume: number, spread: number): number =>
  quoteVolume > 0 ? ((close * volume) / quoteVolume - 1) / spread : 0;

/** Volume over an hour and four: its level, its imbalance and the price it was traded at. */
export const volumeWindows = featureFamily<WindowsState>({
  name: "volumeWindows",
  columns: featureColumns("Chordia, Roll & Subrahmanyam, Order imbalance, liquidity and market returns (2002)", [
    ["volume_ratio_60", "ln(mean₆₀ v / V̄ + 0.01)", "1", 60, "Karpoff, The relation between price changes and trading volume (1987)"],
    ["taker_imbalance_5", "Σ₅ (2b − v) / Σ₅ v", "fraction", 5],
    ["taker_imbalance_60", "Σ₆₀ (2b − v) / Σ₆₀ v", "fraction", 60],
    ["taker_imbalance_240", "Σ₂₄₀ (2b − v) / Σ₂₄₀ v", "fraction", 240],
    [
      "vpin_60",
      "Σ₆₀ |2b − v| / Σ₆₀ v: each bar is a bucket, weighted by its volume",
      "fraction",
      60,
      "Easley, López de Prado & O'Hara, Flow toxicity and liquidity (2012), with bars for buckets of equal volume",
    ],
    ["vwap_distance_60", "(c Σ₆₀ v / Σ₆₀ q − 1) / (σ √60)", "σ", 60, "Berkowitz, Logue & Noser, The total cost of transactions (1988)"],
    ["vwap_distance_240", "(c Σ₂₄₀ v / Σ₂₄₀ q − 1) / (σ √240)", "σ", 240, "Berkowitz, Logue & Noser (1988)"],
  ]),
  init: () => new WindowsState(),
  bar(state, bar, out, at) {
    const { volume, quoteVolume, close, volatilityUnit } = bar;
    const signed = 2 * bar.takerBuyVolume - volume;
    state.volume5.add(volume);
    state.volume60.add(volume);
    state.volume240.add(volume);
    state.signed5.add(signed);
    state.signed60.add(signed);
    state.signed240.add(signed);
    state.unsigned60.add(Math.abs(signed));
    state.quote60.add(quoteVolume);
    state.quote240.add(quoteVolume);
    const volume60 = state.volume60.sum;
    const volume240 = state.volume240.sum;
    out[at] = logShare(volume60, bar.volumeBaseline * 60);
    out[at + 1] = share(state.signed5.sum, state.volume5.sum);
    out[at + 2] = share(state.signed60.sum, volume60);
    out[at + 3] = share(state.signed240.sum, volume240);
    out[at + 4] = share(state.unsigned60.sum, volume60);
    out[at + 5] = vwapDistance(close, volume60, state.quote60.sum, volatilityUnit * ROOT_60);
    out[at + 6] = vwapDistance(close, volume240, state.quote240.sum, volatilityUnit * ROOT_240);
  },
});
