// @ts-check
/** Feature values of one decision: searched by name, the largest first. */
import { element } from "./elements.js";
import { count, decimal, NONE } from "./format.js";

/** @typedef {import("./layerFacts.js").FeatureValue} FeatureValue */

/** The search that was typed last holds for the next trade, too. */
let wanted = "";

/** A number with three significant digits. @type {(value: number) => string} */
export const threeDigits = (value) => {
  if (value === 0 || !Number.isFinite(value)) return Number.isFinite(value) ? "0" : NONE;
  return decimal(value, Math.max(0, Math.min(10, 2 - Math.floor(Math.log10(Math.abs(value))))));
};

/** @type {(features: readonly FeatureValue[]) => HTMLElement} */
export const featureTable = (features) => {
  const box = element("div", "features");
  const head = element("div", "card-head");
  const found = element("span", "note");
  const search = element("input");
  search.type = "search";
  search.placeholder = "Search features";
  search.ariaLabel = "Search features";
  search.value = wanted;
  const controls = element("div", "controls");
  controls.append(found, search);
  head.append(element("h3", "", "Features"), controls);
  const body = element("tbody");
  const table = element("table", "feature-table");
  table.append(body);
  const scroll = element("div", "table-box scroll-box");
  scroll.tabIndex = 0;
  scroll.append(table);
  const largest = Math.abs(features[0]?.value ?? 0);
  const fill = () => {
    wanted = search.value;
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = features.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
    body.replaceChildren(...shown.map((feature) => featureRow(feature, largest)));
    found.textContent =
      shown.length === features.length ? `${count(features.length)} known` : `${count(shown.length)} of ${count(features.length)}`;
  };
  search.addEventListener("input", fill);
  fill();
  box.append(head, scroll);
  return box;
};

/** @type {(feature: FeatureValue, largest: number) => HTMLElement} */
const featureRow = ({ name, unit, value }, largest) => {
  const row = element("tr");
  const title = element("th");
  title.scope = "row";
  title.append(element("code", "", name));
  const bar = element("td", "bar");
  bar.append(signedBar(value, largest));
  row.append(title, bar, element("td", "number", threeDigits(value)), element("td", "unit", unit));
  return row;
};

/** A bar from the middle to the left or right. @type {(value: number, largest: number) => HTMLElement} */
export const signedBar = (value, largest) => {
  const track = element("div", "signed-bar");
  const bar = element("i", value < 0 ? "below" : "above");
  bar.style.width = `${Number.isFinite(value) && largest > 0 ? Math.min(50, (50 * Math.abs(value)) / largest) : 0}%`;
  track.append(bar);
  return track;
};
