import type { BestBidAsk } from "../../../src/domain/event.ts";
import { Kind } from "../../../src/domain/kind.ts";
import { MINUTE_MS } from "../../../src/domain/units.ts";
import { eventFeatureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { fresh } from "./freshness.ts";

const WINDOW = 15;
/** The stream speaks at every change; the quotes of a quiet instrument may stand for minutes. */
const STALE_MS = 5 * MINUTE_MS;

class QuoteState {
  knownAtMs = NaN;
  bidPrice = NaN;
  bidQty = NaN;
  askPrice = NaN;
  askQty = NaN;
  /** Since the last bar: order flow, displayed quantity of both sides, number of quotes. */
  flow = 0.5;
  displayed = 0.5;
  quotes = 0;
  readonly flow15 = new RollingSum(WINDOW);
  readonly displayed15 = new RollingSum(WINDOW);
  readonly quotes15 = new RollingSum(WINDOW);

  constructor() {
    this.startBar();
  }

  startBar(): void {
    this.flow = 0;
    this.displayed = 0;
    this.quotes = 0;
  }

  /** Equation 1 of Cont, Kukanov & Stoikov: what the new quote adds to demand less what it adds to supply. */
  add({ bidPrice, bidQty, askPrice, askQty }: BestBidAsk): void {
    if (this.bidPrice > 0) {
      if (bidPrice >= this.bidPrice) this.flow += bidQty;
      if (bidPrice <= this.bidPrice) this.flow -= this.bidQty;
      if (askPrice <= this.askPrice) this.flow -= askQty;
      if (askPrice >= this.askPrice) this.flow += this.askQty;
    }
    this.displayed += bidQty + askQty;
    this.quotes += 1;
    this.bidPrice = bidPrice;
    this.bidQty = bidQty;
    this.askPrice = askPrice;
    this.askQty = askQty;
  }
}

/** Order flow in mean depths of one side, (bid + ask) / 2; 0 without quotes. */
const inDepths = (flow: number, displayed: number, quotes: number): number => (displayed > 0 ? (2 * flow * quotes) / displayed : 0);

/** The best quotes: known from the first on, unknown again five minutes after the last. The windows stand still meanwhile. */
export const bestBidAsk = eventFeatureFamily<QuoteState>({
  name: "bestBidAsk",
  input: "bestBidAsk",
  columns: featureColumns("Cont, Kukanov & Stoikov, The price impact of order book events (2014)", [
    ["spread", "(ask − bid) / mid / σ", "σ", 1, "Roll, A simple implicit measure of the effective bid-ask spread (1984)"],
    [
      "microprice_offset",
      "(micro − mid) / (ask − bid) = bid qty / (bid qty + ask qty) − ½, micro = (bid × ask qty + ask × bid qty) / (bid qty + ask qty)",
      "fraction",
      1,
      "Stoikov, The micro-price (2018): the weighted mid price it starts from",
    ],
    ["order_flow_imbalance_1", "Σ of the bar's order flow e / mean depth (bid qty + ask qty) / 2 of its quotes; 0 without quotes", "1", 1],
    ["order_flow_imbalance_15", "Σ₁₅ of order flow e / mean depth of the quotes of 15 bars; 0 without quotes", "1", 15],
  ]),
  init: () => new QuoteState(),
  event(state, event) {
    if (event.kind !== Kind.bestBidAsk || !(event.bidPrice > 0) || !(event.askPrice > 0)) return;
    state.knownAtMs = event.knownAtMs;
    state.add(event);
  },
  known: (state, closeMs) => fresh(state.knownAtMs, closeMs, STALE_MS),
  bar(state, bar, out, at) {
    const { bidPrice, askPrice, bidQty, askQty, flow, displayed, quotes } = state;
    if (fresh(state.knownAtMs, bar.closeMs, STALE_MS)) {
      state.flow15.add(flow);
      state.displayed15.add(displayed);
      state.quotes15.add(quotes);
    }
    state.startBar();
    out[at] = (2 * (askPrice - bidPrice)) / (askPrice + bidPrice) / bar.volatilityUnit;
    out[at + 1] = bidQty + askQty > 0 ? bidQty / (bidQty + askQty) - 0.5 : 0;
    out[at + 2] = inDepths(flow, displayed, quotes);
    out[at + 3] = inDepths(state.flow15.sum, state.displayed15.sum, state.quotes15.sum);
  },
});
