import { Kind } from "../../../src/domain/kind.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { BarChange } from "./barChange.ts";
import { fresh, logOrZero } from "./freshness.ts";

/** Published every five minutes with up to five of delay: three in a row are missing. */
const STALE_MS = 20 * MINUTE_MS;

class RatioState {
  knownAtMs = NaN;
  /** Logs; 0 where the source left the number out. */
  topAccount = 0.5;
  topPosition = 0.5;
  globalAccount = 0.5;
  takerVolume = 0.5;
  readonly change = new BarChange(60);
}

/** Long to short ratios: known from the first event on, unknown again twenty minutes after the last. */
export const longShortRatio = eventFeatureFamily<RatioState>({
  name: "longShortRatio",
  input: "longShortRatio",
  columns: featureColumns("Binance, long/short ratio and taker buy/sell volume; a number that is left out counts as 1", [
    ["top_account_ratio", "ln(long / short accounts of the top traders)", "1", 1],
    ["top_position_ratio", "ln(long / short positions of the top traders)", "1", 1],
    ["global_account_ratio", "ln(long / short accounts)", "1", 1],
    ["taker_volume_ratio", "ln(volume bought / sold by takers)", "1", 1],
    ["global_account_change_60", "global_account_ratio − its value 60 bars ago; 0 while one of them is not known", "1", 61],
  ]),
  init: () => new RatioState(),
  event(state, event) {
    if (event.kind !== Kind.longShortRatio) return;
    state.knownAtMs = event.knownAtMs;
    state.topAccount = logOrZero(event.topAccountRatio);
    state.topPosition = logOrZero(event.topPositionRatio);
    state.globalAccount = logOrZero(event.globalAccountRatio);
    state.takerVolume = logOrZero(event.takerVolumeRatio);
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    out[at] = state.topAccount;
    out[at + 1] = state.topPosition;
    out[at + 2] = state.globalAccount;
    out[at + 3] = state.takerVolume;
    out[at + 4] = state.change.add(fresh(state.knownAtMs, bar.closeMs, STALE_MS) ? state.globalAccount : NaN);
  },
});
