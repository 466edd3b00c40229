import type { FeatureInput, StoredKind } from "../../domain/kind.ts";
import { STORED_OF_INPUT } from "../../domain/kind.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { fillOnOf } from "../../venues/simulated/options.ts";

/** Kinds that a run needs besides the bars. */
export type WantedKinds = ReadonlySet<StoredKind>;

const BOOK = STORED_OF_INPUT.get("book") ?? [];
const TRADES = STORED_OF_INPUT.get("trade") ?? [];

/** Kinds that columns of the feature row are made of, beside the bars. */
export const kindsOfInputs = (inputs: Iterable<FeatureInput>): readonly StoredKind[] =>
  [...inputs].flatMap((input) => (input === "kline" ? [] : (STORED_OF_INPUT.get(input) ?? [])));

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
