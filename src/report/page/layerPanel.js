// @ts-check
/** The card that says what every layer said at the entry of a picked trade. */
import { element } from "./elements.js";
import { featureTable, signedBar, threeDigits } from "./featureTable.js";
import { decimal, duration, percent, signed, signedPercent, utcTime } from "./format.js";
import { factsReader } from "./layerFacts.js";
import { at } from "./model.js";
import { regimeName } from "./regimeRibbon.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./layerFacts.js").LayerFacts} LayerFacts */

/** Gives back what shows a trade in the card; it does nothing on a page without layers. @type {(model: Model) => (index: number) => void} */
export const mountLayers = (model) => {
  const panel = document.querySelector("[data-layer-panel]");
  if (model.layers === null || panel === null) return () => {};
  const read = factsReader(model.layers);
  return (index) => {
    const facts = read(index);
    const said =
      facts === null
        ? [element("p", "empty", "The layers said nothing at this entry.")]
        : [layerGrid(model, facts, index), features(facts)];
    panel.replaceChildren(tradeFacts(model, index), ...said);
  };
};

/** @type {(model: Model, index: number) => HTMLElement} */
const tradeFacts = ({ trades, symbols, priceDecimals }, index) => {
  const symbol = at(trades.symbol, index);
  const [entryMs, exitMs, pnlUsdt] = [at(trades.entryTimeMs, index), at(trades.exitTimeMs, index), at(trades.pnlUsdt, index)];
  const box = element("dl", "picked-trade");
  /** @type {(name: string, value: string, className?: string) => void} */
  const fact = (name, value, className = "") => {
    const pair = element("div");
    pair.append(element("dt", "", name), element("dd", className, value));
    box.append(pair);
  };
  fact("Trade", `${at(trades.direction, index) > 0 ? "▲ long" : "▼ short"} ${symbols[symbol] ?? ""}`);
  fact("Entry, UTC", `${utcTime(entryMs)} at ${decimal(at(trades.entryPrice, index), priceDecimals[symbol])}`);
  fact("Exit, UTC", `${utcTime(exitMs)} at ${decimal(at(trades.exitPrice, index), priceDecimals[symbol])}`);
  fact("Held", duration(exitMs - entryMs));
  fact("Left by", trades.reasons[at(trades.reason, index)] ?? "");
  const tone = pnlUsdt > 0 ? "profit" : pnlUsdt < 0 ? "loss" : "";
  fact("P&L, net", `${signed(pnlUsdt)} USDT (${signedPercent(at(trades.netReturn, index))})`, tone);
  return box;
};

/** @type {(model: Model, facts: LayerFacts, index: number) => HTMLElement} */
const layerGrid = (model, facts, index) => {
  const grid = element("div", "layer-grid");
  grid.append(regimeLayer(model, facts), patternLayer(facts), signalLayer(facts, at(model.trades.direction, index)));
  return grid;
};

/** @type {(number: string, name: string, silent: boolean) => HTMLElement} */
const layer = (number, name, silent) => {
  const box = element("div", "layer");
  box.dataset["layer"] = number;
  box.append(element("h3", "", `${number} ${name}`));
  if (silent) box.append(element("p", "note", "not ready at this bar"));
  return box;
};

/** @type {(model: Model, facts: LayerFacts) => HTMLElement} */
const regimeLayer = (model, { regime }) => {
  const silent = !regime.some(Number.isFinite);
  const box = layer("L1", "Regime", silent);
  if (!silent)
    box.append(...regime.map((probability, state) => probabilityRow(regimeName(model, state), probability, `var(--regime-${state})`)));
  return box;
};

/** @type {(facts: LayerFacts) => HTMLElement} */
const patternLayer = ({ pUp, pDown, embedding }) => {
  const silent = !Number.isFinite(pUp) && !Number.isFinite(pDown);
  const box = layer("L2", "Pattern", silent);
  if (silent) return box;
  box.append(probabilityRow("P(up)", pUp, "var(--profit)"), probabilityRow("P(down)", pDown, "var(--loss)"));
  const largest = Math.max(...embedding.map(({ value }) => Math.abs(value)).filter(Number.isFinite));
  box.append(element("h4", "", "Descriptors"));
  for (const { name, value } of embedding) box.append(meter(name, threeDigits(value), signedBar(value, largest)));
  return box;
};

/** Why a side that is expected to lose was entered nevertheless (docs/signal.md). */
const ENTERED_A_LOSS =
  "L3 expected a loss on the side that was entered. The shipped position modules enter on P(side) alone; " +
  "with --set position.options.minNetReturn=0 managed waits for an expected gain.";

/** @type {(facts: LayerFacts, direction: number) => HTMLElement} */
const signalLayer = ({ pLong, pShort, pNeutral, netLong, netShort, confidence }, direction) => {
  const silent = !Number.isFinite(pLong) && !Number.isFinite(pShort);
  const box = layer("L3", "Signal", silent);
  if (silent) return box;
  box.append(
    probabilityRow("P(long)", pLong, "var(--long)"),
    probabilityRow("P(short)", pShort, "var(--short)"),
    probabilityRow("P(neutral)", pNeutral, "var(--faint)"),
    probabilityRow("Confidence", confidence, "var(--strategy)"),
    element("h4", "", "Expected net return"),
  );
  const largest = Math.max(...[netLong, netShort].map(Math.abs).filter(Number.isFinite));
  for (const [name, value] of /** @type {const} */ ([
    ["long", netLong],
    ["short", netShort],
  ]))
    box.append(meter(name, signedPercent(value, 3), signedBar(value, largest)));
  if ((direction > 0 ? netLong : netShort) < 0) box.append(element("p", "note", ENTERED_A_LOSS));
  return box;
};

/** A name, a bar and a number. @type {(name: string, value: string, bar: HTMLElement) => HTMLElement} */
const meter = (name, value, bar) => {
  const row = element("div", "meter");
  row.append(element("span", "name", name), bar, element("span", "value", value));
  return row;
};

/** @type {(name: string, probability: number, colour: string) => HTMLElement} */
const probabilityRow = (name, probability, colour) => {
  const track = element("div", "probability-bar");
  const bar = element("i");
  bar.style.width = `${Number.isFinite(probability) ? 100 * Math.min(1, probability) : 0}%`;
  bar.style.background = colour;
  track.append(bar);
  return meter(name, percent(probability, 1), track);
};

/** @type {(facts: LayerFacts) => HTMLElement} */
const features = ({ features: values }) => {
  if (values === null) return element("p", "empty", "The page keeps no feature values of this trade: it has those of an even sample.");
  return values.length === 0 ? element("p", "empty", "No feature was known.") : featureTable(values);
};
