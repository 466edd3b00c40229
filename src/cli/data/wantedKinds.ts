import type { RiposteConfig } from "../../../config/schema.ts";
import type { StoredKind } from "../../domain/ports.ts";
import { fillOnOf } from "../../venues/simulated/options.ts";
import type { FeatureInput } from "../../../operators/features/feature.ts";

/** What a store must be asked for beside the bars. */
export type WantedKinds = ReadonlySet<StoredKind>;

const BOOK = ["bookSnapshot", "bookDiff"] as const;
const TRADES = ["trade", "aggTrade"] as const;

const OF_INPUT: Readonly<Record<FeatureInput, readonly StoredKind[]>> = {
  kline: [],
  funding: ["funding"],
  markPrice: ["markPrice"],
  openInterest: ["openInterest"],
  longShortRatio: ["longShortRatio"],
  liquidation: ["liquidation"],
  bestBidAsk: ["bestBidAsk"],
  book: BOOK,
  trade: TRADES,
};

/** Kinds that columns of the feature row are made of. */
export const kindsOfInputs = (inputs: Iterable<FeatureInput>): readonly StoredKind[] => [...inputs].flatMap((input) => OF_INPUT[input]);

/** Kinds that `venue.fillOn` and `venue.triggerBy` fill by; `compared`: every way of filling. */
export const kindsOfFills = ({ venue, symbols }: RiposteConfig, compared: boolean): readonly StoredKind[] => {
  const modes = new Set(symbols.map((symbol) => fillOnOf(venue.fillOn, symbol)));
  const book = compared || modes.has("book");
  return [
    ...(book || modes.has("trades") ? TRADES : []),
    ...(book ? BOOK : []),
    ...(venue.triggerBy === "mark" ? ["markPrice" as const] : []),
  ];
};
