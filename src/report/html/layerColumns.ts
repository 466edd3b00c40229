import type { RunRecord, TradeBeliefs } from "../../record/runRecord.ts";
import type { LayerColumns, PackedColumn } from "../page/pageData.js";
import { packColumn } from "./columns.ts";

/** Trades whose feature values the page carries, about 5 bytes a value; of more an even sample in time. */
const FEATURE_TRADES_MAX = 2000;

/** Decimals that the page keeps of probabilities and embeddings, and of expected returns. */
const PROBABILITY_DECIMALS = 3;
const RETURN_DECIMALS = 6;

/** What the layers said at each trade's entry, as columns over those trades that have beliefs; null when none has, or nobody names it. */
export const layerColumns = ({ trades, layers }: RunRecord): LayerColumns | null => {
  const believed = trades.flatMap(({ beliefs }, trade) => (beliefs === undefined ? [] : [{ trade, beliefs }]));
  if (layers === undefined || believed.length === 0) return null;
  const sampled = evenSample(believed, FEATURE_TRADES_MAX);
  /** A column over the trades with beliefs. */
  const column = (valueOf: (beliefs: TradeBeliefs) => number | undefined, decimals = PROBABILITY_DECIMALS): PackedColumn =>
    packColumn(
      believed.map(({ beliefs }) => valueOf(beliefs) ?? NaN),
      decimals,
    );
  return {
    embedding: layers.embedding,
    features: layers.features,
    featureUnits: layers.featureUnits,
    trade: packColumn(believed.map(({ trade }) => trade)),
    regime: layers.regimeStates.map((_, state) => column(({ regime }) => regime[state])),
    pUp: column(({ pUp }) => pUp),
    pDown: column(({ pDown }) => pDown),
    embeddingValues: layers.embedding.map((_, index) => column(({ embedding }) => embedding[index])),
    pLong: column(({ signal }) => signal.pLong),
    pShort: column(({ signal }) => signal.pShort),
    pNeutral: column(({ signal }) => signal.pNeutral),
    netLong: column(({ signal }) => signal.netLong, RETURN_DECIMALS),
    netShort: column(({ signal }) => signal.netShort, RETURN_DECIMALS),
    confidence: column(({ signal }) => signal.confidence),
    featureTrade: packColumn(sampled.map(({ trade }) => trade)),
    featureValues: layers.features.map((_, index) => significant(sampled.map(({ beliefs }) => beliefs.features[index] ?? NaN))),
  };
};

/** At most `most` rows, as far apart as can be, the first among them. */
const evenSample = <Row>(rows: readonly Row[], most: number): readonly Row[] =>
  rows.length <= most ? rows : Array.from({ length: most }, (_, index) => rows[Math.floor((index * rows.length) / most)] as Row);

/** A column in which a value of the usual size (the median of those that are not 0) keeps three significant digits. */
const significant = (values: readonly number[]): PackedColumn => {
  const sizes = values.map(Math.abs).filter((size) => size > 0 && Number.isFinite(size));
  const usual = sizes.sort((a, b) => a - b)[sizes.length >> 1] ?? 1;
  return packColumn(values, Math.max(0, Math.min(12, 2 - Math.floor(Math.log10(usual)))));
};
