import type { RunRecord } from "../../runRecord.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import { count, counted, decimal, duration, percent, signed, signedPercent, utcTime } from "../page/format.js";
import { html } from "./markup.ts";
import type { Markup } from "./markup.ts";
import { signClass } from "./tables.ts";

/** Name, symbol and span, loud words about data that is not real, and the run's warnings. */
export const headerSection = ({ identity, summary }: RunRecord): Markup => html`
  <header class="top">
    <div class="top-row">
      <p class="brand">Riposte <span>backtest report</span></p>
      <button type="button" class="theme-button" data-theme-button aria-label="Switch between light and dark">◐</button>
    </div>
    <h1>${identity.name}</h1>
    <p class="lead">
      <strong>${summary.symbol}</strong>
      <span>${spanText(summary.from)} → ${spanText(summary.to)} UTC</span>
      <span>${counted(summary.bars, "bar")}${summary.gapBars > 0 ? `, ${count(summary.gapBars)} missing` : ""}</span>
      <span>profile ${identity.profile}</span>
      ${identity.simulated ? null : html`<span>${identity.dataSource}</span>`}
    </p>
    ${identity.simulated ? html`<p class="banner" role="note"><strong>Simulated market, not real prices.</strong> Nothing here says anything about a real market. Source: ${identity.dataSource}.</p>` : null}
    ${identity.warnings.map((warning) => html`<p class="warning" role="note">${warning}</p>`)}
    <nav aria-label="Sections">
      <a href="#equity">Equity</a><a href="#price">Price</a><a href="#returns">Returns</a><a href="#costs">Costs</a><a href="#risk">Risk</a
      ><a href="#trades">Trades</a><a href="#run">Run</a>
    </nav>
  </header>
`;

/** An ISO time as the page writes times: without the zone, without a clock that says 00:00. */
const spanText = (text: string): string =>
  text
    .replace(/T00:00(:00(\.0+)?)?Z?$/, "")
    .replace("T", " ")
    .replace(/(:00)?(\.0+)?Z$/, "");

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

const tiles = ({ summary, trades, equity }: RunRecord): readonly Tile[] => {
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
      value: percent(-Math.abs(summary.maxDrawdown)),
      tone: signClass(-Math.abs(summary.maxDrawdown)),
      note: `longest ${counted(summary.maxDrawdownDays, "day")}`,
    },
    { name: "Sharpe", value: decimal(summary.sharpe), tone: "", note: `volatility ${percent(summary.volatility, 1)} a year` },
    { name: "Sortino", value: decimal(summary.sortino), tone: "", note: `Calmar ${decimal(summary.calmar)}` },
    { name: "Trades", value: count(summary.trades), tone: "", note: `${count(longs)} long · ${count(trades.length - longs)} short` },
    { name: "Win rate", value: percent(summary.winRate, 1), tone: "", note: `${signed(summary.expectancyUsdt)} USDT a trade` },
    {
      name: "Profit factor",
      value: decimal(summary.profitFactor),
      tone: "",
      note: `holds ${duration(summary.meanHoldingMinutes * MINUTE_MS)} on average`,
    },
    { name: "Exposure", value: percent(summary.exposure, 1), tone: "", note: `turnover ${decimal(summary.turnover, 1)}×` },
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
