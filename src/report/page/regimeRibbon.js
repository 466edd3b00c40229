// @ts-check
/** The market's state under the price: a ribbon with a colour for each L1 state, in the time axis of the price. */
import { tooltipTable } from "./charts.js";
import { lowerBound } from "./columns.js";
import { duration, MINUTE_MS, utcTime } from "./format.js";
import { at } from "./model.js";
import { joinRuns } from "./runs.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./theme.js").Palette} Palette */
/** @typedef {Model["regimes"][number]} RegimeRows */

export const RIBBON_PIXELS = 14;
/** Narrower stretches of a state are merged. */
const RUN_PIXELS = 1.5;

/** @type {(model: Model, symbol: number) => RegimeRows | undefined} */
export const regimesOf = (model, symbol) => model.regimes.find((series) => series.symbol === symbol);

/** Name of a state. @type {(model: Model, state: number) => string} */
export const regimeName = (model, state) => (state < 0 ? "unknown" : (model.regimeStates[state] ?? `state ${state}`));

/** Name of the state that held at a time, the last one to its very end. @type {(model: Model, runs: RegimeRows, timeMs: number) => string} */
export const regimeAt = (model, runs, timeMs) => {
  const last = runs.state.length - 1;
  const run = timeMs === runs.toMs[last] ? last : lowerBound(runs.toMs, timeMs + 1);
  return regimeName(model, run <= last && at(runs.fromMs, run) <= timeMs ? at(runs.state, run) : -1);
};

/** The ribbon's series for a span in a chart of that width; unknown stretches stay empty.
 * @type {(model: Model, palette: Palette, symbol: number, fromMs: number, toMs: number, widthPixels: number) => object[]} */
export const regimeRibbon = (model, palette, symbol, fromMs, toMs, widthPixels) => {
  if (model.regimes.length === 0) return [];
  const runs = regimesOf(model, symbol) ?? { fromMs: [], toMs: [], state: [] };
  const pixelMs = (RUN_PIXELS * (toMs - fromMs)) / Math.max(200, widthPixels);
  const cellMs = pixelMs <= MINUTE_MS ? 0 : Math.ceil(pixelMs / MINUTE_MS) * MINUTE_MS;
  const shown = joinRuns(runs, cellMs, lowerBound(runs.toMs, fromMs), lowerBound(runs.fromMs, toMs));
  return [
    {
      type: "custom",
      id: "regimes",
      xAxisIndex: 1,
      yAxisIndex: 1,
      z: 3,
      clip: true,
      cursor: "default",
      dimensions: ["fromMs", "toMs", "state", "nothing"],
      encode: { x: [0, 1], y: 3 },
      data: shown.state.flatMap((state, run) => (state < 0 ? [] : [[at(shown.fromMs, run), at(shown.toMs, run), state, 0.5]])),
      tooltip: { formatter: (/** @type {any} */ item) => regimeTooltip(model, item.value, cellMs) },
      renderItem: (/** @type {any} */ params, /** @type {any} */ api) => {
        const area = params.coordSys;
        const left = Math.max(area.x, api.coord([api.value(0), 0])[0]);
        const right = Math.min(area.x + area.width, api.coord([api.value(1), 0])[0]);
        if (right < left) return null;
        const fill = palette.regimes[api.value(2)] ?? palette.faint;
        return { type: "rect", shape: { x: left, y: area.y, width: Math.max(1, right - left), height: area.height }, style: { fill } };
      },
    },
  ];
};

/** @type {(model: Model, value: readonly [number, number, number], cellMs: number) => string} */
const regimeTooltip = (model, [fromMs, toMs, state], cellMs) =>
  tooltipTable(regimeName(model, state), [
    ["From", `${utcTime(fromMs)} UTC`],
    ["To", `${utcTime(toMs)} UTC`],
    ["Lasted", duration(toMs - fromMs)],
    ...(cellMs > 0 ? [/** @type {const} */ (["Drawn", `longest state of each ${duration(cellMs)}`])] : []),
  ]);
