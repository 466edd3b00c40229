import type { EventFeatureFamily } from "../feature.ts";
import { bestBidAsk } from "./bestBidAsk.ts";
import { book } from "./book.ts";
import { funding } from "./funding.ts";
import { liquidation } from "./liquidation.ts";
import { longShortRatio } from "./longShortRatio.ts";
import { markPrice } from "./markPrice.ts";
import { openInterest } from "./openInterest.ts";
import { trade } from "./trade.ts";

/** One family for each input beside the klines, in the order of the row. */
export const EVENT_FAMILIES: readonly EventFeatureFamily[] = [
  funding,
  markPrice,
  openInterest,
  longShortRatio,
  liquidation,
  bestBidAsk,
  book,
  trade,
];
