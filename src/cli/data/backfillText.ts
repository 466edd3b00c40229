import type { SeriesHole, BackfillReport } from "../../store/backfill/report.ts";
import { grouped, holesText, KIND_WORDS, minuteText, missingText } from "../../store/coverage/words.ts";
import { spanText, timeText } from "../../store/reading/catalog.ts";
import type { RulesReport } from "../../store/rules/learnedRules.ts";
import { guessText, offTickText } from "../../store/rules/rulesText.ts";

/** Gaps and missing files that are named one by one; the rest is counted. */
const LISTED_MAX = 10;

/** The text of `backfill`: what was imported, what the store holds now, irregularities, holes. */
export const backfillLines = (report: BackfillReport, market: string, intervalMs: number): readonly string[] => [
  landedLine(report),
  ...report.spans
    .filter(({ kind }) => kind !== "instrumentRules")
    .map((span) => `in the store: ${spanText(span)}, ${span.events} ${span.kind} events`),
  ...report.rules.flatMap(rulesLines),
  ...(market === "spot"
    ? ["spot klines stand in for the perpetual: prices differ by some basis points, funding is the perpetual's own"]
    : []),
  ...sourceLines(report),
  ...mendedLines(report),
  ...listed(report.dropped, (file) => `damaged or gone, imported anew as far as the source has it: ${file}`),
  ...absentLines(report),
  ...holeLines(report, intervalMs),
];

const landedLine = ({ filesLanded, filesSkipped, rowsFromRest, rows, bytes }: BackfillReport): string => {
  const skipped = filesSkipped > 0 ? `, ${filesSkipped} had landed before` : "";
  const rest = rowsFromRest > 0 ? `, ${rowsFromRest} rows from REST` : "";
  return `${filesLanded} files landed (${rows} rows, ${(bytes / 1e6).toFixed(1)} MB)${skipped}${rest}`;
};

/** Notes on guessed rules, and on rules that the prices contradict. */
const rulesLines = (rules: RulesReport): readonly string[] => {
  const { symbol, source, tickSize, tickBefore, rows, offTick } = rules;
  return [
    ...(source === "guessed" ? [guessText(rules, rows)] : []),
    ...(tickBefore !== null ? [`the tick of ${symbol} was ${tickBefore} before and is ${tickSize} now`] : []),
    ...(offTick !== null ? [offTickText(symbol, offTick)] : []),
  ];
};

/** Notes on the files themselves. */
const sourceLines = ({ unverified, unused, labels }: BackfillReport): readonly string[] => [
  ...(unverified.length > 0
    ? [`imported without a .CHECKSUM to compare with: ${counted(unverified.length, "file")}, the first ${unverified[0]}`]
    : []),
  ...(unused.length > 0
    ? [
        `not used, because name and folder do not say what it is or another file has its place: ${counted(unused.length, "file")}, the first ${unused[0]}`,
      ]
    : []),
  ...labels.map(
    ({ labels: end, by, files }) => `metrics: ${counted(files, "file")} with labels of the ${end} of their five minutes, ${WITNESSES[by]}`,
  ),
];

const WITNESSES = {
  rows: "by their first and last row",
  klines: "by the klines that are held",
  neighbours: "by the files of the days beside",
  nothing: "the later reading, since nothing tells",
} as const;

const mendedLines = (report: BackfillReport): readonly string[] => {
  const duplicates = report.identicalDuplicates + report.conflictingDuplicates;
  return [
    ...(duplicates > 0
      ? [`duplicate rows: ${report.identicalDuplicates} identical, ${report.conflictingDuplicates} conflicting (the later one was taken)`]
      : []),
    ...(report.outOfOrder > 0 ? [`trades out of order in their files, put in order: ${report.outOfOrder}`] : []),
    ...(report.blankRows > 0 ? [`rows of metrics without one of their values: ${report.blankRows}`] : []),
    ...(report.shortBars > 0 ? [`bars that an outage of the exchange ended early: ${report.shortBars}`] : []),
    ...listed(report.idGaps, ({ file, places, ids }) => `${file} skips ${counted(ids, "aggregate id")} in ${counted(places, "place")}`),
    ...listed(
      report.tradeIdGaps,
      ({ file, places, ids }) => `${file} has ${counted(ids, "trade id")} in ${counted(places, "place")} that no aggregate holds`,
    ),
  ];
};

/** Files that are not there, neighbours as one range, and symbols that have ended. */
const absentLines = ({ missing, unlisted, spans, quietEnds }: BackfillReport): readonly string[] => [
  ...listed(ranges(missing), (text) => `not in the archive: ${text}`),
  ...unlisted.map((symbol) => {
    const last = spans.find((span) => span.symbol === symbol && span.kind === "kline");
    return `${symbol} is not listed any more${last === undefined ? "" : `: its history ends ${minuteText(last.toMs)}`}`;
  }),
  ...quietEnds.map(
    ({ symbol, fromMs, bars }) => `the last ${grouped(bars)} bars of ${symbol}, from ${minuteText(fromMs)} on, are without any trade`,
  ),
];

/** Paths of files with those that follow each other in one folder put together. */
const ranges = (paths: readonly string[]): readonly string[] => {
  const runs: string[][] = [];
  for (const path of paths) {
    const run = runs.at(-1);
    if (run !== undefined && follows(run.at(-1) as string, path)) run.push(path);
    else runs.push([path]);
  }
  return runs.map((run) => {
    const [first = "", last = ""] = [run[0], run.at(-1)];
    return run.length === 1 ? first : `${first} … ${PERIOD.exec(last)?.[1] ?? last} (${run.length} files)`;
  });
};

const PERIOD = /-(\d{4}-\d{2}(?:-\d{2})?)\.zip$/;

/** True when one file's period begins where the other's ends. */
const follows = (before: string, next: string): boolean => {
  const [a, b] = [PERIOD.exec(before), PERIOD.exec(next)];
  if (a?.[1] === undefined || b?.[1] === undefined || before.slice(0, a.index) !== next.slice(0, b.index)) return false;
  const [year, month, day] = a[1].split("-").map(Number) as [number, number, number?];
  const after = day === undefined ? Date.UTC(year, month) : Date.UTC(year, month - 1, day + 1);
  return new Date(after).toISOString().startsWith(b[1]);
};

const holeLines = ({ holes }: BackfillReport, intervalMs: number): readonly string[] => {
  const series = new Map<string, SeriesHole[]>();
  for (const hole of holes) series.set(`${hole.symbol} ${hole.kind}`, [...(series.get(`${hole.symbol} ${hole.kind}`) ?? []), hole]);
  return [
    ...[...series.values()].map((all) => holesText((all[0] as SeriesHole).symbol, (all[0] as SeriesHole).kind, all, intervalMs)),
    ...listed(holes, (hole) => `gap: ${gapText(hole, intervalMs)}`),
  ];
};

/** `BTCUSDT 2023-03-24T12:40Z … 2023-03-24T14:00Z, 80 bars missing`; with the kind, except for klines. */
const gapText = (hole: SeriesHole, intervalMs: number): string => {
  const { symbol, kind, fromMs, toMs, missing } = hole;
  const span = `${timeText(fromMs)} … ${timeText(toMs)}`;
  return kind === "kline"
    ? `${symbol} ${span}, ${missing ?? 0} bars missing`
    : `${symbol} ${KIND_WORDS[kind]} ${span}, ${missingText(kind, [hole], intervalMs)}`;
};

const counted = (count: number, what: string): string => `${grouped(count)} ${what}${count === 1 ? "" : "s"}`;

const listed = <T>(items: readonly T[], line: (item: T) => string): readonly string[] => [
  ...items.slice(0, LISTED_MAX).map(line),
  ...(items.length > LISTED_MAX ? [`… and ${items.length - LISTED_MAX} more like this`] : []),
];
