import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runHere } from "../../test/cli/inProcess.ts";
import { expectRefusal, scratchFolder } from "../../test/cli/riposte.ts";
import type { Ended } from "../../test/cli/riposte.ts";
import { regimeMember, saidOf, signalMember, writeMember } from "../../test/trained/member.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { featureSet } from "../../operators/features/featureSet.ts";
import { rowsOf } from "../../test/trained/parquetRows.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
const COLUMNS = ["rsi_14", "natr_14", "return_1"];

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await scratchFolder("trained");
  const models = at("models");
  writeMember(models, signalMember("one", COLUMNS), SET);
  writeMember(models, signalMember("two", COLUMNS, { seed: 2 }), SET);
  writeMember(models, signalMember("masked", COLUMNS, { masks: { mask_funding: 1 } }), SET);
  writeMember(models, signalMember("early", COLUMNS, { fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2021, 0, 1) }), SET);
  const sha256 = writeMember(models, regimeMember("logit", COLUMNS), SET);
  const upstreams = { regime: { member: "logit@1", sha256 } };
  writeMember(models, signalMember("behind", COLUMNS, { beliefs: ["regime"], upstreams }), SET);
});
afterAll(() => rm(folder, { recursive: true }));

const backtest = (...more: readonly string[]): string[] => [
  ...["backtest", "--simulate", "--days", "3", "--set", "data.warmUp=false", "--set", `models.dir=${at("models")}`, "--json"],
  ...["--out", at("out"), ...more],
];
const serve = (...members: readonly string[]): string[] => members.flatMap((each) => ["--set", `models.serve.${each}`]);

interface Document {
  readonly decisionsSha256: string;
  readonly warnings: readonly string[];
  readonly models?: Readonly<Record<string, string>>;
  readonly inSample?: readonly string[];
  readonly members?: readonly { readonly layer: string; readonly member: string; readonly bars: number; readonly fromMs: number }[];
  readonly fallbacks?: readonly { readonly layer: string; readonly reason: string; readonly bars: number }[];
}
const documentOf = ({ stdout, stderr }: Ended): Document => {
  expect(stdout, stderr).not.toBe("");
  return JSON.parse(stdout) as Document;
};
const run = async (...more: readonly string[]): Promise<Document> => documentOf(await runHere(backtest(...more)));

describe("trained members in a backtest", () => {
  it("serve from the start, and the summary says who spoke, why a rule did, and which files they are", async () => {
    const rules = await run();
    const said = await run(...serve("regime=logit@1", "signal=behind@1"));
    expect(said.decisionsSha256).not.toBe(rules.decisionsSha256);
    expect([rules.members, rules.models, rules.inSample]).toEqual([undefined, undefined, undefined]);
    expect(said.members?.map(({ layer, member }) => `${layer} ${member}`).sort()).toEqual([
      ...["pattern geometry", "regime logit@1", "regime rule", "signal behind@1", "signal byRegime"],
    ]);
    expect(said.fallbacks?.map(({ layer, reason }) => `${layer} ${reason}`)).toEqual(
      expect.arrayContaining(["regime rule not ready", "signal upstream fell back"]),
    );
    for (const layer of ["regime", "signal"]) {
      const bars = said.members?.filter((each) => each.layer === layer).reduce((sum, each) => sum + each.bars, 0);
      expect(bars).toBe(3 * 1440);
    }
    const manifest = (await readFile(at("models/signal/behind/1/manifest.sha256"), "utf8")).trim();
    expect(said.models).toEqual({ "regime/logit@1": expect.any(String) as string, "signal/behind@1": manifest });
    expect(await readFile(at("out/run.json"), "utf8")).toContain(manifest);
  });

  it("decide the same in bursts of 1, 7 and 4096, from stored beliefs and after their journal, swaps and all", async () => {
    const swaps = ["--swap", "2023-01-01T12:00Z:signal=two@1", "--swap", "2023-01-02:regime=logit@1,signal=behind@1"];
    const all = [...serve("signal=one@1"), ...swaps, "--swap", "2023-01-03:regime=rule,signal=byRegime"];
    const whole = await run(...all, "--journal", at("j"));
    expect(whole.members?.filter(({ layer }) => layer === "signal").map(({ member }) => member)).toEqual([
      "byRegime",
      "one@1",
      "two@1",
      "behind@1",
    ]);
    for (const more of [
      ["--burst", "1"],
      ["--burst", "7"],
      ["--beliefs", at("b")],
      ["--beliefs", at("b"), "--burst", "7"],
    ])
      expect((await run(...all, ...more)).decisionsSha256).toBe(whole.decisionsSha256);
    const journal = await readFile(at("j"));
    const commands = journal
      .toString()
      .split("\n")
      .filter((line) => line.includes('"swapModel"'));
    expect(commands).toHaveLength(3);
    await writeFile(at("cut"), journal.subarray(0, journal.length >> 1));
    expect((await run(...all, "--journal", at("cut"), "--resume")).decisionsSha256).toBe(whole.decisionsSha256);
  });

  it("say the same of who spoke and why when their beliefs are read as when they are computed", async () => {
    const all = [...serve("regime=logit@1", "signal=behind@1"), "--swap", "2023-01-02:signal=two@1", "--beliefs", at("told.b")];
    const summary = async (): Promise<object> => {
      const said = await run(...all, "--decisions", "all");
      const columns = "timeMs, regimeMember, regimeFallback, signalMember, signalVersion, signalFallback";
      const whole = JSON.parse(await readFile(at("out/summary.json"), "utf8")) as Record<string, unknown>;
      const measured = ["barsPerSecond", "peakRssMb", "replaySeconds", "seconds"];
      const rest = Object.entries(whole).filter(([name]) => !measured.includes(name));
      expect(said.fallbacks).not.toEqual([]);
      return { rest, rows: await rowsOf(at("out/decisions.parquet"), columns) };
    };
    const computed = await summary();
    expect(await summary()).toEqual(computed);
  });

  it("decide the same in a second pass, and in a process that restarts in the middle, between two swaps", async () => {
    const swaps = ["--swap", "2023-01-02:regime=logit@1,signal=behind@1", "--swap", "2023-01-03:regime=rule,signal=two@1"];
    const { stdout, stderr } = await runHere(backtest(...serve("signal=one@1"), ...swaps, "--verify"));
    const { verified, warnings } = JSON.parse(stdout) as { verified?: boolean; warnings: readonly string[] };
    expect(verified, stderr).toBe(true);
    expect(warnings.filter((line) => line.includes("restart"))).toEqual([]);
  });

  it("go on neither from a journal nor from beliefs of other files of the same name", async () => {
    writeMember(at("models"), signalMember("changing", COLUMNS), SET);
    const files = ["--journal", at("other.j"), "--beliefs", at("other.b")];
    await run(...serve("signal=changing@1"), ...files);
    const sha256 = writeMember(at("models"), signalMember("changing", COLUMNS, { seed: 3 }), SET);
    const journal = backtest(...serve("signal=changing@1"), "--journal", at("other.j"), "--resume");
    expectRefusal(await runHere(journal), 1, /journal .*other\.j was written with another signal\/changing@1: bring that one back/);
    const beliefs = backtest(...serve("signal=changing@1"), "--beliefs", at("other.b"));
    expectRefusal(await runHere(beliefs), 1, /other\.b were made before module signal\/changing@1 changed/);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it("swap between two bars: the bar that closes then is the old member's, the next one the new one's", async () => {
    await run(
      ...serve("signal=one@1"),
      "--swap",
      "2023-01-02:signal=two@1",
      "--swap",
      "2023-01-02T06:00Z:signal=byRegime",
      "--decisions",
      "all",
    );
    const rows = await rowsOf(at("out/decisions.parquet"), "timeMs, signalMember, signalVersion, signalFallback");
    const spoke = (time: string): unknown => rows.find(({ timeMs }) => Number(timeMs) === Date.parse(time))?.["signalMember"];
    expect(spoke("2023-01-02T00:00Z")).toBe("one@1");
    expect(spoke("2023-01-02T00:01Z")).toBe("two@1");
    expect(spoke("2023-01-02T06:00Z")).toBe("two@1");
    expect(spoke("2023-01-02T06:01Z")).toBe("byRegime");
    const manifest = (await readFile(at("models/signal/two/1/manifest.sha256"), "utf8")).trim();
    expect(rows.find(({ signalMember: member }) => member === "two@1")?.["signalVersion"]).toBe(manifest);
    expect(rows.find(({ signalFallback: why }) => why !== null)).toMatchObject({
      signalMember: "byRegime",
      signalFallback: "unknown feature",
    });
  });

  it("say which swaps never happened, because the data end before", async () => {
    const swaps = ["2023-01-02:signal=two@1", "2023-01-04:signal=byRegime", "2024-01-01:signal=two@1,regime=rule"];
    const said = await run(...serve("signal=one@1"), ...swaps.flatMap((each) => ["--swap", each]));
    expect(said.warnings.filter((line) => line.startsWith("A swap never happened"))).toEqual([
      "A swap never happened: signal=byRegime at 2023-01-04T00:00:00Z, and no event is known behind that time.",
      "A swap never happened: signal=two@1,regime=rule at 2024-01-01T00:00:00Z, and no event is known behind that time.",
    ]);
  });

  it("take their swaps from --set as they are written", async () => {
    const text = "2023-01-02:signal=behind@1,regime=logit@1,2023-01-03:signal=byRegime,regime=rule";
    const wanted = await run("--swap", text.slice(0, 41), "--swap", text.slice(42));
    expect(wanted.members?.map(({ member }) => member)).toContain("behind@1");
    expect((await run("--set", `models.swaps=${text}`)).decisionsSha256).toBe(wanted.decisionsSha256);
  });

  it("that read another rule than the line has are refused", async () => {
    await writeFile(
      at("rule.ts"),
      `export default () => ({ name: "rule", features: [], onGap: "reset", init: () => ({}), decide: () => {} });`,
    );
    expectRefusal(
      await runHere(backtest(...serve("regime=logit@1"), "--regime", at("rule.ts"))),
      1,
      /regime member logit@1: it was trained with the shipped regime rule rule, and the line has .*rule\.ts$/m,
    );
  });

  it.each(["none", "file"])("are not looked for in a folder that is %s", async (name) => {
    await writeFile(at("file"), "");
    const wrong = (...more: string[]): string[] => backtest(...more, "--set", `models.dir=${at(name)}`);
    const message = /models\.dir .* (does not exist|is no folder): name the folder of all members/;
    for (const more of [serve("signal=one@1"), serve("signal=promoted"), ["--swap", "2023-01-02:signal=one@1"]])
      expectRefusal(await runHere(wrong(...more)), 2, message);
    expect((await runHere(wrong())).code).toBe(0);
  });

  it("do not speak where a mask is another, and the rule does", async () => {
    const said = await run(...serve("signal=masked@1"));
    expect(said.members?.some(({ member }) => member === "masked@1")).toBe(false);
    expect(said.fallbacks).toContainEqual({ layer: "signal", reason: "mask_funding", bars: expect.any(Number) as number });
  });

  it("that are refused do not begin a run, and in a swap are a fault with the reason: the old one serves", async () => {
    expectRefusal(await runHere(backtest(...serve("signal=none@1"))), 1, /^riposte: signal member none@1: there is no folder /);
    expectRefusal(
      await runHere(backtest(...serve("signal=behind@1"))),
      1,
      /^riposte: signal member behind@1 stands behind regime member logit@1, and rule serves$/m,
    );
    const said = await run(
      ...serve("signal=one@1"),
      "--swap",
      "2023-01-02:signal=none@1",
      "--swap",
      "2023-01-02:signal=two",
      "--swap",
      "2023-01-02:signal=behind@1",
    );
    expect(said.members?.filter(({ layer }) => layer === "signal").map(({ member }) => member)).toEqual(["byRegime", "one@1"]);
    expect(said.warnings.join()).toMatch(
      /A swap was refused: signal member none@1: there is no folder signal.none.1 among the members; the members go on/,
    );
    expect(said.warnings.join()).toMatch(/refused: there is no member two of the signal layer/);
    expect(said.warnings.join()).toMatch(/refused: signal member behind@1 stands behind regime member logit@1/);
  });

  it("speak in the belief columns of a dataset, which names them", async () => {
    const more = ["--set", `models.dir=${at("models")}`, "--set", "data.warmUp=false", "--format", "parquet", ...serve("signal=one@1")];
    const dataset = ["dataset", "--simulate", "--days", "3", "--beliefs", "--out", at("dataset"), "--json", ...more];
    const { stdout, stderr } = await runHere(dataset);
    expect(stdout, stderr).not.toBe("");
    const { beliefs, files } = JSON.parse(stdout) as { beliefs: object; files: { file: string }[] };
    expect(beliefs).toEqual({ regime: "rule", pattern: "geometry", signal: "one@1" });
    const rows = await rowsOf(at(`dataset/${files[0]?.file ?? ""}`), `"signal.netLong" AS net, ${COLUMNS.join(", ")}`);
    expect(rows.length).toBeGreaterThan(500);
    const drawn = signalMember("one", COLUMNS);
    for (const row of rows) {
      const x = COLUMNS.map((name) => Number(row[name]));
      expect(row["net"]).toBe(Math.fround(saidOf(drawn, x).output[3] as number));
    }
    const facts = JSON.parse(await readFile(at("dataset/dataset.json"), "utf8")) as Document;
    expect(facts.models).toEqual({ "signal/one@1": (await readFile(at("models/signal/one/1/manifest.sha256"), "utf8")).trim() });
    expect(facts.inSample).toEqual([]);
    writeMember(at("models"), signalMember("seen", COLUMNS, { toMs: Date.UTC(2023, 1, 1) }), SET);
    const seen = await runHere([...dataset, ...serve("signal=seen@1"), "--out", at("seen")]);
    expect(seen.stderr).toMatch(/^NOTE IN-SAMPLE: signal member seen@1 serves from /m);
    expect((JSON.parse(seen.stdout) as Document).inSample).toHaveLength(1);
    expectRefusal(await runHere([...dataset, "--set", 'models.swaps=["2023-01-02:signal=two@1"]']), 1, /models\.swaps is for backtests/);
  });

  it.each([
    ["a swap without a member", "2023-01-02:signal=", /signal needs one member/],
    ["a swap of no layer", "2023-01-02:position=x@1", /there is no layer "position" to swap/],
    ["a swap without a time", "signal=x@1", /swap "signal=x@1" is none: give TIME:LAYER=MEMBER/],
    ["a swap at no time", "yesterday:signal=x@1", /time "yesterday" is not a time/],
  ])("%s is refused", async (_, swap, message) => {
    expectRefusal(await runHere(backtest("--swap", swap)), 2, message);
  });
});

describe("a run inside what a member was trained on", () => {
  it("says IN-SAMPLE in summary, page, JSON and run.json, and one that is not does not", async () => {
    const trainedHere = { fromMs: Date.UTC(2022, 0, 1), toMs: Date.UTC(2023, 0, 1) - 1 };
    writeMember(at("models"), signalMember("here", COLUMNS, trainedHere), SET);
    const said = await run(...serve("signal=here@1"));
    expect(said.inSample).toEqual([
      "signal member here@1 serves from 2023-01-01T00:00:00Z to 2023-01-04T00:00:00Z, and it was trained on 2022-01-01T00:00:00Z to 2022-12-31T23:59:59.999Z with an embargo of 4 h.",
    ]);
    expect(await readFile(at("out/report.html"), "utf8")).toContain("<strong>IN-SAMPLE.</strong>");
    expect(JSON.parse(await readFile(at("out/run.json"), "utf8"))).toMatchObject({ inSample: true });
    const text = await runHere(backtest(...serve("signal=here@1")).filter((word) => word !== "--json"));
    expect(text.stdout).toMatch(/^!! IN-SAMPLE: signal member here@1 serves/m);
    const outside = await run(...serve("signal=early@1"));
    expect(outside.inSample).toBeUndefined();
    expect(await readFile(at("out/run.json"), "utf8")).not.toContain("inSample");
  });

  it("is found through an upstream, and by a swap into it", async () => {
    const early = { fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2021, 0, 1) };
    const sha256 = writeMember(
      at("models"),
      regimeMember("late", COLUMNS, { fromMs: Date.UTC(2023, 0, 3), toMs: Date.UTC(2023, 5, 1) }),
      SET,
    );
    writeMember(at("models"), signalMember("onLate", COLUMNS, { ...early, upstreams: { regime: { member: "late@1", sha256 } } }), SET);
    const both = serve("regime=late@1", "signal=onLate@1");
    expect((await run(...both)).inSample?.map((line) => line.replace(/.*, and /, "").replace(/ was.*/, ""))).toEqual([
      "it",
      "its upstream, regime member late@1,",
    ]);
    expect((await run(...both, "--days", "1")).inSample).toBeUndefined();
    expect((await run(...serve("signal=early@1"), "--swap", "2023-01-02:regime=late@1,signal=onLate@1")).inSample).toHaveLength(2);
  });
});
