// @ts-check
/** What the layers said at the entry of one trade, read from the page's columns. */
import { lowerBound, unpack } from "./columns.js";
import { at } from "./model.js";

/** @typedef {import("./pageData.js").LayerColumns} LayerColumns */
/** @typedef {{ name: string, unit: string, value: number }} FeatureValue */
/** @typedef {(index: number) => LayerFacts | null} ReadFacts */
/**
 * @typedef {object} LayerFacts
 * @property {readonly number[]} regime Probabilities by state; NaN where L1 said nothing.
 * @property {number} pUp
 * @property {number} pDown
 * @property {readonly { name: string, value: number }[]} embedding
 * @property {number} pLong
 * @property {number} pShort
 * @property {number} pNeutral
 * @property {number} netLong
 * @property {number} netShort
 * @property {number} confidence
 * @property {readonly FeatureValue[] | null} features Known values, the largest first; null when the page keeps none of this trade.
 */

/** A reader of facts by trade, null for a trade without beliefs. Columns are unpacked when the first trade is asked for.
 * @type {(layers: LayerColumns) => ReadFacts} */
export const factsReader = (layers) => {
  /** @type {ReturnType<typeof unpacked> | null} */
  let columns = null;
  return (index) => {
    columns ??= unpacked(layers);
    const { trade, featureTrade, regime, embedding, scalars, features } = columns;
    const row = rowOf(trade, index);
    if (row === null) return null;
    const featureRow = rowOf(featureTrade, index);
    return {
      regime: regime.map((column) => at(column, row)),
      embedding: layers.embedding.map((name, position) => ({ name, value: embedding[position]?.[row] ?? NaN })),
      pUp: at(scalars.pUp, row),
      pDown: at(scalars.pDown, row),
      pLong: at(scalars.pLong, row),
      pShort: at(scalars.pShort, row),
      pNeutral: at(scalars.pNeutral, row),
      netLong: at(scalars.netLong, row),
      netShort: at(scalars.netShort, row),
      confidence: at(scalars.confidence, row),
      features: featureRow === null ? null : featuresOf(layers, features, featureRow),
    };
  };
};

/** @type {(layers: LayerColumns, columns: readonly Float64Array[], row: number) => FeatureValue[]} */
const featuresOf = ({ features, featureUnits }, columns, row) =>
  features
    .map((name, position) => ({ name, unit: featureUnits[position] ?? "", value: columns[position]?.[row] ?? NaN }))
    .filter((feature) => Number.isFinite(feature.value))
    .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || (a.name < b.name ? -1 : 1));

/** @type {(layers: LayerColumns) => { trade: Float64Array, featureTrade: Float64Array, regime: Float64Array[], embedding: Float64Array[], features: Float64Array[], scalars: Record<"pUp" | "pDown" | "pLong" | "pShort" | "pNeutral" | "netLong" | "netShort" | "confidence", Float64Array> }} */
const unpacked = (layers) => ({
  trade: unpack(layers.trade),
  featureTrade: unpack(layers.featureTrade),
  regime: layers.regime.map(unpack),
  embedding: layers.embeddingValues.map(unpack),
  features: layers.featureValues.map(unpack),
  scalars: {
    pUp: unpack(layers.pUp),
    pDown: unpack(layers.pDown),
    pLong: unpack(layers.pLong),
    pShort: unpack(layers.pShort),
    pNeutral: unpack(layers.pNeutral),
    netLong: unpack(layers.netLong),
    netShort: unpack(layers.netShort),
    confidence: unpack(layers.confidence),
  },
});

/** Where a trade stands in an ascending column of trades, or null. @type {(trades: Float64Array, index: number) => number | null} */
const rowOf = (trades, index) => {
  const row = lowerBound(trades, index);
  return trades[row] === index ? row : null;
};
