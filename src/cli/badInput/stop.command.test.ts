import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Ctrl-C, journals, going on, `--json`, and a second run over the first. */

/** EMA-like rule that presses Ctrl-C itself, at the bar that the environment names: half-way, on any machine. */
const MODULE = `export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0, mean: NaN }), decide: (state, bar, out) => {
  if (++state.n === Number(process.env.STOP_AT)) process.kill(process.pid, "SIGINT");
  state.mean = state.n === 1 ? bar.close : state.mean + 0.01 * (bar.close - state.mean);
  out.pLong = bar.close > state.mean ? 0.9 : 0; out.pShort = bar.close > state.mean ? 0 : 0.9; out.pNeutral = 1 - out.pLong - out.pShort;
} });`;
const DAYS = 20;
const STOP_AT = "9000";
const RUN = ["backtest", "--simulate", "--days", String(DAYS), "--set", "data.warmUp=false", "--signal", "./mine.ts"];
/** Required by the issue's §5. */
const KEYS =
  "symbol, from, to, bars, gapBars, trades, equityStartUsdt, equityEndUsdt, feesUsdt, fundingUsdt, slippageUsdt, sharpe, sortino, maxDrawdown, winRate, profitFactor, exposure, riskRefusals, haltedAtMs, decisions, orders, decisionsSha256, replaySeconds, barsPerSecond, peakRssMb";
const FILES = ["decisions.jsonl", "equity.csv", "files.sha256", "fills.csv", "report.html", "run.json", "summary.json", "trades.csv"];

const hashOf = ({ stdout }: Ended): string => (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256;

let folder: string;
let whole: Ended;
let stopped: Ended;
let stoppedBare: Ended;
beforeAll(async () => {
  folder = await scratchFolder("stop");
  await writeFile(join(folder, "mine.ts"), MODULE);
  [whole, stopped] = await Promise.all([
    riposte([...RUN, "--out", "whole", "--json"], { cwd: folder }),
    riposte([...RUN, "--out", "cut", "--journal", "j"], { cwd: folder, env: { STOP_AT } }),
  ]);
  stoppedBare = await riposte([...RUN, "--out", "whole", "--seed", "2"], { cwd: folder, env: { STOP_AT } });
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

describe("riposte backtest --json", { timeout: 90_000 }, () => {
  it("prints exactly one document with every key, the same as summary.json", async () => {
    expect(whole.code, whole.stderr).toBe(0);
    const document = JSON.parse(whole.stdout) as Record<string, unknown>;
    expect(Object.keys(document)).toEqual(expect.arrayContaining(KEYS.split(", ")));
    expect(document).toMatchObject({ symbol: "BTCUSDT", bars: DAYS * 1440, decisions: DAYS * 1440 });
    expect(JSON.parse(await readFile(join(folder, "whole", "summary.json"), "utf8"))).toEqual(document);
    expect(await namesIn(join(folder, "whole"))).toEqual(FILES);
  });
});

describe("Ctrl-C in the middle of a backtest", { timeout: 90_000 }, () => {
  it("ends clean with 130 and says what was kept", async () => {
    expectRefusal(
      stopped,
      130,
      /^riposte: stopped at 2023-0\d-\d\dT\d\d:\d\d:00Z: cut is as it was; the journal j is kept: go on with --resume$/,
    );
    expectRefusal(stoppedBare, 130, /^riposte: stopped at 2023-0\d-\d\dT\d\d:\d\d:00Z: whole is as it was$/);
    expect(await namesIn(folder)).toEqual(["j", "mine.ts", "out", "whole"]);
    expect(await namesIn(join(folder, "whole"))).toEqual(FILES);
    expect(JSON.parse(await readFile(join(folder, "whole", "summary.json"), "utf8"))).toEqual(JSON.parse(whole.stdout));
  });

  it("leaves a journal from which --resume makes the same decisions; another config or a damaged one is refused", async () => {
    const lines = (await readFile(join(folder, "j"), "utf8")).split("\n");
    const bars = lines.length - 2;
    expect(bars).toBeGreaterThanOrEqual(Number(STOP_AT));
    expect(bars).toBeLessThan(DAYS * 1440);
    const damaged = lines.map((line, index) => (index === 99 ? line.replace("close", "clase") : line)).join("\n");
    await Promise.all([
      writeFile(join(folder, "damaged"), damaged),
      writeFile(join(folder, "header"), damaged.replace("configSha256", "configSha255")),
    ]);
    await writeFile(join(folder, "torn"), lines.join("\n").slice(0, -20_001));
    const resume = (journal: string, ...more: string[]): string[] => [
      ...RUN,
      "--out",
      "resumed",
      "--journal",
      journal,
      "--resume",
      "--json",
      ...more,
    ];
    const refused = await riposteEach([resume("j", "--set", "venue.startUsdt=5000"), resume("damaged"), resume("header")], folder);
    expectRefusal(refused[0] as Ended, 1, /journal j was written with another config: repeat its options to go on, or leave --resume out/);
    expectRefusal(
      refused[1] as Ended,
      1,
      /journal damaged line 100 is damaged: its checksum does not match; restore it from a copy, or start anew$/,
    );
    expectRefusal(refused[2] as Ended, 1, /journal header line 1 is damaged: its checksum does not match/);
    expect(await namesIn(folder)).not.toContain("resumed");

    const [resumed, fromTorn] = await Promise.all([
      riposte(resume("j"), { cwd: folder }),
      riposte([...RUN, "--out", "t", "--journal", "torn", "--resume", "--json"], { cwd: folder }),
    ]);
    expect(hashOf(resumed)).toBe(hashOf(whole));
    expect(hashOf(fromTorn)).toBe(hashOf(whole));
    // The journals are whole now, and the same: what was torn off was written again.
    expect(await readFile(join(folder, "torn"), "utf8")).toBe(await readFile(join(folder, "j"), "utf8"));
  });
});

describe("a second run over the same folder", { timeout: 90_000 }, () => {
  it("replaces the first one's files, all of them, and touches no other", async () => {
    const out = join(folder, "whole");
    await Promise.all([writeFile(join(out, "notes.txt"), "mine"), writeFile(join(out, "decisions.parquet"), "of an earlier run")]);
    const before = (await stat(join(out, "report.html"))).ino;
    const second = await riposte([...RUN, "--out", "whole", "--seed", "2", "--json"], { cwd: folder });
    expect(second.code, second.stderr).toBe(0);
    expect(hashOf(second)).not.toBe(hashOf(whole));
    expect(await namesIn(out)).toEqual([...FILES, "notes.txt"].sort());
    expect((await stat(join(out, "report.html"))).ino).not.toBe(before);
    expect(JSON.parse(await readFile(join(out, "summary.json"), "utf8"))).toEqual(JSON.parse(second.stdout));
  });
});
