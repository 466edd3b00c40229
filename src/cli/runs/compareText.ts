import { counted, decimal, NONE, signed, signedPercent, utcTime } from "../../report/page/format.js";
import type { Beside, Comparison } from "../../record/runs/compare/compareRuns.ts";
import type { DecisionAt } from "../../record/runs/compare/firstDecision.ts";
import { DAYS_MIN } from "../../record/runs/compare/pairedBootstrap.ts";
import type { PairedDifference } from "../../record/runs/compare/pairedBootstrap.ts";
import type { ComparedTrade, TradeDifferences } from "../../record/runs/compare/tradeDifferences.ts";
import { textTable } from "../frame/textTable.ts";

/** Lines of a list; the rest is counted. `--json` has all. */
const LISTED_MAX = 5;
const VALUE_CHARACTERS_MAX = 60;
/** Days of a year, as crypto markets count them. */
const DAYS_PER_YEAR = 365;

/** A comparison as text: the runs by letter, figures, settings, then each run beside the first. */
export const compareText = ({ runs, figures, differences, beside }: Comparison): string => {
  const letters = runs.map((_, index) => letterOf(index));
  const legend = runs.map(({ id, from, to }, index) => [letterOf(index), id, `${from.slice(0, 10)} to ${to.slice(0, 10)}`]);
  const numbers = letters.map((_, index) => index + 1);
  const rows = Object.entries(figures).map(([name, values]) => [name, ...values.map(figureText)]);
  return [
    textTable(legend, []),
    "",
    textTable([["figure", ...letters], ...rows], numbers),
    "",
    differences.length === 0
      ? "Settings    the same"
      : textTable([["setting", ...letters], ...differences.map(({ key, values }) => [key, ...values.map(valueText)])], []),
    ...beside.flatMap((each, index) => ["", ...besideText(each, letterOf(index + 1))]),
    "",
  ].join("\n");
};

/** A, B … Z, then A26 and so on. */
const letterOf = (index: number): string => (index < 26 ? String.fromCharCode(65 + index) : `A${index}`);

const figureText = (value: number | null): string => (value === null ? NONE : Number.isInteger(value) ? decimal(value, 0) : plain(value));
const plain = (value: number): string => decimal(value, Math.abs(value) < 1 ? 5 : 2);

const valueText = (value: unknown): string => {
  const text = value === null ? NONE : typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= VALUE_CHARACTERS_MAX ? text : `${text.slice(0, VALUE_CHARACTERS_MAX - 1)}…`;
};

const besideText = (each: Beside, letter: string): string[] => [
  `${letter} beside A`,
  ...tradesText(each.trades, letter),
  ...decisionText(each, letter),
  ...returnsText(each, letter),
];

const tradesText = ({ same, changed, onlyFirst, onlyOther }: TradeDifferences, letter: string): string[] => [
  `  trades     ${counted(same, "is", "are")} the same, ${counted(changed.length, "ends", "end")} otherwise, ${onlyFirst.length} only in A, ${onlyOther.length} only in ${letter}`,
  ...listed(onlyFirst, (trade) => `only in A: ${tradeText(trade)}`),
  ...listed(onlyOther, (trade) => `only in ${letter}: ${tradeText(trade)}`),
  ...listed(changed, ({ first, other }) => `otherwise: ${tradeText(first)}; in ${letter} ${endText(other)}`),
];

const listed = <T>(items: readonly T[], text: (item: T) => string): string[] => [
  ...items.slice(0, LISTED_MAX).map((item) => `             ${text(item)}`),
  ...(items.length > LISTED_MAX ? [`             … and ${items.length - LISTED_MAX} more (--json)`] : []),
];

const tradeText = (trade: ComparedTrade): string => `${trade.symbol} ${trade.side} ${utcTime(trade.entryTimeMs)}, ${endText(trade)}`;
const endText = ({ exitReason, exitTimeMs, pnlUsdt }: ComparedTrade): string =>
  `${exitReason} ${utcTime(exitTimeMs)} ${signed(pnlUsdt)} USDT`;

const decisionText = ({ sameDecisions, firstDecision }: Beside, letter: string): string[] => {
  if (sameDecisions) return ["  decisions  the same, bit by bit"];
  if (firstDecision === null)
    return ["  decisions  differ only where nothing happened: in what the layers said (--decisions all writes that of every bar)"];
  const { timeMs, symbol, first, other } = firstDecision;
  return [
    `  decisions  differ first at the bar of ${symbol} that closed at ${utcTime(timeMs)} UTC`,
    `             A: ${happenedText(first)}`,
    `             ${letter}: ${happenedText(other)}`,
  ];
};

const happenedText = (decision: DecisionAt | null): string => {
  if (decision === null) return "nothing happened";
  const { signal, happened } = decision;
  const said =
    signal === null
      ? []
      : [
          `signal ${Object.entries(signal)
            .map(([name, value]) => `${name} ${value.toFixed(4)}`)
            .join(" ")}`,
        ];
  const did = happened
    .slice(0, LISTED_MAX)
    .map(({ what, ...fields }) => [what, ...Object.entries(fields).map(([k, v]) => `${k}=${valueText(v)}`)].join(" "));
  return [...said, ...did, ...(happened.length > LISTED_MAX ? [`… and ${happened.length - LISTED_MAX} more`] : [])].join("; ");
};

const returnsText = ({ dailyReturns, daysInCommon }: Beside, letter: string): string[] =>
  dailyReturns === null
    ? [`  returns    ${counted(daysInCommon, "day")} in common: at least ${DAYS_MIN} say something of a difference`]
    : differenceText(dailyReturns, letter);

const differenceText = ({ days, mean, low, high, blockDays, resamples, seed }: PairedDifference, letter: string): string[] => {
  const meant =
    low > 0
      ? `${letter} did better than chance explains`
      : high < 0
        ? `A did better than chance explains`
        : "chance explains it: the interval holds zero";
  return [
    `  returns    ${letter} less A, a day: ${signedPercent(mean, 4)}, 95% interval ${signedPercent(low, 4)} to ${signedPercent(high, 4)} (a year: ${signedPercent(mean * DAYS_PER_YEAR)}, ${signedPercent(low * DAYS_PER_YEAR)} to ${signedPercent(high * DAYS_PER_YEAR)})`,
    `             ${meant}`,
    `             ${counted(days, "day")} paired, ${counted(resamples, "resample")} in blocks of ${decimal(blockDays, 1)} days on average, seed ${seed}`,
  ];
};
