import { cp, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { describeShared, sharedData } from "../sharedData.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const FEBRUARY = Date.UTC(2023, 1);
const BASE = "--signal ./always.ts --regime none --pattern none --set venue.slippageFraction=0".split(" ");
const FREE = ["--set", "risk=null"];

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("rules");
  for (const name of ["always.ts", "steps.ts"]) await cp(sharedData("cases/modules", name), join(folder, name));
  // The modules import the clone's own, as they would in its root.
  for (const name of ["models", "src", "operators", "package.json"]) await symlink(join(ROOT, name), join(folder, name));
});
afterAll(() => rm(folder, { recursive: true }));

type Args = readonly string[];
const steps = (t0: number, ...list: readonly unknown[]): Args => [
  ...["--position", "./steps.ts"],
  ...["--set", `position.options=${JSON.stringify({ t0, steps: list })}`],
];
/** One store, `W`, filled by imports of a case. */
const imported = (input: string, store: string, ...ranges: readonly Args[]): Args[] =>
  (ranges.length === 0 ? [[]] : ranges).map((range) => [
    ...["backfill", "--archive", sharedData("cases", input), "--data", join(folder, store), "--symbol", "AAAUSDT", "--kinds", "klines"],
    ...range,
  ]);
const backtest = (store: string, out: string, ...more: readonly Args[]): Args => [
  ...["backtest", "--json", "--data", join(folder, store), "--symbol", "AAAUSDT", "--out", join(folder, out), ...BASE],
  ...more.flat(),
];
const all = async (cases: readonly Args[]): Promise<Ended[]> => {
  const ended = await riposteEach(cases, folder);
  for (const [at, { code, stderr }] of ended.entries()) expect(code, `${cases[at]?.join(" ")}: ${stderr}`).toBe(0);
  return ended;
};

interface Trade {
  readonly entryPrice: number;
  readonly exitPrice: number;
  readonly exitReason: string;
  readonly pnlUsdt: number;
}
const tradesOf = async (out: string): Promise<Trade[]> => {
  const [header = "", ...rows] = (await readFile(join(folder, out, "trades.csv"), "utf8")).trim().split("\n");
  const at = (row: string, name: string): string => row.split(",")[header.split(",").indexOf(name)] ?? "";
  return rows.map((row) => ({
    entryPrice: Number(at(row, "entryPrice")),
    exitPrice: Number(at(row, "exitPrice")),
    exitReason: at(row, "exitReason"),
    pnlUsdt: Number(at(row, "pnlUsdt")),
  }));
};
const rulesOf = async (store: string): Promise<Readonly<Record<string, unknown>>[]> => {
  const text = await readFile(join(folder, store, "instruments/market=um/symbol=AAAUSDT.json"), "utf8");
  return (JSON.parse(text) as { rules: Record<string, unknown> }[]).map(({ rules }) => rules);
};

describeShared("rules of data that comes without them", () => {
  it("a finer price that comes with a later import makes the tick finer, in any order of the imports", async () => {
    const input = "01-tick-of-first-import";
    const [early, late]: [Args, Args] = [
      ["--to", "2023-02-02"],
      ["--from", "2023-02-02"],
    ];
    const order = steps(FEBRUARY + 86_400_000, [5, "enter", 1, 10_000, 0.005, 0.015, 2], [15, "exit"]);
    const stores = { apart: [early, late], backwards: [late, early], growing: [early, []], together: [] };
    for (const [store, ranges] of Object.entries(stores)) {
      const ended = await all([
        ...imported(input, store, ...ranges),
        backtest(store, `out-${store}`, ["--from", "2023-02-02"], FREE, order),
      ]);
      expect(await rulesOf(store)).toEqual(await rulesOf("apart"));
      expect(await rulesOf(store)).toMatchObject([{ tickSize: 0.0001, source: "guessed" }]);
      expect(await tradesOf(`out-${store}`)).toMatchObject([{ entryPrice: 0.0125, exitPrice: 0.0124, exitReason: "stop" }]);
      expect((await tradesOf(`out-${store}`))[0]?.pnlUsdt).toBeCloseTo(-1.1245, 6);
      expect(ended.at(-1)?.stderr).toMatch(/!  .*tick 0\.0001 .*AAAUSDT .*guessed/);
    }
  });

  it("prices with an exponent show the decimals that the exponent gives them", async () => {
    const order = steps(FEBRUARY, [5, "enter", 1, 100_000_000, 0.005, 0.015, 2]);
    await all([...imported("02-exponents", "exponents"), backtest("exponents", "out-exponents", FREE, order)]);
    expect(await rulesOf("exponents")).toMatchObject([{ tickSize: 1e-8, lotSize: 1 }]);
    const [trade] = await tradesOf("out-exponents");
    expect(trade?.entryPrice).toBeGreaterThanOrEqual(7.1e-7);
    expect(trade?.entryPrice).toBeLessThanOrEqual(7.3e-7);
  });

  it("trailing zeros count, and every price of a bar is looked at", async () => {
    const order = steps(FEBRUARY, [5, "enter", 1, 10, 0.005, 0.015, 2], [20, "exit"]);
    await all([...imported("03-trailing-zeros", "zeros"), backtest("zeros", "out-zeros", FREE, order)]);
    expect(await rulesOf("zeros")).toMatchObject([{ tickSize: 0.01 }]);
    expect(await tradesOf("out-zeros")).toMatchObject([{ entryPrice: 100, exitReason: "asked" }]);
  });

  it("a stop nearer than half a tick stands a tick away, and risk judges that distance", async () => {
    const order = steps(FEBRUARY, [5, "enter", 1, 100_000_000, 0.005, 0.015, 2], [20, "exit"]);
    const [, free, judged] = await all([
      ...imported("04-stop-of-no-tick", "narrow"),
      backtest("narrow", "out-narrow", FREE, order),
      backtest("narrow", "out-judged", steps(FEBRUARY, [5, "enter", 1, 100_000_000, 0.005, 0.015, 2])),
    ]);
    expect(await tradesOf("out-narrow")).toMatchObject([{ entryPrice: 6.2e-7, exitReason: "asked" }]);
    expect(JSON.parse(free?.stdout ?? "")).toMatchObject({ trades: 1, riskRefusals: 0 });
    expect(JSON.parse(judged?.stdout ?? "")).toMatchObject({ trades: 0, riskRefusals: 1 });
    const [refusal = ""] = (await readFile(join(folder, "out-judged/decisions.jsonl"), "utf8"))
      .split("\n")
      .filter((line) => line.includes("position.maxStopFraction"));
    expect(refusal).toMatch(/"value":0\.0161290322/);
  });

  it("guessed rules invent no maximum: what the account can pay is not too large for the exchange", async () => {
    const sized = ["--position", "bracket", "--set", "risk.position.maxStopFraction=0.02"];
    const [, ended] = await all([...imported("04-stop-of-no-tick", "sized"), backtest("sized", "out-sized", sized)]);
    expect(JSON.parse(ended?.stdout ?? "")).toMatchObject({ trades: 1 });
    expect(await readFile(join(folder, "out-sized/decisions.jsonl"), "utf8")).not.toContain("-4005");
  });
});
