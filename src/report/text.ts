import { MINUTE_MS } from "../domain/units.ts";
import type { RunRecord } from "../record/runRecord.ts";
import { BREAKDOWNS, breakdowns } from "./figures/breakdowns.ts";
import { moneyFlow } from "./figures/moneyFlow.ts";
import { shadowText } from "./figures/shadowText.ts";
import { targetYears } from "./figures/targetYears.ts";
import { NOTHING_COMPARED, sentNone } from "../record/outcomes/fillQuality.ts";
import { count, counted, decimal, duration, percent, range, shortIso, signed, signedPercent, times, utcTime } from "./page/format.js";

interface SummaryTextOptions {
  /** ANSI colours: for a terminal only. */
  readonly colour?: boolean;
  /** Where the report is, for the last line; left out when none was written. */
  readonly reportPath?: string;
}

type Paint = (text: string, style: "bold" | "dim" | "profit" | "loss" | "loud") => string;
type Line = readonly [label: string, ...parts: readonly string[]];

/** Exit reasons, refusing rules and codes listed; the rest is summed up as `more`. */
const MOST_LISTED = 12;
const LABEL_WIDTH = 11;
const WIDTH_MAX = 110;
const STYLES = { bold: "1", dim: "2", profit: "34", loss: "33", loud: "1;33" } as const;

/**
 * What `backtest` prints when it is done: a topic a line (or more, of at most 110 characters), the label first, money in USDT, times
 * in UTC. No box, no colour unless asked for; ends with a line break.
 */
export const summaryText = (record: RunRecord, { colour = false, reportPath }: SummaryTextOptions = {}): string => {
  const paint: Paint = colour ? (text, style) => `\u001b[${STYLES[style]}m${text}\u001b[0m` : (text) => text;
  const { identity } = record;
  const lines: readonly Line[] = [
    ...returnLines(record, paint),
    ...tradeLines(record, paint),
    ...fillLines(record),
    ...riskLines(record),
    ...memberLines(record),
    ...shadowLines(record),
    ...runLines(record, reportPath),
  ];
  return [
    "",
    headline(record, paint),
    ...(identity.simulated ? [paint(`!! SIMULATED MARKET, NOT REAL PRICES: ${printable(identity.dataSource)}`, "loud")] : []),
    ...(identity.inSample ?? []).map((line) => paint(`!! IN-SAMPLE: ${printable(line)}`, "loud")),
    ...identity.warnings.map((warning) => paint(`!  ${printable(warning)}`, "loud")),
    "",
    ...lines.flatMap((line) => topic(line, paint)),
    "",
  ].join("\n");
};

/** A topic's lines: parts three blanks apart, broken between parts or behind a comma or colon, the label before the first line. */
const topic = ([label, ...parts]: Line, paint: Paint): string[] => {
  const lines = [""];
  for (const part of parts.filter((text) => text !== ""))
    for (const [at, piece] of part.split(/(?<=[,:]) /).entries()) {
      const line = lines.at(-1) as string;
      const longer = line === "" ? piece : `${line}${at === 0 ? "   " : " "}${piece}`;
      if (line === "" || LABEL_WIDTH + 1 + unpainted(longer).length <= WIDTH_MAX) lines[lines.length - 1] = longer;
      else lines.push(piece);
    }
  return lines.map((line, at) => `${paint((at === 0 ? label : "").padEnd(LABEL_WIDTH), "dim")} ${line}`);
};

const unpainted = (text: string): string => text.replace(/\u001b\[[\d;]*m/g, "");

const headline = ({ identity, summary }: RunRecord, paint: Paint): string =>
  [
    paint(printable(`${identity.name}  ${summary.symbol}`), "bold"),
    `${shortIso(summary.from)} → ${shortIso(summary.to)} UTC`,
    `profile ${printable(identity.profile)}`,
    ...(identity.simulated ? [] : [printable(identity.dataSource)]),
  ].join("   ");

const returnLines = ({ summary, equity, verdict, intervals, targets }: RunRecord, paint: Paint): readonly Line[] => {
  const bySign = (text: string, value: number): string => (value > 0 ? paint(text, "profit") : value < 0 ? paint(text, "loss") : text);
  const held = (equity.at(-1)?.buyAndHoldUsdt ?? NaN) / summary.equityStartUsdt - 1;
  return [
    [
      "Equity",
      `${decimal(summary.equityStartUsdt)} → ${decimal(summary.equityEndUsdt)} USDT`,
      bySign(signedPercent(summary.totalReturn), summary.totalReturn),
      `buy and hold ${signedPercent(held)}`,
    ],
    [
      "Returns",
      `CAGR ${signedPercent(summary.cagr)}`,
      `volatility ${percent(summary.volatility)}`,
      `Sharpe ${decimal(summary.sharpe)}`,
      `Sortino ${decimal(summary.sortino)}`,
      `Calmar ${decimal(summary.calmar)}`,
    ],
    [
      "Risk",
      `max drawdown ${percent(summary.maxDrawdownAtBars)} at bars, for ${duration(summary.maxDrawdownAtBarsMinutes * MINUTE_MS)}`,
      `${percent(summary.maxDrawdown)} of days, for ${counted(summary.maxDrawdownDays, "day")}`,
      `a day at 95%: VaR ${percent(summary.valueAtRisk95)}, CVaR ${percent(summary.conditionalValueAtRisk95)}`,
    ],
    ["Verdict", verdict.sentence],
    ["95% range", `Sharpe ${range(intervals.sharpe)}`, `a trade ${range(intervals.expectancyUsdt)} USDT`],
    ...targetLines(targets),
  ];
};

/** A line for each calendar year. */
const targetLines = (targets: RunRecord["targets"]): readonly Line[] =>
  targetYears(targets).map(({ year, figures }, i) => [
    i === 0 ? "Targets" : "",
    year,
    ...figures.map(({ name, target, measured, met }) => `${name} ${measured} (${target}) ${met}`),
  ]);

const tradeLines = (record: RunRecord, paint: Paint): readonly Line[] => {
  const { summary, trades } = record;
  if (trades.length === 0)
    return [["Trades", `${paint("none", "bold")}: ${printable(summary.noTradeReason ?? "nothing was bought or sold")}`]];
  const longs = trades.filter((trade) => trade.side === "long").length;
  const exits =
    breakdowns(
      trades,
      BREAKDOWNS.filter((spec) => spec.id === "exitReason"),
    )[0]?.rows ?? [];
  const byCount = [...exits].sort((a, b) => b.trades - a.trades);
  return [
    [
      "Trades",
      `${count(summary.trades)}: ${count(longs)} long, ${count(trades.length - longs)} short`,
      `win rate ${percent(summary.winRate, 1)}`,
      `profit factor ${decimal(summary.profitFactor)}`,
      `${signed(summary.expectancyUsdt)} USDT each`,
    ],
    [
      "Exposure",
      `${percent(summary.exposure, 1)} of the time`,
      `held ${duration(summary.meanHoldingMinutes * MINUTE_MS)} on average`,
      `turnover ${times(summary.turnover, 1)}`,
    ],
    ["Money", ...moneyFlow(summary).map((step) => `${step.name.toLowerCase()} ${signed(step.amountUsdt)}`), "USDT"],
    ["Exits", listed(byCount.map((row) => [`${printable(row.group)} ${count(row.trades)} (${signed(row.pnlUsdt)})`, row.trades]))],
  ];
};

/** A line for each way of filling, where they were compared. */
const fillLines = ({ fillModes = [] }: RunRecord): readonly Line[] => {
  if (sentNone(fillModes)) return [["Filled on", NOTHING_COMPARED]];
  return fillModes.map((row, i) => [
    i === 0 ? "Filled on" : "",
    row.fillOn.padEnd(6),
    `${count(row.orders)} orders, ${count(row.missed)} missed, ${percent(row.filledShare, 1)} filled`,
    `slippage ${signed(row.slippageBps)} bp, taken ${signed(row.takerSlippageBps)}`,
    `median wait ${Number.isNaN(row.medianFillMs) ? "–" : `${decimal(row.medianFillMs / 1000)} s`}`,
    `net ${signed(row.netUsdt)} USDT`,
  ]);
};

const riskLines = (record: RunRecord): readonly Line[] => {
  const { summary, refusals } = record;
  const byCount = [...refusals].sort((a, b) => b.count - a.count);
  const rules = listed(byCount.map((refusal) => [`${printable(refusal.rule)} ${count(refusal.count)}`, refusal.count]));
  return [
    ["Halts", ...haltParts(record)],
    ["Refused", `${counted(summary.riskRefusals, "plan")}${rules === "" ? "" : `: ${rules}`}`],
    ["Rejected", ...rejectionParts(record)],
  ];
};

/** Where others than rules may speak: who did and when, and why a rule did in a member's place. */
const memberLines = ({ members }: RunRecord): readonly Line[] => {
  if (members === undefined) return [];
  const lines = members.spoke.flatMap(({ layer, member, symbol, bars, fromMs, toMs }) => [
    [
      `${layer}: ${printable(member)}${symbol === undefined ? "" : ` on ${symbol}`}`,
      counted(bars, "bar"),
      `${utcTime(fromMs)} → ${utcTime(toMs)}`,
    ],
  ]);
  const fell = members.fellBack.map(({ layer, reason, bars }) => [`${layer}: fell back`, counted(bars, "bar"), printable(reason)]);
  return [...lines, ...fell].map((parts, i) => [i === 0 ? "Members" : "", ...parts]);
};

/** What came of each challenger; the first of many. */
const shadowLines = ({ shadows }: RunRecord): readonly Line[] => {
  const results = shadows?.results ?? [];
  const lines = results.slice(0, MOST_LISTED).map((result) => `${result.layer}: ${printable(shadowText(result))}`);
  const rest = results.length - lines.length;
  return [...lines, ...(rest > 0 ? [`and ${rest} more in summary.json`] : [])].map((line, i) => [
    i === 0 ? "Shadows" : "",
    ...line.split(/(?<=;) /),
  ]);
};

/** Orders that the venue refused: the most frequent codes, each with the venue's words at the first of them. */
const rejectionParts = ({ summary, rejections }: RunRecord): readonly string[] => {
  const all = `${counted(summary.ordersRejected, "order")} by the venue`;
  const told = rejections.slice(0, MOST_LISTED).map(({ code, count: times, reason }) => `${code} ${count(times)} (${printable(reason)})`);
  const rest = rejections.slice(MOST_LISTED).reduce((sum, each) => sum + each.count, 0);
  return [told.length === 0 ? all : `${all}: ${told[0] as string}`, ...told.slice(1), rest > 0 ? `more ${count(rest)}` : ""];
};

const haltParts = ({ summary }: RunRecord): readonly string[] => {
  if (summary.haltedAtMs === null) return ["none: strict mode would have ended the same"];
  const strictUsdt = summary.strictEquityEndUsdt;
  return [
    `${count(summary.halts)}, first ${utcTime(summary.haltedAtMs)} UTC`,
    strictUsdt === null
      ? ""
      : `strict mode would have ended with ${decimal(strictUsdt)} USDT (${signedPercent(strictUsdt / summary.equityStartUsdt - 1)})`,
  ];
};

/** Whose bars are missing, and where the first are: `: BTCUSDT 80 from 2023-03-24 12:40 UTC`. */
const gapsText = (gaps: RunRecord["gaps"]): string => {
  const bySymbol = new Map<string, { missing: number; readonly fromMs: number }>();
  for (const { symbol, fromMs, missingBars } of gaps) {
    const known = bySymbol.get(symbol);
    if (known === undefined) bySymbol.set(symbol, { missing: missingBars, fromMs });
    else known.missing += missingBars;
  }
  const parts = [...bySymbol].map(([symbol, { missing, fromMs }]) => `${symbol} ${count(missing)} from ${utcTime(fromMs)} UTC`);
  return parts.length === 0 ? "" : `: ${parts.slice(0, SYMBOLS_SHOWN).join(", ")}${parts.length > SYMBOLS_SHOWN ? ", …" : ""}`;
};
const SYMBOLS_SHOWN = 6;

const runLines = ({ identity, summary, gaps }: RunRecord, reportPath: string | undefined): readonly Line[] => [
  ["Data", `${counted(summary.bars, "bar")}, ${count(summary.gapBars)} missing in ${counted(gaps.length, "gap")}${gapsText(gaps)}`],
  [
    "Speed",
    `${decimal(summary.replaySeconds)} s`,
    `${count(summary.barsPerSecond)} bars/s`,
    `peak ${count(summary.peakRssMb)} MB`,
    `Node ${identity.nodeVersion}`,
  ],
  [
    "Decisions",
    `${count(summary.decisions)}, ${counted(summary.orders, "order")}`,
    `sha256 ${identity.decisionsSha256}`,
    identity.verified === true ? "verified by a second pass" : "",
  ],
  [
    "Identity",
    `data ${short(identity.dataSha256)}`,
    `config ${short(identity.configSha256)}`,
    `commit ${shortCommit(identity.commit)}`,
    ...Object.entries({ ...identity.modules, ...identity.models }).map(([name, sha256]) => `${printable(name)} ${short(sha256)}`),
    seedText(identity.seed),
  ],
  ...(reportPath === undefined ? [] : [["Report", reportPath] as const]),
];

const seedText = (seed: number | null): string => (seed === null ? "" : `seed ${seed}`);

/** Without losing that files differ from it. */
const shortCommit = (commit: string): string => commit.replace(/^([0-9a-f]{12})[0-9a-f]+/, "$1");

/** Enough of a hash to tell two runs apart. */
const short = (hash: string): string => hash.slice(0, 12);

/** The largest few of a list, with a sum of the others. */
const listed = (items: readonly (readonly [text: string, count: number])[]): string => {
  const rest = items.slice(MOST_LISTED).reduce((sum, [, amount]) => sum + amount, 0);
  return [...items.slice(0, MOST_LISTED).map(([text]) => text), ...(rest > 0 ? [`more ${count(rest)}`] : [])].join(", ");
};

/** Text of users and their modules without the control characters that could write to the terminal. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, " ");
