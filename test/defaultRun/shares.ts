import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { backtestCommand } from "../../src/cli/backtest.ts";
import type { CommandContext, OptionValues } from "../../src/cli/frame/command.ts";
import type { RunSummary } from "../../src/record/runRecord.ts";
import { DAY_MS } from "../../src/domain/units.ts";
import { KEPT_ASIDE } from "../cli/inProcess.ts";

/** A command's context that keeps quiet and is never stopped. */
export const quiet: CommandContext = {
  log: () => undefined,
  print: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
  json: true,
  env: KEPT_ASIDE,
};

/** What a run did, as far as one may ask of a default: counts and shares, no profit. */
interface RunShares {
  readonly trades: number;
  readonly refusals: number;
  /** UTC days on which a trade was opened, of those that were not HALTED from beginning to end. */
  readonly tradedDays: number;
  /** Of all trades that came to an end. */
  readonly long: number;
  readonly byReason: Readonly<Record<string, number>>;
}

/** Runs `backtest` with options as the command line gives them and reads what it wrote. */
export const sharesOf = async (options: OptionValues): Promise<RunShares> => {
  const folder = await mkdtemp(join(tmpdir(), "riposte-default-"));
  try {
    const out = join(folder, "out");
    const summary = (await backtestCommand.run({ ...options, out }, quiet)) as RunSummary;
    const [header = "", ...lines] = (await readFile(join(out, "trades.csv"), "utf8")).trim().split("\n");
    const names = header.split(",");
    const trades = lines.map((line) => Object.fromEntries(line.split(",").map((value, column) => [names[column] ?? "", value])));
    const closed = trades.filter((trade) => trade["exitReason"] !== "open-at-end");
    const decisions = (await readFile(join(out, "decisions.jsonl"), "utf8")).trim().split("\n");
    const [from, to] = [Date.parse(isoOf(summary.from)), Date.parse(isoOf(summary.to))];
    const days = Array.from({ length: Math.ceil((to - from) / DAY_MS) }, (_, day) => from + day * DAY_MS);
    const halted = haltedDays(decisions, days);
    const entered = new Set(trades.map((trade) => Math.floor(Number(trade["entryTimeMs"]) / DAY_MS) * DAY_MS));
    const open = days.filter((day) => !halted.has(day));
    const byReason: Record<string, number> = {};
    for (const { exitReason = "" } of closed) byReason[exitReason] = (byReason[exitReason] ?? 0) + 1 / closed.length;
    return {
      trades: summary.trades,
      refusals: summary.riskRefusals,
      tradedDays: open.filter((day) => entered.has(day)).length / open.length,
      long: closed.filter((trade) => trade["side"] === "long").length / closed.length,
      byReason,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
};

/** `2023-01-01 00:00 UTC` as ISO; a bare day too. */
const isoOf = (text: string): string => text.replace(" UTC", "Z").replace(" ", "T");

/** Days during which the state was HALTED from the first to the last moment. */
const haltedDays = (decisions: readonly string[], days: readonly number[]): Set<number> => {
  const spans: { fromMs: number; toMs: number }[] = [];
  let sinceMs = NaN;
  for (const line of decisions) {
    const { timeMs, happened } = JSON.parse(line) as { timeMs: number; happened: { what: string; level?: string }[] };
    for (const { what, level } of happened) {
      if (what !== "riskState") continue;
      if (level === "HALTED") sinceMs = Number.isNaN(sinceMs) ? timeMs : sinceMs;
      else if (!Number.isNaN(sinceMs)) {
        spans.push({ fromMs: sinceMs, toMs: timeMs });
        sinceMs = NaN;
      }
    }
  }
  if (!Number.isNaN(sinceMs)) spans.push({ fromMs: sinceMs, toMs: Infinity });
  return new Set(days.filter((day) => spans.some(({ fromMs, toMs }) => fromMs <= day && toMs >= day + DAY_MS)));
};

const WAYS_OUT = ["stop", "target", "break-even", "trailing-stop", "time-limit", "signal"] as const;

/** What is asked of a year of the default run: that it trades, both ways, uses every way out and does not nag; no profit. */
export const expectHealthyDefault = ({ trades, refusals, tradedDays, long, byReason }: RunShares): void => {
  expect(trades).toBeGreaterThanOrEqual(500);
  expect(trades).toBeLessThan(1500);
  expect(tradedDays).toBeGreaterThanOrEqual(0.6);
  expect(long).toBeGreaterThanOrEqual(0.2);
  expect(long).toBeLessThanOrEqual(0.8);
  for (const reason of WAYS_OUT) expect(byReason[reason] ?? 0, reason).toBeGreaterThanOrEqual(0.01);
  expect(refusals).toBeLessThan(trades / 5);
};
