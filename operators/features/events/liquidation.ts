import { Kind } from "../../../src/domain/kind.ts";
import { DAY_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { fresh } from "./freshness.ts";

const WINDOW = 60;
/** Silence is an answer here, so the last one may be long ago; but no day passes without one where the stream works. */
const STALE_MS = DAY_MS;

class LiquidationState {
  knownAtMs = NaN;
  /** Since the last bar. */
  bought = 0.5;
  sold = 0.5;
  readonly bought60 = new RollingSum(WINDOW);
  readonly sold60 = new RollingSum(WINDOW);
  readonly volume60 = new RollingSum(WINDOW);

  constructor() {
    this.startBar();
  }

  startBar(): void {
    this.bought = 0;
    this.sold = 0;
  }
}

/**
 * Forced orders: known from the first one on, so unknown where none ever came, and again a day after the last. The windows begin at
 * the first one.
 */
export const liquidation = eventFeatureFamily<LiquidationState>({
  name: "liquidation",
  input: "liquidation",
  columns: featureColumns("Binance, liquidation order stream: the largest order of each second, so a lower bound", [
    [
      "liquidation_imbalance_60",
      "Σ₆₀ (bought − sold) / Σ₆₀ (bought + sold) in liquidations; > 0: shorts were closed; 0 if there were none",
      "fraction",
      60,
    ],
    ["liquidation_share_60", "Σ₆₀ (bought + sold) in liquidations / Σ₆₀ v; 0 if nothing was traded", "fraction", 60],
  ]),
  init: () => new LiquidationState(),
  event(state, event) {
    if (event.kind !== Kind.liquidation) return;
    state.knownAtMs = event.knownAtMs;
    if (event.side === "buy") state.bought += event.qty;
    else state.sold += event.qty;
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    if (fresh(state.knownAtMs, bar.closeMs, STALE_MS)) {
      state.bought60.add(state.bought);
      state.sold60.add(state.sold);
      state.volume60.add(bar.volume);
    }
    state.startBar();
    const bought = state.bought60.sum;
    const sold = state.sold60.sum;
    const volume = state.volume60.sum;
    out[at] = bought + sold > 0 ? (bought - sold) / (bought + sold) : 0;
    out[at + 1] = volume > 0 ? (bought + sold) / volume : 0;
  },
});
