import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import type { BookView } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { fresh, logOrZero } from "./freshness.ts";

/** A book changes several times a second; one that stands for two minutes has lost its stream. */
const STALE_MS = 2 * MINUTE_MS;
const LEVELS = 10;

class BookState {
  knownAtMs = NaN;
  bidDepth = NaN;
  askDepth = NaN;
  /** Quantity of the two best levels. */
  best = NaN;
  /** Mean distance of the deepest counted levels from the mid price, as a share of it. */
  distance = NaN;

  /** A book without one of its sides says nothing: it counts as not known. */
  take({ bids, asks, knownAtMs }: BookView): void {
    if (bids.length < 2 || asks.length < 2) {
      this.knownAtMs = NaN;
      return;
    }
    const mid = ((bids[0] as number) + (asks[0] as number)) / 2;
    this.knownAtMs = knownAtMs;
    this.bidDepth = depthOf(bids);
    this.askDepth = depthOf(asks);
    this.best = (bids[1] as number) + (asks[1] as number);
    this.distance = (deepest(asks) - deepest(bids)) / 2 / mid;
  }
}

/** Quantity of the best ten levels of a side, or of those there are. */
const depthOf = (side: Float64Array): number => {
  const end = Math.min(side.length, 2 * LEVELS);
  let sum = 0;
  for (let i = 1; i < end; i += 2) sum += side[i] as number;
  return sum;
};

const deepest = (side: Float64Array): number => side[Math.min(side.length, 2 * LEVELS) - 2] as number;

/** The ten best levels of the book: known from the first on, unknown again two minutes after the last change or without a side. */
export const book = eventFeatureFamily<BookState>({
  name: "book",
  input: "book",
  columns: featureColumns("Cao, Hansch & Wang, The information content of an open limit-order book (2009)", [
    ["depth_imbalance_10", "(bid − ask qty) / (bid + ask qty), each of the ten best levels", "fraction", 1],
    [
      "depth_slope_10",
      "ln((qty of both sides' ten best levels / V̄) / (mean distance of the tenth levels from mid / mid / σ)): quantity per move",
      "1",
      1,
      "Næs & Skjeltorp, Order book characteristics and the volume–volatility relation (2006)",
    ],
    ["depth_ratio_1_10", "qty of the two best levels / qty of both sides' ten best", "fraction", 1],
  ]),
  init: () => new BookState(),
  book: (state, view) => {
    state.take(view);
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    const { bidDepth, askDepth } = state;
    const depth = bidDepth + askDepth;
    out[at] = depth > 0 ? (bidDepth - askDepth) / depth : 0;
    out[at + 1] = logOrZero((depth * bar.volatilityUnit) / (bar.volumeBaseline * state.distance));
    out[at + 2] = depth > 0 ? state.best / depth : 0;
  },
});
