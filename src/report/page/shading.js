// @ts-check
/** Spans of time as shaded bands behind a chart. */

/** @typedef {{ fromMs: number, toMs: number }} Span */

/** A series that shades the whole height of a grid over each span, at least 1.5 pixels wide so that none is lost.
 * @type {(name: string, id: string, grid: number, colour: string, opacity: number, spans: readonly Span[]) => object} */
export const shadedSpans = (name, id, grid, colour, opacity, spans) => ({
  type: "custom",
  name,
  id,
  xAxisIndex: grid,
  yAxisIndex: grid,
  silent: true,
  tooltip: { show: false },
  z: 1,
  clip: true,
  itemStyle: { color: colour },
  dimensions: ["fromMs", "toMs", "nothing"],
  encode: { x: [0, 1], y: 2 },
  data: spans.map((span) => [span.fromMs, span.toMs, NaN]),
  renderItem: (/** @type {any} */ params, /** @type {any} */ api) => {
    const area = params.coordSys;
    const left = Math.max(area.x, api.coord([api.value(0), 0])[0]);
    const right = Math.min(area.x + area.width, api.coord([api.value(1), 0])[0]);
    if (right < left) return null;
    return {
      type: "rect",
      shape: { x: left, y: area.y, width: Math.max(1.5, right - left), height: area.height },
      style: { fill: colour, opacity },
    };
  },
});

/** Spans joined where they touch or overlap, in time order. @type {(spans: readonly Span[]) => Span[]} */
export const joined = (spans) => {
  /** @type {Span[]} */
  const result = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const last = result.at(-1);
    if (last !== undefined && span.fromMs <= last.toMs)
      result[result.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, span.toMs) };
    else result.push({ fromMs: span.fromMs, toMs: span.toMs });
  }
  return result;
};
