// @ts-check
/** The heat map of a sweep: one figure over any two keys; where other keys vary too, their runs are joined. */
import { allCharts, mount, nameAxis, tooltipStyle, tooltipTable } from "./charts.js";
import { count, decimal, percent } from "./format.js";

/** @typedef {import("./sweepModel.js").SweepModel} SweepModel */
/** @typedef {import("./theme.js").Palette} Palette */

/** Cells with their number in them; more would not be legible. */
const LABELLED_CELLS = 240;

/** Figures of which less is better, so that `best` and `worst` mean what they say. A drawdown is ≤ 0: more is better. */
const LESS_IS_BETTER = ["feesUsdt", "halts"];
const DIVERGING = ["sharpe", "sortino", "totalReturn"];

/** @type {(id: string, value: number) => string} */
const printFigure = (id, value) => {
  if (["totalReturn", "maxDrawdown", "winRate", "exposure"].includes(id)) return percent(value, 1);
  if (["trades", "halts"].includes(id)) return count(value);
  return decimal(value);
};

/** @type {(values: readonly number[], how: number, lessIsBetter: boolean) => number} */
const joined = (values, how, lessIsBetter) => {
  const sorted = [...values].sort((a, b) => (lessIsBetter ? b - a : a - b));
  const middle = (sorted.length - 1) / 2;
  if (how === 1) return sorted[sorted.length - 1] ?? NaN;
  if (how === 2) return sorted[0] ?? NaN;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
};

/** Cells `[x, y, value, runs]` of the map. `y` < 0: one row.
 * @type {(model: SweepModel, figure: number, x: number, y: number, how: number) => [number, number, number, number][]} */
const heatCells = ({ runs, figures }, figure, x, y, how) => {
  /** @type {Map<string, { at: [number, number], values: number[] }>} */
  const cells = new Map();
  for (const run of runs) {
    const value = run.figures[figure];
    if (value === null || value === undefined) continue;
    const at = /** @type {[number, number]} */ ([run.at[x] ?? 0, y < 0 ? 0 : (run.at[y] ?? 0)]);
    const cell = cells.get(at.join()) ?? { at, values: [] };
    cells.set(at.join(), cell);
    cell.values.push(value);
  }
  const lessIsBetter = LESS_IS_BETTER.includes(figures[figure]?.id ?? "");
  return [...cells.values()].map(({ at, values }) => [...at, joined(values, how, lessIsBetter), values.length]);
};

/** Blue over a pale middle to vermilion for what has a sign, one hue for the rest: told apart with any common colour blindness.
 * @type {(id: string, values: readonly number[], palette: Palette) => { min: number, max: number, inRange: object }} */
const scaleOf = (id, values, palette) => {
  const largest = Math.max(...values.map(Math.abs), 1e-12);
  if (DIVERGING.includes(id)) return { min: -largest, max: largest, inRange: { color: [palette.loss, palette.hover, palette.profit] } };
  const [min, max] = [Math.min(...values), Math.max(...values)];
  if (id === "maxDrawdown") return { min: Math.min(min, -1e-12), max: 0, inRange: { color: [palette.loss, palette.hover] } };
  const hue = LESS_IS_BETTER.includes(id) ? palette.loss : palette.profit;
  return { min, max: max > min ? max : min + 1e-12, inRange: { color: [palette.hover, hue] } };
};

/** @type {(model: SweepModel) => void} */
export const mountHeatMap = (model) => {
  /** @type {(name: string) => HTMLSelectElement | null} */
  const control = (name) => document.querySelector(`[data-map="${name}"]`);
  const chosen = (/** @type {string} */ name, fallback = 0) => Number(control(name)?.value ?? fallback);
  const down = control("y");
  if (down !== null) down.value = "1";

  const optionOf = (/** @type {Palette} */ palette) => {
    const [figure, x, y, how] = [chosen("figure"), chosen("x"), chosen("y", -1), chosen("join")];
    const id = model.figures[figure]?.id ?? "";
    const label = model.figures[figure]?.label ?? "";
    const cells = heatCells(model, figure, x, y, how);
    const [across, downwards] = [model.keys[x], y < 0 || y === x ? undefined : model.keys[y]];
    const values = cells.map((cell) => cell[2]);
    const scale = scaleOf(id, values, palette);
    const note = document.querySelector("[data-map-note]");
    const most = Math.max(0, ...cells.map((cell) => cell[3]));
    if (note !== null)
      note.textContent =
        most > 1 ? `${label}: the ${["median", "best", "worst"][how]} of up to ${count(most)} runs a cell.` : `${label}, one run a cell.`;
    return {
      grid: { left: 16, right: 24, top: 34, bottom: 64, containLabel: true },
      tooltip: {
        ...tooltipStyle(palette),
        formatter: (/** @type {{ data: [number, number, number, number] }} */ { data }) =>
          tooltipTable(`${label} ${printFigure(id, data[2])}`, [
            [across?.key ?? "", across?.values[data[0]] ?? ""],
            ...(downwards === undefined ? [] : [/** @type {[string, string]} */ ([downwards.key, downwards.values[data[1]] ?? ""])]),
            ["runs", count(data[3])],
          ]),
      },
      xAxis: nameAxis(palette, across?.values ?? [], {
        name: across?.key,
        nameLocation: "middle",
        nameGap: 26,
        splitArea: { show: false },
      }),
      yAxis: nameAxis(palette, downwards?.values ?? [""], {
        name: downwards?.key ?? "",
        nameLocation: "end",
        nameTextStyle: { align: "left" },
      }),
      visualMap: {
        ...scale,
        dimension: 2,
        calculable: false,
        orient: "horizontal",
        left: "center",
        bottom: 0,
        itemHeight: 160,
        itemWidth: 10,
        textStyle: { color: palette.soft, fontSize: 11 },
        text: [printFigure(id, scale.max), printFigure(id, scale.min)],
      },
      series: [
        {
          type: "heatmap",
          data: y === x ? cells.map(([at, , value, runs]) => [at, 0, value, runs]) : cells,
          itemStyle: { borderColor: palette.card, borderWidth: 1 },
          label: {
            show: cells.length <= LABELLED_CELLS,
            color: palette.ink,
            textBorderColor: palette.card,
            textBorderWidth: 2,
            fontSize: 11,
            formatter: (/** @type {{ data: [number, number, number, number] }} */ { data }) => printFigure(id, data[2]),
          },
          emphasis: { itemStyle: { borderColor: palette.ink, borderWidth: 1 } },
        },
      ],
    };
  };
  mount("heat", optionOf);
  for (const name of ["figure", "x", "y", "join"])
    control(name)?.addEventListener("change", () => allCharts().forEach((one) => one.draw()));
};
