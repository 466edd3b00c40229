import { rm } from "node:fs/promises";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { runCommandLine } from "../../src/cli/frame/main.ts";
import { KEPT_ASIDE } from "../cli/inProcess.ts";
import { formatUtc } from "../../src/domain/time.ts";
import { UserError } from "../../src/domain/units.ts";
import { migrate } from "../../src/store/migrate.ts";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { SYMBOLS, TICKS_FROM_MS, TICKS_TO_MS } from "./smallStore.ts";

export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that reads a store: `place` has the store in `h`, stored beliefs in `b`, and takes what is written as `out`. */
export interface Reader {
  readonly name: string;
  readonly run: (place: string) => Promise<Answer>;
}

const OFTEN = join(import.meta.dirname, "../modules/oftenTrading.ts");
const BARS = ["--signal", "trend", "--regime", "none", "--pattern", "none", "--set", "data.warmUp=false", "--set", "risk=null"];
const BOTH = ["--symbol", SYMBOLS.join(",")];
const HOURS = ["--symbol", SYMBOLS[0], "--from", formatUtc(TICKS_FROM_MS), "--to", formatUtc(TICKS_TO_MS)];
const COLUMNS = "features.columns=return_1,rsi_14,funding_rate,open_interest_change_60";

/** Runs a command line in this process, as `bin/riposte.mjs` would. */
export const answerOf = async (args: readonly string[]): Promise<Answer> => {
  const answer = { code: 0, stdout: "", stderr: "" };
  answer.code = await runCommandLine(args, {
    env: KEPT_ASIDE,
    commands: COMMANDS,
    stderrIsTty: false,
    stderrColumns: 80,
    stdout: (text) => (answer.stdout += text),
    stderr: (text) => (answer.stderr += text),
    nowMs: () => performance.now(),
    stop: new AbortController().signal,
  });
  return answer;
};

const command = (name: string, args: (place: string) => readonly string[], out = "out"): Reader => ({
  name,
  run: (place) => answerOf([...args(place), "--data", join(place, "h"), "--out", join(place, out)]),
});

/** Beliefs of the store as it was written, for `backtest --beliefs`. */
export const BELIEVING = command("backtest --beliefs", (place) => ["backtest", ...BOTH, ...BARS, "--beliefs", join(place, "b", "beliefs")]);

/** The readers, each in this process. */
export const READERS: readonly Reader[] = [
  command("backtest", () => ["backtest", ...BOTH, ...BARS]),
  command("backtest on the book", () => ["backtest", ...HOURS, ...BARS, "--set", "venue.fillOn=book", "--position", OFTEN]),
  command("features", () => ["features", ...BOTH, "--set", COLUMNS], "out/rows.parquet"),
  command("dataset", () => ["dataset", ...BOTH, "--set", "features.columns=return_1"]),
  BELIEVING,
  { name: "list", run: (place) => answerOf(["list", "--data", join(place, "h")]) },
  { name: "verify", run: (place) => answerOf(["verify", "--data", join(place, "h")]) },
  {
    name: "migrate",
    run: async (place) => {
      const [from, to] = [parquetStore({ root: join(place, "h") }), parquetStore({ root: join(place, "out") })];
      try {
        const unhashed = await from.unhashed(["kline", "instrumentRules"], SYMBOLS, -Infinity, Infinity);
        const report = await migrate({ from, to, fromMs: -Infinity, toMs: Infinity, interval: "1m" });
        return { code: 0, stdout: `${unhashed === 0 ? "" : "!  a file has no hash\n"}${JSON.stringify(report)}`, stderr: "" };
      } catch (error) {
        // What was copied before is whole; it is not the answer.
        await rm(join(place, "out"), { recursive: true, force: true });
        return {
          code: error instanceof UserError ? error.exitCode : -1,
          stdout: "",
          stderr: `riposte: ${(error as Error).message}\n`,
        };
      } finally {
        await from.close();
        await to.close();
      }
    },
  },
];

/** One that starts processes of its own. */
export const SWEEPING: Reader = command("sweep", (place) => [
  ...["sweep", ...BOTH, ...BARS, "--set", "venue.takerFeeRate=0.0005,0.0004"],
  ...["--ledger", join(place, "trials.jsonl"), "--jobs", "1"],
]);
