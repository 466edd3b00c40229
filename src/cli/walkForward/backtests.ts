import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RiposteConfig } from "../../../config/schema.ts";
import { DAY_MS } from "../../domain/units.ts";
import { formatUtc } from "../../domain/time.ts";
import type { Verdict } from "../../record/statistics/verdict.ts";
import { csvRows } from "../../walkForward/csvRows.ts";
import type { Walk } from "../../walkForward/walkFile.ts";
import type { StitchedRun } from "../../walkForward/walkForwardRecord.ts";
import type { CommandContext } from "../frame/command.ts";
import { ownCommand } from "./ownCommand.ts";
import type { TrainedLayer } from "./plan.ts";

/** More days than any history has. */
const WHOLE_DAYS = 36_525;

/** What all backtests of a walk-forward share. */
export interface Stitching {
  readonly walk: Walk;
  /** Options of the command line that say what is traded and how, and where the data lie. */
  readonly options: readonly string[];
  /** Start of the dataset (null: with the first bar) and days before it that its line read: the rules learn as they did in it. */
  readonly warmUp: { readonly fromMs: number | null; readonly days: number };
  readonly membersDir: string;
  /** Folder of the backtests' folders. */
  readonly dir: string;
}

/** L4 as the labels have it: the side that L3 expects to pay, their bracket, their horizon, and nothing in between. */
export const labelManagement = ({ labels }: Pick<RiposteConfig, "labels">): string[] =>
  Object.entries({
    enterBy: "netReturn",
    exitBySignal: false,
    minNetReturn: null,
    timeLimitMinutes: labels.horizonMinutes,
    cooldownMinutes: 0,
    ...(labels.unit === "fraction" ? { stopFraction: labels.stop, targetFraction: labels.target } : {}),
    "part.share": 0,
    "scaleIn.share": 0,
    "breakEven.atStops": 0,
    "trail.atrMultiple": 0,
  }).map(([name, value]) => `--set=position.options.${name}=${value}`);

/** The line with the trained members of all layers, then without any, then with one layer's alone. */
export const servedSets = (serve: Walk["serve"], ablation: boolean): (readonly TrainedLayer[])[] => {
  const all = (["regime", "signal"] as const).filter((layer) => serve[layer] !== undefined);
  if (!ablation) return [all];
  return [all, [], ...(all.length > 1 ? all.map((layer) => [layer]) : [])];
};

/** The command line of one backtest over all judged spans: members change at each of them. */
export const backtestArgs = ({ walk, options, warmUp, membersDir }: Stitching, layers: readonly TrainedLayer[]): string[] => {
  const folds = walk.folds.filter(({ failed }) => failed === null);
  const [first, last] = [folds[0], folds.at(-1)];
  if (first === undefined || last === undefined) return [];
  const membersOf = (number: number): string => layers.map((layer) => `${layer}=${walk.serve[layer] ?? ""}@${number}`).join(",");
  const changes = layers.length === 0 ? [] : folds.slice(1);
  return [
    "backtest",
    ...options,
    `--from=${formatUtc(first.testFromMs)}`,
    `--to=${formatUtc(last.testToMs)}`,
    `--set=data.warmUpDaysMin=${warmUp.fromMs === null ? WHOLE_DAYS : (first.testFromMs - warmUp.fromMs) / DAY_MS + warmUp.days}`,
    `--set=models.dir=${membersDir}`,
    ...layers.map((layer) => `--set=models.serve.${layer}=${walk.serve[layer] ?? ""}@${first.number}`),
    ...changes.map(({ testFromMs, number }) => `--swap=${formatUtc(testFromMs)}:${membersOf(number)}`),
  ];
};

/** Runs one of them. */
export const stitched = async (
  stitching: Stitching,
  layers: readonly TrainedLayer[],
  context: Pick<CommandContext, "env" | "signal">,
): Promise<StitchedRun & { readonly warnings: readonly string[] }> => {
  const dir = join(stitching.dir, layers.length === 0 ? "rules" : layers.join("-"));
  const summary = (await ownCommand([...backtestArgs(stitching, layers), `--out=${dir}`], context)) as Summary;
  return { ...figuresOf(summary), served: layers, dir, warnings: summary.warnings, equity: equityOf(join(dir, "equity.csv")) };
};

type Figures = "totalReturn" | "sharpe" | "maxDrawdown" | "feesUsdt" | "turnover";
type Summary = Readonly<Record<Figures, number | null>> & {
  readonly trades: number;
  readonly decisionsSha256: string;
  readonly inSample?: readonly string[];
  readonly ruinedAtMs: number | null;
  readonly verdict: { readonly [K in keyof Verdict]: Verdict[K] | null };
  readonly warnings: readonly string[];
};

const figuresOf = (summary: Summary): Omit<StitchedRun, "served" | "dir" | "equity"> => {
  const { trades, decisionsSha256, verdict } = summary;
  const number = (name: Figures): number => summary[name] ?? NaN;
  return {
    ...{ trades, decisionsSha256, inSample: summary.inSample !== undefined, ruined: summary.ruinedAtMs !== null },
    ...{ totalReturn: number("totalReturn"), sharpe: number("sharpe"), maxDrawdown: number("maxDrawdown") },
    ...{ feesUsdt: number("feesUsdt"), turnover: number("turnover") },
    verdict: { is: verdict.is ?? "none", sentence: verdict.sentence ?? "", psr: verdict.psr ?? NaN, moreYears: verdict.moreYears ?? NaN },
  };
};

const equityOf = (path: string): [timeMs: number, equityUsdt: number][] => {
  const text = readFileSync(path, "utf8");
  const header = text.slice(0, text.indexOf("\n"));
  const [time, equity] = ["timeMs", "equityUsdt"].map((name) => header.split(",").indexOf(name)) as [number, number];
  return (csvRows(text, header) ?? []).map((cells) => [Number(cells[time]), Number(cells[equity])]);
};
