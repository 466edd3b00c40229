import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { featureSet } from "../../operators/features/featureSet.ts";
import { runHere } from "../../test/cli/inProcess.ts";
import { expectRefusal, scratchFolder } from "../../test/cli/riposte.ts";
import type { Ended } from "../../test/cli/riposte.ts";
import { regimeMember, signalMember, writeMember } from "../../test/trained/member.ts";
import { rowsOf } from "../../test/trained/parquetRows.ts";
import type { ShadowResult } from "../record/shadowRecord.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
const COLUMNS = ["rsi_14", "natr_14", "return_1"];
const SIDE = { intercept: 0, slope: 1, net: [-0.01, 0.01], probability: [0.1, 0.8] };
/** It expects of a long what `says` says of the last hour's return, and of a short the opposite. */
const hourly = (name: string, says: 1 | -1) => {
  const model = { columns: [0], mean: [0], scale: [1], clip: 5, intercept: [0.00001, 0], weights: [[0.001 * says], [-0.001 * says]] };
  const calibration = { blocks: 4, long: SIDE, short: SIDE };
  return signalMember(name, ["return_60"], { weights: [1], calibration, parts: [{ linear: [model] }] });
};

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await scratchFolder("shadow");
  const models = at("models");
  writeMember(models, signalMember("one", COLUMNS), SET);
  writeMember(models, signalMember("two", COLUMNS, { seed: 2 }), SET);
  writeMember(models, hourly("with", 1), SET);
  writeMember(models, hourly("against", -1), SET);
  writeMember(models, signalMember("seen", COLUMNS, { toMs: Date.UTC(2023, 0, 2) }), SET);
  const sha256 = writeMember(models, regimeMember("logit", COLUMNS), SET);
  writeMember(models, signalMember("behind", COLUMNS, { beliefs: ["regime"], upstreams: { regime: { member: "logit@1", sha256 } } }), SET);
});
afterAll(() => rm(folder, { recursive: true }));

const backtest = (...more: readonly string[]): string[] => [
  ...["backtest", "--simulate", "--days", "6", "--set", "data.warmUp=false", "--set", `models.dir=${at("models")}`],
  ...["--set", `runs.dir=${at("runs")}`, "--out", at("out"), "--json", ...more],
];
interface Document {
  readonly decisionsSha256: string;
  readonly dataSha256?: string;
  readonly warnings: readonly string[];
  readonly inSample?: readonly string[];
  readonly shadows?: readonly ShadowResult[];
  readonly members?: readonly {
    readonly layer: string;
    readonly member: string;
    readonly symbol?: string;
    readonly bars: number;
    readonly fromMs: number;
  }[];
}
const documentOf = ({ stdout, stderr }: Ended): Document => {
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout) as Document;
};
const run = async (...more: readonly string[]): Promise<Document> => documentOf(await runHere(backtest(...more)));
const csv = async (out = "out"): Promise<Record<string, string>[]> => {
  const [head = "", ...lines] = (await readFile(at(`${out}/shadow.csv`), "utf8")).trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [names[i] as string, value])));
};
describe("a shadow", () => {
  it("moves no decision, in any number, whoever serves and whatever the bursts, and its days come out the same", async () => {
    const all = ["--shadow", "signal=one@1", "--shadow", "signal=two@1", "--shadow", "regime=logit@1"];
    const bare = await run();
    const whole = await run(...all);
    expect(whole.decisionsSha256).toBe(bare.decisionsSha256);
    expect(bare.shadows).toBeUndefined();
    expect(whole.shadows?.map(({ layer, champion, challenger, days }) => `${layer} ${champion} ${challenger} ${days > 3}`)).toEqual([
      "regime rule logit@1 true",
      "signal byRegime one@1 true",
      "signal byRegime two@1 true",
    ]);
    const days = await csv();
    for (const burst of ["1", "7"]) {
      const again = await run(...all, "--burst", burst);
      expect([again.decisionsSha256, again.shadows]).toEqual([bare.decisionsSha256, whole.shadows]);
      expect(await csv()).toEqual(days);
    }
    const served = ["--set", "models.serve.signal=two@1"];
    const beside = await run(...served, "--shadow", "signal=one@1", "--shadow", "signal=byRegime");
    expect(beside.decisionsSha256).toBe((await run(...served)).decisionsSha256);
    expect(beside.shadows?.map(({ champion, challenger }) => `${champion} ${challenger}`)).toEqual(["two@1 one@1", "two@1 byRegime"]);
  }, 60_000);

  it("is scored by what a dataset says of the same bars: expectation, label, cost, days and e-values", async () => {
    const store = at("store");
    expect((await runHere(["simulate", "--symbol", "BTCUSDT", "--days", "11", "--data", store])).code).toBe(0);
    const span = ["--data", store, "--market", "simulated", "--from", "2023-01-05", "--set", `models.dir=${at("models")}`];
    const said = async (member: string): Promise<Map<number, Record<string, unknown>>> => {
      const dir = at(`dataset-${member}`);
      const args = ["dataset", "--beliefs", "--format", "parquet", "--out", dir, "--json", "--set", "labels.everyBars=15"];
      const { stdout, stderr } = await runHere([...args, ...span, "--set", `models.serve.signal=${member}@1`]);
      expect(stdout, stderr).not.toBe("");
      const { files } = JSON.parse(stdout) as { files: { file: string }[] };
      const columns = `"timeMs", "signal.netLong" AS nl, "signal.netShort" AS ns, "longReturn" AS lr, "shortReturn" AS sr`;
      const rows = await rowsOf(join(dir, files[0]?.file ?? ""), columns);
      return new Map(rows.map((row) => [Number(row["timeMs"]), row]));
    };
    const rows = { champion: await said("one"), challenger: await said("two") };
    const cost = 2 * (0.0005 + 0.0001);
    const scoreOf = (who: keyof typeof rows, timeMs: number): number => {
      const row = rows[who].get(timeMs) ?? {};
      const [nl, ns, lr, sr] = ["nl", "ns", "lr", "sr"].map((name) => Number(row[name])) as [number, number, number, number];
      expect(lr + sr).not.toBeNaN();
      return Math.max(nl, ns) > 0 ? Math.max(-0.005, Math.min(0.015, nl >= ns ? lr : sr)) - cost : 0;
    };
    const result = documentOf(
      await runHere(["backtest", ...span, "--set", "models.serve.signal=one@1", "--shadow", "signal=two@1", "--out", at("out"), "--json"]),
    );
    const days = await csv();
    expect(days.map(({ day }) => day)).toEqual(["05", "06", "07", "08", "09", "10", "11"].map((day) => `2023-01-${day}`));
    expect(result.shadows?.[0]?.bars).toBe(days.reduce((sum, { bars }) => sum + Number(bars), 0));
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    const stakes = [0.8, 0.4, 0.2, 0.1, 0.05, 0.025];
    const wealth = { champion: stakes.map(() => 1), nothing: stakes.map(() => 1) };
    for (const [index, day] of days.slice(0, -1).entries()) {
      const dayMs = Date.parse(`${day["day"] ?? ""}T00:00:00Z`);
      // The bar that closes as the run begins only warms up; behind 22:45 a label would end on the next day.
      const bars = Array.from({ length: 92 }, (_, k) => k).slice(index === 0 ? 1 : 0);
      expect(Number(day["bars"])).toBe(bars.length);
      const scores = bars.map((k) => ({
        k,
        champion: scoreOf("champion", dayMs + k * 900_000),
        challenger: scoreOf("challenger", dayMs + k * 900_000),
      }));
      expect(Number(day["championScore"])).toBeCloseTo(mean(scores.map(({ champion }) => champion)), 12);
      expect(Number(day["challengerScore"])).toBeCloseTo(mean(scores.map(({ challenger }) => challenger)), 12);
      // Labels last 61 minutes with the bar that shows their end: five tracks of every 75th minute share none.
      const played = (bet: number, score: (each: (typeof scores)[number]) => number): number =>
        mean(
          [0, 1, 2, 3, 4].map((track) => scores.filter(({ k }) => k % 5 === track).reduce((has, each) => has * (1 + bet * score(each)), 1)),
        );
      for (const [i, stake] of stakes.entries()) {
        wealth.champion[i]! *= played(stake / 0.02, ({ champion, challenger }) => challenger - champion);
        wealth.nothing[i]! *= played(stake / (0.005 + cost), ({ challenger }) => challenger);
      }
      expect(Number(day["eChampion"]) / mean(wealth.champion)).toBeCloseTo(1, 9);
      expect(Number(day["eNothing"]) / mean(wealth.nothing)).toBeCloseTo(1, 9);
    }
  }, 60_000);

  it("is named in run.json, in the summary, on the page and in its own file, and one that learnt from these days says so", async () => {
    const seen = await run("--shadow", "signal=seen@1");
    expect(seen.inSample).toEqual([
      "signal member seen@1 is a shadow from 2023-01-01T00:00:00Z to 2023-01-07T00:00:00Z, and it was trained on 2022-01-01T00:00:00Z to 2023-01-02T00:00:00Z with an embargo of 4 h.",
    ]);
    const text = await runHere(backtest("--shadow", "signal=one@1", "--shadow", "regime=logit@1").filter((word) => word !== "--json"));
    expect(text.stdout).toMatch(/^Shadows {5}regime: logit@1 against rule: /m);
    expect(text.stdout).toMatch(/signal: one@1 against byRegime: not promoted,/);
    expect(await readFile(at("out/report.html"), "utf8")).toContain("one@1 against byRegime");
    expect(await readFile(at("out/run.json"), "utf8")).toContain('"signal/one@1"');
    // A later run without shadows leaves none of an earlier one.
    await run();
    await expect(readFile(at("out/shadow.csv"))).rejects.toThrow(/ENOENT/);
  }, 60_000);

  it("does not move the state that a restart goes on from", async () => {
    const said = await run(
      "--shadow",
      "signal=one@1",
      "--shadow",
      "regime=logit@1",
      "--canary",
      "BTCUSDT:signal=two@1",
      "--symbol",
      "BTCUSDT,ETHUSDT",
      "--verify",
    );
    expect(said.warnings.join()).not.toMatch(/restart/);
    expect(said.shadows).toHaveLength(2);
  }, 120_000);

  it.each([
    ["a member that is not there", ["signal=none@1"], 1, /signal member none@1: there is no folder signal.none.1/],
    ["a rule that is not there", ["signal=none"], 1, /shadow signal=none: there is no member none of the signal layer/],
    ["one that serves", ["signal=byRegime"], 1, /shadow signal=byRegime: it serves already/],
    ["one twice", ["signal=one@1", "--shadow", "signal=one@1"], 1, /shadow signal=one@1 is named twice/],
    [
      "one behind a member that does not serve",
      ["signal=behind@1"],
      1,
      /shadow signal=behind@1: it stands behind regime member logit@1, and rule serves/,
    ],
    ["a member of L2", ["pattern=geometry"], 1, /members of L2 are not compared/],
    ["no layer", ["position=x@1"], 2, /"position=x@1": there is no layer "position" to challenge/],
    ["half a name", ["signal"], 2, /shadow "signal" is none: give LAYER=MEMBER/],
    ["with stored beliefs", ["signal=one@1", "--beliefs", "b"], 1, /stored beliefs leave out: leave models.shadow or the beliefs out/],
    [
      "with brackets that move",
      ["signal=one@1", "--set", "labels.unit=volatility", "--set", "labels.stop=1", "--set", "labels.target=2"],
      1,
      /labels.unit must be fraction/,
    ],
    [
      "with labels longer than a day",
      ["signal=one@1", "--set", "labels.horizonMinutes=1500"],
      1,
      /labels.horizonMinutes may be 1200 at most/,
    ],
    ["with a canary on every symbol", ["signal=one@1", "--canary", "BTCUSDT:signal=two@1"], 1, /leave one symbol free/],
    [
      "two of a layer that are to be acted out",
      ["signal=one@1", "--shadow", "signal=two@1", "--promote"],
      1,
      /takes one shadow of a layer/,
    ],
  ])("%s is refused in one line", async (_, words, code, message) => {
    expectRefusal(await runHere(backtest("--shadow", ...words)), code, message);
  });

  it("is what a promotion needs", async () => {
    expectRefusal(await runHere(backtest("--promote")), 1, /models.test.promote needs somebody who may win: name a shadow/);
  });

  it("is for backtests: not in a dataset", async () => {
    const args = ["dataset", "--simulate", "--days", "3", "--beliefs", "--out", at("none"), "--set", `models.dir=${at("models")}`];
    expectRefusal(await runHere([...args, "--set", "models.shadow=signal=one@1"]), 1, /models.shadow and models.canary are for backtests/);
  });
});

describe("a canary", () => {
  const two = ["--symbol", "BTCUSDT,ETHUSDT"];

  it("serves one symbol, and summary and page say so; another symbol decides what it decided", async () => {
    const said = await run(...two, "--canary", "ETHUSDT:signal=one@1", "--decisions", "all");
    const speakers = said.members?.filter(({ layer }) => layer === "signal").map(({ member, symbol }) => `${symbol ?? ""} ${member}`);
    expect(speakers?.sort()).toEqual(["BTCUSDT byRegime", "ETHUSDT byRegime", "ETHUSDT one@1"]);
    const columns = "symbol, signalMember AS member, count(*) AS bars";
    const rows = (await rowsOf(at("out/decisions.parquet") + "') GROUP BY ALL ORDER BY ALL --", columns)) as {
      symbol: string;
      member: string;
    }[];
    expect(rows.map(({ symbol, member }) => `${symbol} ${member}`)).toEqual(["BTCUSDT byRegime", "ETHUSDT byRegime", "ETHUSDT one@1"]);
    expect(await readFile(at("out/report.html"), "utf8")).toContain("one@1 on ETHUSDT");
    expect((await run(...two)).decisionsSha256).not.toBe(said.decisionsSha256);
    for (const more of [
      ["--burst", "7"],
      ["--beliefs", at("canary.b")],
      ["--beliefs", at("canary.b")],
    ])
      expect((await run(...two, "--canary", "ETHUSDT:signal=one@1", "--decisions", "all", ...more)).decisionsSha256).toBe(
        said.decisionsSha256,
      );
  }, 60_000);

  it("ends with a swap", async () => {
    const said = await run(...two, "--canary", "ETHUSDT:signal=one@1", "--swap", "2023-01-04:signal=two@1");
    const ends = said.members
      ?.filter(({ member }) => member === "two@1")
      .map(({ symbol, fromMs }) => `${symbol ?? ""} ${new Date(fromMs).toISOString()}`);
    expect(ends?.sort()).toEqual(["BTCUSDT 2023-01-04T00:01:00.000Z", "ETHUSDT 2023-01-04T00:01:00.000Z"]);
  }, 60_000);

  it.each([
    [
      "of no symbol of the run",
      "ETHUSD:signal=one@1",
      1,
      /canary ETHUSD:signal=one@1: ETHUSD is not among the symbols of the run \(did you mean ETHUSDT\?\)/,
    ],
    ["that is not there", "ETHUSDT:signal=none@1", 1, /signal member none@1: there is no folder/],
    ["that serves everywhere", "ETHUSDT:signal=byRegime", 1, /it serves every symbol already/],
    [
      "behind a member that does not serve there",
      "ETHUSDT:signal=behind@1",
      1,
      /canary ETHUSDT:signal=behind@1: signal member behind@1 stands behind regime member logit@1/,
    ],
    ["without a symbol", "signal=one@1", 2, /canary "signal=one@1" is none: give SYMBOL:LAYER=MEMBER/],
  ])("%s is refused in one line", async (_, canary, code, message) => {
    expectRefusal(await runHere(backtest(...two, "--canary", canary)), code, message);
  });

  it("may stand behind a canary of its own symbol", async () => {
    const said = await run(...two, "--canary", "ETHUSDT:signal=behind@1", "--canary", "ETHUSDT:regime=logit@1");
    expect(said.members?.some(({ member, symbol }) => member === "behind@1" && symbol === "ETHUSDT")).toBe(true);
    expect(said.members?.some(({ member, symbol }) => member === "behind@1" && symbol === "BTCUSDT")).toBe(false);
  });
});

describe("a promotion that is acted out", () => {
  // At α = .9 an e-value of 1.11 is enough, so that a few days see a promotion and a roll-back.
  const free = ["--set", "venue.takerFeeRate=0", "--set", "venue.slippageFraction=0", "--set", "models.test.alpha=0.9"];
  const acted = [...free, "--days", "9", "--seed", "2", "--shadow", "signal=with@1", "--promote"];
  const spans = ({ members }: Document): string[] | undefined =>
    members?.filter(({ layer }) => layer === "signal").map(({ member, bars }) => `${member} ${bars}`);

  it("swaps at the 00:00 UTC behind the look, and back, as the same swaps of a config would", async () => {
    const said = await run(...acted, "--journal", at("acted.j"));
    expect(said.shadows).toMatchObject([{ promotedMs: Date.UTC(2023, 0, 4), rolledBackMs: Date.UTC(2023, 0, 6), actedOut: true }]);
    // Three days, two days, four days; the member is not warm in its first hour only at the start of the data.
    expect(spans(said)).toEqual(["byRegime 10080", "with@1 2880"]);
    const rows = await csv();
    expect(rows.filter(({ decision }) => decision !== "").map(({ day, decision }) => `${day ?? ""} ${decision ?? ""}`)).toEqual([
      "2023-01-02 promote",
      "2023-01-04 rollBack",
    ]);
    const commands = (await readFile(at("acted.j"), "utf8")).split("\n").filter((line) => line.includes('"swapModel"'));
    expect(commands.map((line) => (JSON.parse(line.slice(line.indexOf("{"))) as { knownAtMs: number }).knownAtMs)).toEqual([
      Date.UTC(2023, 0, 4),
      Date.UTC(2023, 0, 6),
    ]);
    const swaps = ["--swap", "2023-01-04:signal=with@1", "--swap", "2023-01-06:signal=byRegime"];
    const swapped = await run(...free, "--days", "9", "--seed", "2", ...swaps);
    expect(said.decisionsSha256).toBe(swapped.decisionsSha256);
    const muted = await run(...acted.slice(0, -1));
    expect(muted.decisionsSha256).not.toBe(said.decisionsSha256);
    expect(await csv()).toEqual(rows);
  }, 60_000);

  it("does not say that it swapped where the data end before it could", async () => {
    const said = await run(...acted.map((word) => (word === "9" ? "3" : word)));
    expect(said.shadows).toMatchObject([{ promotedMs: Date.UTC(2023, 0, 4), actedOut: false }]);
    expect(spans(said)).toEqual(["byRegime 4320"]);
  }, 60_000);

  it("comes out the same in other bursts, from a journal that was cut anywhere, in a second pass and after a restart", async () => {
    const whole = await run(...acted);
    for (const burst of ["1", "997"]) expect((await run(...acted, "--burst", burst)).decisionsSha256).toBe(whole.decisionsSha256);
    const journal = await readFile(at("acted.j"));
    const text = journal.toString();
    const before = text.lastIndexOf("\n", text.indexOf('"swapModel"')) + 1;
    const behind = text.indexOf("\n", before) + 1;
    for (const cut of [journal.length >> 2, before, behind, (journal.length * 9) / 10]) {
      await writeFile(at("cut.j"), journal.subarray(0, Math.floor(cut)));
      const again = await run(...acted, "--journal", at("cut.j"), "--resume");
      expect([again.decisionsSha256, again.shadows]).toEqual([whole.decisionsSha256, whole.shadows]);
    }
    const verified = await run(...acted, "--verify");
    expect([verified.decisionsSha256, verified.warnings.filter((line) => /restart|swap/i.test(line))]).toEqual([whole.decisionsSha256, []]);
  }, 120_000);
});

describe("riposte models with a kept run as evidence", () => {
  const free = ["--set", "venue.takerFeeRate=0", "--set", "venue.slippageFraction=0", "--set", "models.test.alpha=0.9"];
  const models = (...words: readonly string[]): Promise<Ended> =>
    runHere([
      "models",
      ...words,
      "--set",
      `models.dir=${at("models")}`,
      "--set",
      `runs.dir=${at("kept")}`,
      "--set",
      "models.test.alpha=0.9",
    ]);
  const kept = async (name: string, ...more: readonly string[]): Promise<void> => {
    const args = backtest(...free, "--name", name, "--set", `runs.dir=${at("kept")}`, ...more);
    const out = args.indexOf("--out");
    documentOf(await runHere([...args.slice(0, out), ...args.slice(out + 2), "--out", at(`kept-${name}`)]));
  };
  const serving = async (): Promise<{ serving: { signal: { member: string } | null }; history: Record<string, unknown>[] }> =>
    JSON.parse(await readFile(at("models/serving.json"), "utf8")) as never;
  beforeAll(async () => {
    await kept("won", "--days", "9", "--seed", "3", "--shadow", "signal=with@1");
    await kept("lost", "--days", "9", "--seed", "3", "--shadow", "signal=against@1");
    await kept("undone", "--days", "9", "--seed", "2", "--shadow", "signal=with@1");
    await kept("seen", "--days", "4", "--shadow", "signal=seen@1");
    await kept("other", "--days", "9", "--seed", "3", "--set", "models.serve.signal=against@1", "--shadow", "signal=with@1");
  }, 60_000);

  it("promotes by a run that promoted, writes it down, and rolls back by one that rolled back", async () => {
    expectRefusal(await models("promote", "signal=with@1"), 1, /it has no verdict of a validation/);
    expect((await models("promote", "signal=with@1", "--shadow", "won")).stdout).toMatch(/signal: the rule → with@1/);
    const { serving: now, history } = await serving();
    expect(now.signal?.member).toBe("with@1");
    expect(history.at(-1)).toMatchObject({
      ...{ action: "promote", override: null },
      shadow: { champion: "byRegime", challenger: "with@1", days: 2, on: "2023-01-04" },
    });
    expectRefusal(await models("rollback", "signal", "--shadow", "won"), 1, /does not roll signal member with@1 back/);
    expect((await models("rollback", "signal", "--shadow", "undone")).stdout).toMatch(/signal: with@1 → the rule/);
    expect((await serving()).history.at(-1)).toMatchObject({ action: "rollback", shadow: { on: "2023-01-06" } });
  });

  it("refuses a run that says something else, in one line", async () => {
    const promote = (run: string, member = "with@1"): Promise<Ended> => models("promote", `signal=${member}`, "--shadow", run);
    expectRefusal(await promote("lost", "against@1"), 1, /does not promote signal member against@1: its e-values did not reach 1.11/);
    expectRefusal(await promote("undone"), 1, /promotes signal member with@1 and rolls it back on 2023-01-06/);
    expectRefusal(await promote("won", "one@1"), 1, /had no shadow signal=one@1/);
    expectRefusal(await promote("seen", "seen@1"), 1, /is IN-SAMPLE: it proves nothing/);
    expectRefusal(await promote("other"), 1, /compares signal member with@1 with against@1, and not with byRegime/);
    expectRefusal(await promote("nothing"), 2, /there is no run "nothing"/);
    expectRefusal(await models("promote", "signal=with@1", "--shadow", "won", "--override", "x"), 2, /give one of them/);
    const strict = [
      "models",
      "promote",
      "signal=with@1",
      "--shadow",
      "won",
      "--set",
      `models.dir=${at("models")}`,
      "--set",
      `runs.dir=${at("kept")}`,
    ];
    expectRefusal(await runHere(strict), 1, /asked for an e-value of 1\.1\d* only: models\.test\.alpha here asks for 20/);
    expectRefusal(await models("list", "--shadow", "won"), 2, /--shadow is for models promote and rollback/);
    const summary = await readFile(at("kept-won/summary.json"), "utf8");
    await writeFile(at("kept-won/summary.json"), summary.replace('"eChampion"', '"eChampion" '));
    expectRefusal(await promote("won"), 1, /summary.json is not as it was written/);
    await writeFile(at("kept-won/summary.json"), summary);
    writeMember(at("models"), { ...hourly("with", 1), seed: 5 }, SET);
    expectRefusal(await promote("won"), 1, /was made with another signal member with@1 than the one that is there now/);
  });
});
