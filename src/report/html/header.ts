import type { RunRecord } from "../../record/runRecord.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { count, counted, decimal, duration, percent, range, shortIso, signed, signedPercent, times, utcTime } from "../page/format.js";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { pageTop, simulatedBanner } from "./pageParts.ts";
import { signClass } from "./tables.ts";

const SECTIONS = [
  ["equity", "Equity"],
  ["price", "Price"],
  ["layers", "Layers"],
  ["returns", "Returns"],
  ["costs", "Costs"],
  ["risk", "Risk"],
  ["trades", "Trades"],
  ["run", "Run"],
] as const;

/** Name, symbol and span, loud words about data that is not real, and the run's warnings; `layered`: the page says what layers said. */
export const headerSection = ({ identity, summary, trades, verdict }: RunRecord, layered: boolean): Markup => {
  const sections = SECTIONS.filter(([id]) => (id !== "costs" || trades.length > 0) && (id !== "layers" || layered));
  return html`
    <header class="top">
      ${pageTop("backtest report")}
      <h1>${identity.name}</h1>
      <p class="lead">
        <strong>${summary.symbol}</strong>
        <span>${shortIso(summary.from)} → ${shortIso(summary.to)} UTC</span>
        <span>${counted(summary.bars, "bar")}${summary.gapBars > 0 ? `, ${count(summary.gapBars)} missing` : ""}</span>
        <span>profile ${identity.profile}</span>
        ${identity.simulated ? null : html`<span>${identity.dataSource}</span>`}
      </p>
      <p class="verdict"><strong>Verdict</strong> ${verdict.sentence}.</p>
      ${simulatedBanner(identity)}
      ${identity.inSample === undefined ? null : html`<p class="banner" role="note"><strong>IN-SAMPLE.</strong> This run proves nothing: ${identity.inSample.join(" ")}</p>`}
      ${identity.warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
      <nav aria-label="Sections">${sections.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
    </header>
  `;
};

interface Tile {
  readonly name: string;
  readonly value: string;
  readonly tone: string;
  readonly note: string;
}

/** The ten figures that a trader asks for first. */
export const tilesSection = (record: RunRecord): Markup => html`
  <section class="tiles" aria-label="Key figures">
    ${tiles(record).map(
      (tile) =>
        html`<div class="tile">
          <h2>${tile.name}</h2>
          <p class="value ${tile.tone}">${tile.value}</p>
          <p class="note">${tile.note}</p>
        </div>`,
    )}
  </section>
`;

const tiles = ({ summary, trades, equity, intervals }: RunRecord): readonly Tile[] => {
  const longs = trades.filter((trade) => trade.side === "long").length;
  const costsUsdt = summary.feesUsdt + summary.fundingUsdt + summary.slippageUsdt;
  const held = (equity.at(-1)?.buyAndHoldUsdt ?? NaN) / summary.equityStartUsdt - 1;
  return [
    {
      name: "Total return",
      value: signedPercent(summary.totalReturn),
      tone: signClass(summary.totalReturn),
      note: `buy and hold ${signedPercent(held)}`,
    },
    {
      name: "Max drawdown",
      value: percent(summary.maxDrawdownAtBars),
      tone: signClass(summary.maxDrawdownAtBars),
      note: `at bars, for ${duration(summary.maxDrawdownAtBarsMinutes * MINUTE_MS)}; daily ${percent(summary.maxDrawdown)}`,
    },
    {
      name: "Sharpe",
      value: decimal(summary.sharpe),
      tone: "",
      note: `95%: ${range(intervals.sharpe)}; volatility ${percent(summary.volatility, 1)}`,
    },
    { name: "Sortino", value: decimal(summary.sortino), tone: "", note: `Calmar ${decimal(summary.calmar)}` },
    { name: "Trades", value: count(summary.trades), tone: "", note: `${count(longs)} long · ${count(trades.length - longs)} short` },
    {
      name: "Win rate",
      value: percent(summary.winRate, 1),
      tone: "",
      note: trades.length === 0 ? "no trades" : `${signed(summary.expectancyUsdt)} USDT a trade, 95%: ${range(intervals.expectancyUsdt)}`,
    },
    {
      name: "Profit factor",
      value: decimal(summary.profitFactor),
      tone: "",
      note: trades.length === 0 ? "no trades" : `holds ${duration(summary.meanHoldingMinutes * MINUTE_MS)} on average`,
    },
    { name: "Exposure", value: percent(summary.exposure, 1), tone: "", note: `turnover ${times(summary.turnover, 1)}` },
    {
      name: "Costs",
      value: `${decimal(costsUsdt)}`,
      tone: "",
      note: "USDT: fees, funding, slippage",
    },
    {
      name: "Halts",
      value: count(summary.halts),
      tone: summary.halts > 0 ? "halted" : "",
      note: summary.haltedAtMs === null ? "never halted" : `first ${utcTime(summary.haltedAtMs)}`,
    },
  ];
};
