import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { exampleLines, movable, pageModules, ROOT } from "../ownModules.ts";
import { describeShared, sharedData } from "../sharedData.ts";

/** What `--json` prints, as far as refusals go. */
interface Summary {
  readonly trades: number;
  readonly orders: number;
  readonly ordersRejected: number;
  readonly riskRefusals: number;
  readonly rejections: readonly { readonly code: number; readonly count: number; readonly reason: string }[];
  readonly refusals: readonly { readonly rule: string; readonly count: number; readonly limit: number; readonly nearest: number | null }[];
  readonly noTradeReason: string | null;
}

/** Codes that refuse an order for its size. */
const SIZE_CODES = [-4003, -4004, -4005, -4164, -2019, -2027];
const BARE = ["--regime", "none", "--pattern", "none"];

let folder: string;
const cases = (name: string): string => sharedData("cases", name);
const summaryOf = ({ code, stdout, stderr }: Ended): Summary => {
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Summary;
};
/** The printed summary, which goes to stderr beside `--json`, a topic a line and without the spaces that align it. */
const printed = ({ stderr }: Ended): string => stderr.replaceAll(/\n {12}/g, " ").replaceAll(/ +/g, " ");
const run = async (...lines: readonly (readonly string[])[]): Promise<Ended[]> =>
  riposteEach(
    lines.map((line, index) => ["backtest", "--json", "--out", `out${index}`, ...line]),
    folder,
  );
const real = (...options: readonly string[]): string[] => ["--data", "spot", "--from", "2023-01-05", "--to", "2023-01-25", ...options];
const steps = (t0: number, ...list: readonly unknown[]): string[] => [
  ...["--signal", "./always.ts", ...BARE, "--position", "./steps.ts"],
  ...["--set", `position.options=${JSON.stringify({ t0, steps: list })}`],
];

const OWN: Readonly<Record<string, string>> = {
  // 0.02 BTC on the perpetual, 0.0002 BTC by the rules of spot: below the smallest notional.
  "twentyLots.ts": `import { positionModule } from "./models/position/positionModule.ts";
export default positionModule((options) => ({
  name: "twenty-lots",
  init: () => null,
  decide: (_, { signal, position, bar, instrument, entryPending, exitPending }, propose) => {
    const worstTicks = Math.ceil((bar.close / instrument.tickSize) * 1.002);
    const direction = signal.pLong > 0.7 ? 1 : -1;
    if (position.positionLots === 0 && !entryPending && signal.pNeutral < 0.3)
      propose.enter({ direction, qtyLots: 20, bracket: { stopFraction: 0.005, targetFraction: 0.02 }, worstTicks, leverage: 2 });
    else if (position.positionLots !== 0 && !exitPending && signal.pNeutral > 0.7) propose.exit("no-trend");
  },
}));`,
  // Stops wider than risk allows, wider with every attempt.
  "wideStops.ts": `import { positionModule } from "./models/position/positionModule.ts";
export default positionModule((options) => ({
  name: "wide-stops",
  init: () => ({ asked: 0 }),
  decide: (state, { position, bar, instrument, entryPending }, propose) => {
    if (position.positionLots !== 0 || entryPending) return;
    const stopFraction = 0.0123 + 0.0001 * (state.asked % 7);
    state.asked += 1;
    const worstTicks = Math.ceil((bar.close / instrument.tickSize) * 1.002);
    propose.enter({ direction: 1, qtyLots: 1000, bracket: { stopFraction, targetFraction: 0.03 }, worstTicks, leverage: 2 });
  },
}));`,
};

beforeAll(async () => {
  folder = await scratchFolder("refused");
  for (const name of ["always.ts", "steps.ts"])
    await writeFile(join(folder, name), movable(await readFile(join(cases("modules"), name), "utf8")));
  for (const [name, text] of Object.entries(OWN)) await writeFile(join(folder, name), movable(text));
  const span = ["--from", "2023-01-01", "--to", "2023-02-01"];
  const ended = await riposteEach(
    [
      ["backfill", "--archive", sharedData("archive"), "--market", "spot", "--symbol", "BTCUSDT", ...span, "--data", "spot"],
      ["backfill", "--archive", cases("04-stop-of-no-tick"), "--symbol", "AAAUSDT", "--kinds", "klines", "--data", "cheap"],
    ],
    folder,
  );
  for (const { code, stderr } of ended) expect(code, stderr).toBe(0);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describeShared("what is refused is said", () => {
  it("an order that the wallet cannot carry is counted by code in summary, JSON and page, with what was asked and the limit", async () => {
    const t0 = 1675209600000;
    const open = ["--set", "risk=null", "--set", "protection=none", "--set", "venue.startUsdt=100"];
    const [ended] = await run(["--data", "cheap", "--symbol", "AAAUSDT", ...open, ...steps(t0, [5, "enter", 1, 1_000_000_000, 0, 0, 1])]);
    const summary = summaryOf(ended as Ended);
    expect(summary).toMatchObject({ trades: 0, orders: 1, ordersRejected: 1, riskRefusals: 0 });
    expect(summary.rejections).toEqual([
      { code: -2019, count: 1, reason: expect.stringMatching(/620\.31.*100/) as string, firstMs: t0 + 6 * 60_000 },
    ]);
    expect(printed(ended as Ended)).toMatch(/\nRejected 1 order by the venue: -2019 1 \(Margin is insufficient.*620\.31.*100.*\)\n/);
    expect(summary.noTradeReason).toMatch(/the venue refused 1 of 1 order.*-2019/);
    const page = (await readFile(join(folder, "out0", "report.html"), "utf8")).replaceAll(/\s+/g, " ");
    const missing = ["1 order refused by the venue", "<code>-2019</code>", "Margin is insufficient: 620.31 USDT asked with fee, 100 free"];
    expect(missing.filter((text) => !page.includes(text))).toEqual([]);
  });

  it("a module that asks for too little is told so, and does not use up the day's entries", async () => {
    const [ended] = await run(real("--position", "./twentyLots.ts"));
    const summary = summaryOf(ended as Ended);
    expect(summary.trades).toBe(0);
    expect(summary.rejections.map(({ code }) => code)).toEqual([-4164]);
    expect(summary.rejections[0]?.reason).toMatch(/asked, at least 100$/);
    expect(summary.refusals.map(({ rule }) => rule)).not.toContain("day.maxEntries");
    expect(summary.refusals.map(({ rule }) => rule)).toContain("day.maxVenueRefusals BTCUSDT");
    // Three a day at most, on 20 days.
    expect(summary.ordersRejected).toBeGreaterThan(30);
    expect(summary.ordersRejected).toBeLessThanOrEqual(60);
    expect(summary.noTradeReason).toMatch(/^the venue refused \d+ of \d+ orders.*-4164/);
    expect(printed(ended as Ended)).toMatch(/\nTrades none: the venue refused/);
  });

  it("the modules of the pages trade on real spot prices, and no order is refused for its size", async () => {
    const modules = [...(await pageModules("README.md")), ...(await pageModules("docs/position.md"))];
    expect(modules).toHaveLength(3);
    const lines = modules.map(async ({ option, code }, index) => {
      await writeFile(join(folder, `page${index}.ts`), code);
      return real(option, `./page${index}.ts`);
    });
    for (const ended of await run(...(await Promise.all(lines)))) {
      const summary = summaryOf(ended);
      expect(summary.trades).toBeGreaterThan(0);
      expect(summary.rejections.filter(({ code }) => SIZE_CODES.includes(code))).toEqual([]);
    }
  });

  it("so do the examples", async () => {
    const lines = await exampleLines();
    const ended = await riposteEach(
      lines.map((line, index) => [
        "backtest",
        "--json",
        "--out",
        join(folder, `example${index}`),
        ...line,
        ...real("--data", join(folder, "spot")),
      ]),
      ROOT,
    );
    expect(ended.length).toBeGreaterThanOrEqual(6);
    for (const each of ended) {
      const summary = summaryOf(each);
      expect(summary.trades).toBeGreaterThan(0);
      expect(summary.rejections.filter(({ code }) => SIZE_CODES.includes(code))).toEqual([]);
    }
  });

  it("where most plans are refused a line names rule, limit, the smallest value asked for and the setting that lifts it", async () => {
    const [refused] = await run(real("--position", "./wideStops.ts"));
    const line = /^! (Risk refused .*)$/m.exec(printed(refused as Ended))?.[1] ?? "";
    expect(line).toMatch(/position\.maxStopFraction.*0\.005.*0\.0123/);
    const setting = /--set (\S+)/.exec(line)?.[1] ?? "";
    const [lifted] = await run(real("--position", "./wideStops.ts", "--set", setting));
    const summary = summaryOf(lifted as Ended);
    expect(summary.trades).toBeGreaterThan(0);
    expect(summary.refusals.map(({ rule }) => rule)).not.toContain("position.maxStopFraction");
  });

  it("an account too small for the smallest order is told so", async () => {
    for (const ended of await run(real("--set", "venue.startUsdt=50"), real("--set", "venue.startUsdt=400", "--set", "risk=null"))) {
      const summary = summaryOf(ended);
      expect(summary).toMatchObject({ trades: 0, orders: 0 });
      expect(summary.noTradeReason).toMatch(/100/);
      expect(printed(ended)).toContain(`\nTrades none: ${summary.noTradeReason ?? "?"}\n`);
    }
  });
});
