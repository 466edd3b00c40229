import { readFileSync } from "node:fs";
import { z } from "zod";
import { median } from "./resultLine.ts";

const lineSchema = z.looseObject({
  peer: z.string(),
  version: z.string(),
  bars: z.int().positive(),
  fills: z.enum(["next open", "same close"]).default("next open"),
  replaySeconds: z.number().positive(),
  firstReplaySeconds: z.number().positive().optional(),
  repeats: z.int().positive().optional(),
  replayCpuSeconds: z.number().nonnegative().optional(),
  entries: z.int().nonnegative(),
  tradeHash: z.string().regex(/^[0-9a-f]{16}$/),
  equity: z.number(),
  peakRssMb: z.number().positive(),
});
export type Run = z.infer<typeof lineSchema>;

/** The last line of a peer's output that is JSON. Throws where there is none or a field is missing or of another kind. */
export const parseRun = (stdout: string): Run => {
  const line = stdout
    .split("\n")
    .filter((text) => text.startsWith("{"))
    .at(-1);
  if (line === undefined) throw new Error("printed no line of JSON");
  const parsed = lineSchema.safeParse(JSON.parse(line));
  if (!parsed.success) throw new Error(`its line does not fit the contract: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};

/** The independent calculation's hashes of one span, or undefined where there is no fixture for it. */
interface Expected {
  readonly "next open": string;
  readonly "same close": string;
}

export const readExpected = (fixture: string): Expected | undefined => {
  let text: string;
  try {
    text = readFileSync(fixture, "utf8");
  } catch {
    return undefined; // a span without a fixture: the hashes are then only compared with each other
  }
  const file = z.object({ entriesSha256: z.string(), sameClose: z.object({ entriesSha256: z.string() }) }).parse(JSON.parse(text));
  return { "next open": file.entriesSha256.slice(0, 16), "same close": file.sameClose.entriesSha256.slice(0, 16) };
};

/** One peer over all rounds. Seconds are of the replay alone. */
interface Summary {
  readonly peer: string;
  readonly version: string;
  readonly rounds: number;
  readonly seconds: number;
  readonly secondsMin: number;
  readonly secondsMax: number;
  readonly firstSeconds: number | undefined;
  readonly cpuSeconds: number | undefined;
  readonly barsPerSecond: number;
  readonly entries: number;
  readonly equity: number;
  readonly peakRssMb: number;
  readonly tradeHash: string;
  readonly verdict: "reference" | "same close" | "differs" | "not compared";
  readonly runs: readonly Run[];
}

const optionalMedian = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : median(known);
};

const verdictOf = (runs: readonly Run[], expected: Expected | undefined): Summary["verdict"] => {
  if (expected === undefined) return "not compared";
  if (runs.every((run) => run.tradeHash === expected["next open"])) return "reference";
  return runs.every((run) => run.tradeHash === expected["same close"] && run.fills === "same close") ? "same close" : "differs";
};

/** Condenses the runs of one peer, at least one. */
export const summarize = (runs: readonly Run[], expected: Expected | undefined): Summary => {
  const last = runs.at(-1)!;
  const seconds = runs.map((run) => run.replaySeconds);
  return {
    peer: last.peer,
    version: last.version,
    rounds: runs.length,
    seconds: median(seconds),
    secondsMin: Math.min(...seconds),
    secondsMax: Math.max(...seconds),
    firstSeconds: optionalMedian(runs.map((run) => run.firstReplaySeconds)),
    cpuSeconds: optionalMedian(runs.map((run) => run.replayCpuSeconds)),
    barsPerSecond: last.bars / median(seconds),
    entries: last.entries,
    equity: last.equity,
    peakRssMb: Math.max(...runs.map((run) => run.peakRssMb)),
    tradeHash: last.tradeHash,
    verdict: verdictOf(runs, expected),
    runs,
  };
};

const seconds = (value: number): string => value.toPrecision(value < 100 ? 3 : 4);
const rate = (value: number): string => (value >= 1e6 ? `${(value / 1e6).toPrecision(3)} M` : `${(value / 1e3).toPrecision(3)} k`);

/** A Markdown table of all peers, padded so that it also reads in a terminal. */
export const table = (summaries: readonly Summary[]): string => {
  const riposte = summaries.find((summary) => summary.peer === "Riposte");
  const header = [
    "system",
    "replay s, median",
    "min–max",
    "first run s",
    "bars/s",
    "× Riposte",
    "peak MB",
    "entries",
    "equity",
    "trade hash",
  ];
  const rows = summaries.map((s) => [
    `${s.peer} ${s.version}`,
    seconds(s.seconds),
    `${seconds(s.secondsMin)}–${seconds(s.secondsMax)}`,
    s.firstSeconds === undefined ? "" : seconds(s.firstSeconds),
    rate(s.barsPerSecond),
    riposte === undefined ? "" : (s.barsPerSecond / riposte.barsPerSecond).toPrecision(3),
    s.peakRssMb.toFixed(0),
    String(s.entries),
    s.equity.toFixed(4),
    s.verdict === "not compared" ? s.tradeHash : `${s.tradeHash} ${s.verdict}`,
  ]);
  const widths = header.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k]!.length)));
  const line = (cells: readonly string[]): string => `| ${cells.map((cell, k) => cell.padEnd(widths[k]!)).join(" | ")} |`;
  return [line(header), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
};

/** The goals for this workload, each with what was measured; empty where Riposte was not run. */
export const goals = (summaries: readonly Summary[]): string[] => {
  const rateOf = (peer: string): number | undefined => summaries.find((s) => s.peer === peer)?.barsPerSecond;
  const riposte = rateOf("Riposte");
  if (riposte === undefined) return [];
  const against = [
    ["vectorbt", 1],
    ["barter-rs", 2.5],
    ["bare loop", 1 / 25],
  ] as const;
  return against.flatMap(([peer, factor]) => {
    const other = rateOf(peer);
    if (other === undefined) return [];
    const goal = factor < 1 ? `1/${1 / factor}` : String(factor);
    return [`${riposte >= factor * other ? "met   " : "missed"} ${(riposte / other).toPrecision(3)} × ${peer}, goal ${goal}`];
  });
};
