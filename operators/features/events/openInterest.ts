import { Kind } from "../../../src/domain/kind.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { BarChange } from "./barChange.ts";
import { fresh, logOrZero } from "./freshness.ts";

/** Published every five minutes with up to five of delay: three in a row are missing. */
const STALE_MS = 20 * MINUTE_MS;
const PERCENT = 100;

class OpenInterestState {
  knownAtMs = NaN;
  qty = NaN;
  readonly hour = new BarChange(60);
  readonly day = new BarChange(1440);
}

/** Open interest: known from the first event on, unknown again twenty minutes after the last. */
export const openInterest = eventFeatureFamily<OpenInterestState>({
  name: "openInterest",
  input: "openInterest",
  columns: featureColumns(
    "Bessembinder & Seguin, Price volatility, trading volume and market depth (1993); Binance, open interest history",
    [
      ["open_interest_change_60", "100 × ln(OI / OI₋₆₀), in base units; 0 while one of them is not known", "%", 61],
      ["open_interest_change_1440", "100 × ln(OI / OI₋₁₄₄₀), in base units; 0 while one of them is not known", "%", 1441],
      ["open_interest_volume_ratio", "ln(OI / (1440 V̄))", "1", 1],
    ],
  ),
  init: () => new OpenInterestState(),
  event(state, event) {
    if (event.kind !== Kind.openInterest || !(event.openInterestQty > 0)) return;
    state.knownAtMs = event.knownAtMs;
    state.qty = event.openInterestQty;
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    const level = fresh(state.knownAtMs, bar.closeMs, STALE_MS) ? PERCENT * Math.log(state.qty) : NaN;
    out[at] = state.hour.add(level);
    out[at + 1] = state.day.add(level);
    out[at + 2] = logOrZero(state.qty / (1440 * bar.volumeBaseline));
  },
});
