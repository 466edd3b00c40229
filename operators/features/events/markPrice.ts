import { Kind } from "../../../src/domain/kind.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { BarChange } from "./barChange.ts";
import { fresh } from "./freshness.ts";

/** The stream sends one every 3 seconds and an archive one a minute. */
const STALE_MS = 5 * MINUTE_MS;
const BASIS_POINTS = 10_000;
const ROOT_60 = Math.sqrt(60);

class MarkState {
  knownAtMs = NaN;
  mark = NaN;
  index = NaN;
  nextFundingRate = NaN;
  readonly change = new BarChange(60);
}

/** Mark and index price: known from the first event on, unknown again five minutes after the last. */
export const markPrice = eventFeatureFamily<MarkState>({
  name: "markPrice",
  input: "markPrice",
  columns: featureColumns("Binance, mark price stream", [
    ["basis", "(mark / index − 1) / σ; 0 without an index price", "σ", 1, "Ackerer, Hugonnier & Jermann, Perpetual futures pricing (2023)"],
    ["basis_change_60", "(basis − basis₋₆₀) / √60, both / the bar's σ; 0 while one of them is not known", "σ", 61],
    ["next_funding_rate", "10⁴ × rate that would be settled next; 0 if the source has none", "bp", 1],
    ["mark_close_gap", "(mark / c − 1) / σ", "σ", 1],
  ]),
  init: () => new MarkState(),
  event(state, event) {
    if (event.kind !== Kind.markPrice || !(event.markPrice > 0)) return;
    state.knownAtMs = event.knownAtMs;
    state.mark = event.markPrice;
    state.index = event.indexPrice;
    state.nextFundingRate = event.nextFundingRate;
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    const { volatilityUnit } = bar;
    const usable = state.index > 0 && fresh(state.knownAtMs, bar.closeMs, STALE_MS);
    const basis = usable ? state.mark / state.index - 1 : NaN;
    const change = state.change.add(basis);
    out[at] = usable ? basis / volatilityUnit : 0;
    out[at + 1] = change / (volatilityUnit * ROOT_60);
    out[at + 2] = Number.isFinite(state.nextFundingRate) ? BASIS_POINTS * state.nextFundingRate : 0;
    out[at + 3] = (state.mark / bar.close - 1) / volatilityUnit;
  },
});
