import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Duck } from "../../src/store/duck/duck.ts";
import { riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { describeShared, sharedData } from "../sharedData.ts";

const ROOT = join(import.meta.dirname, "../..");
const BARE = ["--signal", "./always.ts", "--regime", "none", "--pattern", "none", "--position", "./steps.ts", "--set", "risk=null"];

let folder = "";
const steps = (t0: number, ...list: readonly (readonly unknown[])[]): string[] => [
  ...BARE,
  ...["--set", "venue.slippageFraction=0", "--set", `position.options=${JSON.stringify({ t0, steps: list })}`],
];
const run = async (...lines: readonly (readonly string[])[]): Promise<readonly Ended[]> => riposteEach(lines, folder);
const summaryOf = ({ code, stdout, stderr }: Ended): Record<string, unknown> => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
};

beforeAll(async () => {
  folder = await scratchFolder("figures");
  for (const name of ["always.ts", "steps.ts"]) {
    const text = await readFile(sharedData("cases/modules", name), "utf8");
    await writeFile(join(folder, name), text.replaceAll('"./models/', `"${ROOT}/models/`));
  }
});
afterAll(() => rm(folder, { recursive: true }));

describeShared("figures that lost their meaning", { timeout: 300_000 }, () => {
  it("end with the account: ratios are undefined, and the day of the loss is told", async () => {
    const ruin = sharedData("cases/10-ruin");
    const short = [
      "--set",
      "venue.margin=false",
      "--set",
      "protection=none",
      ...steps(Date.UTC(2023, 1, 1), [5, "enter", -1, 90, 0, 0, 1]),
    ];
    const [, ended] = await run(
      ["backfill", "--archive", ruin, "--symbol", "AAAUSDT", "--kinds", "klines", "--data", "ruin"],
      ["backtest", "--data", "ruin", "--symbol", "AAAUSDT", "--out", "o", "--json", ...short],
    );
    const summary = summaryOf(ended as Ended);
    for (const figure of ["valueAtRisk95", "conditionalValueAtRisk95", "turnover", "sharpe", "sortino", "volatility", "cagr", "calmar"])
      expect([figure, summary[figure]]).toEqual([figure, null]);
    expect(summary["equityEndUsdt"]).toBeCloseTo(-8_981_004.5, 2);
    expect(summary).toMatchObject({ maxDrawdownDays: 4, ruinedAtMs: Date.UTC(2023, 1, 3, 0, 1) });
    expect(summary["totalReturn"]).toBeCloseTo(-8_981_004.5 / 10_000 - 1, 4);
    expect(summary["maxDrawdown"]).toBeCloseTo(-8_981_004.5 / 10_000 - 1, 4);
    expect(summary["warnings"]).toContainEqual(expect.stringMatching(/^The account was lost on 2023-02-03T00:01/));
    expect(await readFile(join(folder, "o/report.html"), "utf8")).toContain("The account was lost on");
  });

  it("are not annualised from a day", async () => {
    const spot = ["--market", "spot", "--symbol", "BTCUSDT", "--from", "2023-01-02", "--to", "2023-01-03", "--data", "spot"];
    const [, ended, month] = await run(
      ["backfill", "--archive", sharedData("archive"), ...spot, "--from", "2022-11-01", "--to", "2023-02-01"],
      ["backtest", ...spot, "--out", "d", "--json"],
      ["backtest", ...spot, "--to", "2023-02-01", "--out", "m", "--json"],
    );
    const figures = ["cagr", "volatility", "sharpe", "sortino", "calmar", "turnover"] as const;
    const [day, whole] = [summaryOf(ended as Ended), summaryOf(month as Ended)];
    for (const figure of figures) {
      expect([figure, day[figure]]).toEqual([figure, null]);
      expect([figure, typeof whole[figure]]).toEqual([figure, "number"]);
    }
    expect(day["trades"]).toBeGreaterThan(0);
    expect((ended as Ended).stderr).toMatch(/Returns +CAGR – +volatility – +Sharpe – +Sortino – +Calmar –/);
  });

  it("are the same where little money moves: the money flow index of a coin of a thousandth of a cent", async () => {
    const data = ["--symbol", "AAAUSDT", "--data", "little"];
    const [, ended] = await run(
      ["backfill", "--archive", sharedData("cases/15-mfi-of-little-money"), ...data],
      ["features", ...data, "--raw", "--out", "raw.parquet"],
    );
    expect(ended?.code, ended?.stderr).toBe(0);
    const duck = new Duck();
    const rows = await duck.query(`SELECT raw_mfi_14::DOUBLE FROM '${join(folder, "raw.parquet")}' ORDER BY timeMs DESC LIMIT 1`);
    await duck.close();
    // TA-Lib 0.8.1, and by hand.
    expect(rows[0]?.[0]).toBeCloseTo(35.351564224598, 9);
  });
});
