// @ts-check
/** Charts of a walk-forward: equity, correlation by fold, calibration, age, what carries it. */
import { AXIS_PIXELS, markLines, mount, nameAxis, TIME_GRID, timeAxis, tone, tooltipStyle, tooltipTable, valueAxis } from "./charts.js";
import { count, decimal, exact, exactPercent, signedPercent, utcDay } from "./format.js";

/** @typedef {import("./walkModel.js").WalkModel} WalkModel */
/** @typedef {import("./theme.js").Palette} Palette */

/** Colours of lines, one after the other. @type {(palette: Palette) => string[]} */
const lineColours = (palette) => [palette.strategy, palette.benchmark, palette.long, palette.short, palette.stop];

/** @type {(palette: Palette) => object} */
const legendOf = (palette) => ({
  top: 0,
  left: AXIS_PIXELS,
  icon: "roundRect",
  itemHeight: 3,
  itemWidth: 18,
  textStyle: { color: palette.soft, fontSize: 11 },
});

/** @type {(value: number) => string} */
const threeDecimals = (value) => decimal(value, 3);

/** Bars of 95 % intervals at `[x, low, high]`. @type {(data: readonly (readonly [number, number, number])[], colour: string, lying?: boolean) => object} */
const intervalBars = (data, colour, lying = false) => ({
  type: "custom",
  silent: true,
  tooltip: { show: false },
  legendHoverLink: false,
  z: 3,
  data,
  encode: lying ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
  renderItem: (/** @type {any} */ _params, /** @type {any} */ api) => {
    const [low, high] = [1, 2].map((at) => api.coord(lying ? [api.value(at), api.value(0)] : [api.value(0), api.value(at)]));
    return {
      type: "line",
      shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] },
      style: { stroke: colour, lineWidth: 2, opacity: 0.45 },
    };
  },
});

/** @type {(model: WalkModel) => void} */
export const mountWalkEquity = ({ equity, folds, foldReturns }) => {
  mount("walk-equity", (palette) => {
    const [fromMs, toMs] = [equity[0]?.points[0]?.[0] ?? 0, equity[0]?.points.at(-1)?.[0] ?? 0];
    const colours = lineColours(palette);
    const axis = timeAxis(palette, fromMs, toMs);
    return {
      color: colours,
      legend: legendOf(palette),
      grid: [
        { ...TIME_GRID, top: 30, bottom: 150 },
        { ...TIME_GRID, height: 84, bottom: 34 },
      ],
      tooltip: {
        ...tooltipStyle(palette),
        trigger: "axis",
        formatter: (/** @type {any} */ items) => walkTooltip(items),
      },
      xAxis: [
        { ...axis, gridIndex: 0, axisLabel: { show: false } },
        { ...axis, gridIndex: 1 },
      ],
      yAxis: [valueAxis(palette, exact, { gridIndex: 0, scale: true }), valueAxis(palette, exactPercent, { gridIndex: 1, splitNumber: 2 })],
      series: [
        ...equity.map(({ name, points }, index) => ({
          type: "line",
          name,
          data: points,
          showSymbol: false,
          lineStyle: { width: index === 0 ? 2 : 1.3 },
          z: 5 - index,
          ...(index === 0
            ? {
                markLine: {
                  .../** @type {any} */ (
                    markLines(
                      palette,
                      folds.map(({ testFromMs }) => ({ xAxis: testFromMs })),
                    )
                  ),
                  silent: true,
                  label: { show: false },
                  lineStyle: { color: palette.faint, type: "dashed", width: 1, opacity: 0.9 },
                },
              }
            : {}),
        })),
        {
          type: "bar",
          name: "Fold",
          xAxisIndex: 1,
          yAxisIndex: 1,
          barMaxWidth: 26,
          data: folds.map(({ testFromMs }, index) => {
            const value = foldReturns[index] ?? null;
            const end = folds[index + 1]?.testFromMs ?? toMs;
            return { value: [(testFromMs + end) / 2, value], itemStyle: { color: tone(value ?? 0, palette), opacity: 0.85 } };
          }),
        },
      ],
    };
  });
};

/** @type {(items: any[]) => string} */
const walkTooltip = (items) =>
  tooltipTable(
    utcDay(items[0]?.axisValue ?? NaN),
    items.map((item) => [item.seriesName, item.seriesName === "Fold" ? signedPercent(item.value[1]) : `${decimal(item.value[1])} USDT`]),
  );

/** @type {(model: WalkModel) => void} */
export const mountWalkIc = ({ folds, lines }) => {
  mount("walk-ic", (palette) => ({
    color: lineColours(palette),
    legend: legendOf(palette),
    grid: { left: AXIS_PIXELS, right: 18, top: 30, bottom: 28 },
    tooltip: {
      ...tooltipStyle(palette),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: palette.faint, opacity: 0.14 } },
      formatter: (/** @type {any} */ items) =>
        tooltipTable(
          items[0]?.name ?? "",
          items.map((/** @type {any} */ item) => [item.seriesName, threeDecimals(item.value ?? NaN)]),
        ),
    },
    xAxis: nameAxis(
      palette,
      folds.map(({ name }) => name),
      { axisLine: { onZero: false, lineStyle: { color: palette.line } } },
    ),
    yAxis: valueAxis(palette, threeDecimals),
    series: lines.map((name, line) => ({ type: "bar", name, barMaxWidth: 18, data: folds.map(({ ic }) => ic[line] ?? null) })),
  }));
};

/** @type {(model: WalkModel) => void} */
export const mountWalkCurve = ({ curves }) => {
  mount("walk-curve", (palette) => {
    const said = curves.flatMap(({ points }) => points.map((point) => point.said));
    const ends = [Math.min(0, ...said), Math.max(0, ...said)];
    const named = { nameTextStyle: { color: palette.soft, fontSize: 11 }, nameLocation: "middle" };
    const colours = lineColours(palette);
    const bp = (/** @type {number} */ value) => decimal(value * 1e4, 1);
    return {
      color: colours,
      legend: { ...legendOf(palette), data: curves.map(({ name }) => name) },
      grid: { left: AXIS_PIXELS, right: 18, top: 30, bottom: 46 },
      tooltip: {
        ...tooltipStyle(palette),
        trigger: "item",
        formatter: (/** @type {any} */ item) => {
          const point = curves[item.seriesIndex]?.points[item.dataIndex];
          return point === undefined
            ? ""
            : tooltipTable(item.seriesName, [
                ["Said, bp", bp(point.said)],
                ["Came, bp", bp(point.realised)],
                ["95% interval, bp", `${bp(point.interval[0])} to ${bp(point.interval[1])}`],
                ["Rows", count(point.rows)],
              ]);
        },
      },
      xAxis: valueAxis(palette, bp, { ...named, name: "said, bp", nameGap: 28, splitLine: { show: false }, scale: true }),
      yAxis: valueAxis(palette, bp, { ...named, name: "came, bp", nameGap: 46, scale: true }),
      series: [
        ...curves.map(({ name, points }) => ({
          type: "line",
          name,
          symbolSize: 8,
          lineStyle: { width: 1 },
          z: 4,
          data: points.map((point) => [point.said, point.realised]),
        })),
        ...curves.map(({ points }, index) =>
          intervalBars(
            points.map((point) => [point.said, point.interval[0], point.interval[1]]),
            colours[index % colours.length] ?? palette.strategy,
          ),
        ),
        {
          type: "line",
          silent: true,
          tooltip: { show: false },
          showSymbol: false,
          lineStyle: { color: palette.faint, type: "dashed", width: 1.3 },
          data: ends.map((end) => [end, end]),
        },
      ],
    };
  });
};

/** @type {(model: WalkModel) => void} */
export const mountWalkDecay = ({ decay }) => {
  mount("walk-decay", (palette) => {
    const names = [...new Set(decay.map(({ name }) => name))];
    const colours = lineColours(palette);
    const of = (/** @type {string} */ name) => decay.filter((each) => each.name === name);
    return {
      color: colours,
      legend: { ...legendOf(palette), data: names },
      grid: { left: AXIS_PIXELS, right: 18, top: 48, bottom: 46 },
      tooltip: {
        ...tooltipStyle(palette),
        trigger: "item",
        formatter: (/** @type {any} */ item) => {
          const age = of(names[item.seriesIndex] ?? "")[item.dataIndex];
          return age === undefined
            ? ""
            : tooltipTable(age.name, [
                ["Steps later", count(age.stepsLater)],
                ["IC", threeDecimals(age.value)],
                ["95% interval", age.interval.map(threeDecimals).join(" to ")],
              ]);
        },
      },
      xAxis: valueAxis(palette, exact, {
        name: "steps later",
        nameLocation: "middle",
        nameGap: 28,
        minInterval: 1,
        splitLine: { show: false },
      }),
      yAxis: valueAxis(palette, threeDecimals),
      series: [
        ...names.map((name) => ({ type: "line", name, symbolSize: 8, data: of(name).map((age) => [age.stepsLater, age.value]) })),
        ...names.map((name, index) =>
          intervalBars(
            of(name).map((age) => [age.stepsLater, age.interval[0], age.interval[1]]),
            colours[index % colours.length] ?? palette.strategy,
          ),
        ),
      ],
    };
  });
};

/** @type {(model: WalkModel) => void} */
export const mountWalkCarries = ({ carries }) => {
  mount("walk-carries", (palette) => {
    const rows = [...carries].sort((a, b) => a.value - b.value);
    return {
      grid: { left: 148, right: 24, top: 8, bottom: 28 },
      tooltip: {
        ...tooltipStyle(palette),
        trigger: "item",
        formatter: (/** @type {any} */ item) => {
          const row = rows[item.dataIndex];
          return row === undefined
            ? ""
            : tooltipTable(row.group, [
                ["Columns", count(row.columns)],
                ["IC lost", threeDecimals(row.value)],
                ["95% interval", row.interval.map(threeDecimals).join(" to ")],
              ]);
        },
      },
      xAxis: valueAxis(palette, threeDecimals),
      yAxis: nameAxis(
        palette,
        rows.map(({ group }) => group),
        { axisLabel: { color: palette.soft, fontSize: 11, interval: 0, width: 136, overflow: "truncate" } },
      ),
      series: [
        {
          type: "bar",
          barMaxWidth: 16,
          data: rows.map(({ value }) => ({ value, itemStyle: { color: tone(value, palette), opacity: 0.85 } })),
        },
        intervalBars(
          rows.map(({ interval }, index) => [index, interval[0], interval[1]]),
          palette.ink,
          true,
        ),
      ],
    };
  });
};
