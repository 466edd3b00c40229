import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { RiposteConfig } from "../../config/schema.ts";
import { runHere } from "../../test/cli/inProcess.ts";
import { expectRefusal, scratchFolder } from "../../test/cli/riposte.ts";
import type { Ended } from "../../test/cli/riposte.ts";
import { regimeMember, signalMember, writeMember } from "../../test/trained/member.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { featureSet } from "../../operators/features/featureSet.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
const COLUMNS = ["rsi_14", "natr_14"];

let folder = "";
const folders: string[] = [];
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = await scratchFolder("models");
  folders.push(folder);
  writeMember(folder, signalMember("good", COLUMNS, { verdict: "passed" }), SET);
  writeMember(folder, signalMember("better", COLUMNS, { verdict: "passed", seed: 2, version: "12" }), SET);
  writeMember(folder, signalMember("bad", COLUMNS, { verdict: "failed" }), SET);
  writeMember(folder, signalMember("new", COLUMNS), SET);
  const sha256 = writeMember(folder, regimeMember("logit", COLUMNS, { verdict: "passed" }), SET);
  writeMember(folder, signalMember("behind", COLUMNS, { verdict: "passed", upstreams: { regime: { member: "logit@1", sha256 } } }), SET);
});
afterAll(() => Promise.all(folders.map((each) => rm(each, { recursive: true }))));

const models = (...words: readonly string[]): Promise<Ended> => runHere(["models", ...words, "--set", `models.dir=${folder}`]);
interface Serving {
  readonly serving: Readonly<Record<string, { readonly member: string } | null>>;
  readonly history: readonly Readonly<Record<string, unknown>>[];
}
const served = async (): Promise<Serving> => JSON.parse(await readFile(at("serving.json"), "utf8")) as Serving;

describe("riposte models", () => {
  it("lists members with layer, span, size, verdict and who serves, and shows a card", async () => {
    await models("promote", "signal=good@1");
    const { stdout } = await models("list");
    expect(stdout).toMatch(/^layer +member +trained +kB +verdict +serves$/m);
    expect(stdout).toMatch(/^regime +logit@1 +2022-01-01 … 2022-12-31 +\d+ +passed$/m);
    expect(stdout).toMatch(/^signal +better@12 +2022-01-01 … 2022-12-31 +\d+ +passed$/m);
    expect(stdout).toMatch(/^signal +good@1 .* passed +yes$/m);
    expect(stdout).toMatch(/^signal +new@1 .* none$/m);
    expect((await models("card", "signal=good@1")).stdout).toBe("# signal good@1\n\nMade by a test.\n");
  });

  it("verifies all or one, and fails with a line for each that may not serve", async () => {
    expect((await models("verify")).stdout.match(/may serve/g)).toHaveLength(6);
    await writeFile(at("signal/bad/1/card.md"), "it earned a fortune");
    const { code, stdout, stderr } = await models("verify");
    expect(code).toBe(1);
    expect(stdout).toMatch(/^signal member bad@1: card\.md has 19 bytes, not the \d+ of its manifest$/m);
    expect(stderr).toMatch(/1 of 6 members may not serve/);
    expect((await models("verify", "signal=good@1")).stdout).toBe("signal member good@1: may serve\n");
  });

  it("promotes, keeps the history, and rolls back step by step to the rule", async () => {
    for (const member of ["good@1", "better@12"]) expect((await models("promote", `signal=${member}`)).code).toBe(0);
    expect((await served()).serving["signal"]?.member).toBe("better@12");
    expect((await models("rollback", "signal")).stdout).toBe("signal: better@12 → good@1\n");
    expect((await models("rollback", "signal")).stdout).toBe("signal: good@1 → the rule\n");
    expectRefusal(await models("rollback", "signal"), 1, /nobody was promoted in the signal layer/);
    expect((await served()).history.map(({ action }) => action)).toEqual(["promote", "promote", "rollback", "rollback"]);
  });

  it("promotes nobody without a passed verdict, unless the reason is given and written down", async () => {
    expectRefusal(
      await models("promote", "signal=new@1"),
      1,
      /signal member new@1 is not promoted: it has no verdict of a validation; --override/,
    );
    expectRefusal(await models("promote", "signal=bad@1"), 1, /signal member bad@1 is not promoted: its verdict is failed/);
    expectRefusal(await models("promote", "signal=bad@1", "--override", " "), 2, /--override needs a reason/);
    expect((await models("promote", "signal=bad@1", "--override", "to look at it")).code).toBe(0);
    expect((await served()).history).toEqual([
      expect.objectContaining({
        layer: "signal",
        action: "promote",
        override: "to look at it",
        to: expect.objectContaining({ member: "bad@1" }) as object,
      }),
    ]);
    await models("promote", "signal=good@1", "--override", "not needed");
    expect((await served()).history.at(-1)).toMatchObject({ override: null });
  });

  it("promotes and rolls back members that stand behind others together with those", async () => {
    expectRefusal(
      await models("promote", "signal=behind@1"),
      1,
      /signal member behind@1 stands behind regime member logit@1, and rule would serve/,
    );
    expect((await models("promote", "signal=behind@1", "regime=logit@1")).code).toBe(0);
    expectRefusal(await models("rollback", "regime"), 1, /stands behind regime member logit@1, and rule would serve: change both/);
    expect((await models("rollback", "regime", "signal")).code).toBe(0);
    expect((await served()).serving).toEqual({ regime: null, pattern: null, signal: null });
  });

  it("lets those who are promoted serve where a config says so, and only as they were promoted", async () => {
    const run = ["backtest", "--simulate", "--days", "1", "--set", "data.warmUp=false", "--set", `models.dir=${folder}`, "--json"];
    const backtest = (): Promise<Ended> => runHere([...run, "--profile", "ai", "--out", at("out")]);
    const said = async (): Promise<string[]> => Object.keys((JSON.parse((await backtest()).stdout) as { models?: object }).models ?? {});
    expect(await said()).toEqual([]);
    await models("promote", "signal=behind@1", "regime=logit@1");
    expect(await said()).toEqual(["regime/logit@1", "signal/behind@1"]);
    await models("rollback", "signal", "regime");
    await models("promote", "signal=good@1");
    writeMember(folder, signalMember("good", COLUMNS, { verdict: "passed", seed: 5 }), SET);
    expectRefusal(await backtest(), 1, /signal member good@1: it is not the one that was promoted/);
    expect((await models("list")).stdout).toMatch(/good@1 .* REFUSED: another one was promoted$/m);
  });

  it("resolves who is promoted: another member is another run, for hashes, journals and stored beliefs", async () => {
    const run = ["backtest", "--simulate", "--days", "1", "--set", "data.warmUp=false", "--set", `models.dir=${folder}`, "--json"];
    const backtest = (...more: string[]): Promise<Ended> => runHere([...run, "--profile", "ai", "--out", at("out"), ...more]);
    await models("promote", "signal=good@1");
    const good = await backtest("--beliefs", at("b"), "--journal", at("j"));
    expect(good.stderr).toMatch(/^NOTE nobody is promoted in regime: the rule serves there/m);
    const shown = async () =>
      JSON.parse(await readFile(at("out/run.json"), "utf8")) as { config: RiposteConfig; hashes: { config: string } };
    const { config, hashes } = await shown();
    expect(config.models.serve).toEqual({ regime: null, pattern: null, signal: "good@1" });
    await backtest("--set", "models.serve.signal=good@1");
    expect((await shown()).hashes.config).toBe(hashes.config);
    await models("promote", "signal=better@12");
    expectRefusal(await backtest("--beliefs", at("b")), 1, /made with models\.serve\.signal = "good@1", and this run has "better@12"/);
    expectRefusal(await backtest("--journal", at("j"), "--resume"), 1, /was written with another config/);
    await models("rollback", "signal");
    await models("rollback", "signal");
    expectRefusal(await backtest("--beliefs", at("b")), 1, /made with models = .*, and this run has nothing/);
  });

  it("promotes the rule, and nobody twice", async () => {
    for (let i = 0; i < 2; i += 1) await models("promote", "signal=good@1");
    expect((await served()).history).toHaveLength(1);
    expect((await models("promote", "signal=good@1")).stdout).toBe("signal: good@1 serves already\n");
    expect((await models("promote", "signal=byRegime")).stdout).toBe("signal: good@1 → the rule\n");
    expect((await models("rollback", "signal")).stdout).toBe("signal: the rule → good@1\n");
    expect((await models("rollback", "signal")).stdout).toBe("signal: good@1 → the rule\n");
  });

  it("verifies all that would serve together", async () => {
    await models("promote", "regime=logit@1");
    const sha256 = writeMember(folder, regimeMember("logit", COLUMNS, { verdict: "passed", seed: 9 }), SET);
    writeMember(folder, signalMember("behind", COLUMNS, { verdict: "passed", upstreams: { regime: { member: "logit@1", sha256 } } }), SET);
    expectRefusal(
      await models("promote", "signal=behind@1"),
      1,
      /regime member logit@1: it is not the one that was promoted.*; riposte models promote regime=rule lets the rule serve$/m,
    );
    expect((await models("promote", "signal=behind@1", "regime=logit@1")).code).toBe(0);
  });

  it("shows a promoted member whose folder has gone, and offers the way to the rule", async () => {
    for (const member of ["good@1", "better@12"]) await models("promote", `signal=${member}`);
    await rm(at("signal/good"), { recursive: true });
    expectRefusal(
      await models("rollback", "signal"),
      1,
      /good@1: there is no folder .*; riposte models promote signal=byRegime lets the rule/,
    );
    await rm(at("signal/better"), { recursive: true });
    expect((await models("list")).stdout).toMatch(/^signal +better@12 .* yes +REFUSED: there is no folder signal\/better\/12/m);
    expect((await models("promote", "signal=byRegime")).code).toBe(0);
    expect((await served()).serving["signal"]).toBeNull();
  });

  it.each([["list"], ["verify"], ["promote", "signal=good@1"]])("%s refuses a folder that is none", async (...words) => {
    for (const [name, message] of [
      ["none", /models\.dir .*none does not exist/],
      ["signal/good/1/card.md", /card\.md is no folder/],
    ] as const)
      expectRefusal(await runHere(["models", ...words, "--set", `models.dir=${at(name)}`]), 2, message);
  });

  it.each([
    ["no member", ["promote"], 2, /promote needs a member/],
    ["no layer", ["promote", "sygnal=good@1"], 2, /there is no layer sygnal \(did you mean signal\?\)/],
    ["a member without a layer", ["card", "good@1"], 2, /"good@1" is no member: give LAYER=MEMBER/],
    [
      "a member that is not there",
      ["card", "signal=none@1"],
      1,
      /signal member none@1: there is no folder signal\/none\/1 among the members/,
    ],
    ["no action", ["serve"], 2, /models has no action serve/],
    ["an override of nothing", ["list", "--override", "x"], 2, /--override is for models promote/],
    ["one layer twice", ["promote", "signal=good@1", "signal=better@12"], 2, /signal is named twice/],
  ] as const)("refuses %s", async (_, words, code, message) => {
    expectRefusal(await models(...words), code, message);
  });

  it("says where serving.json is damaged", async () => {
    await writeFile(at("serving.json"), "{");
    expectRefusal(await models("list"), 1, /serving\.json: is not JSON; restore it from a copy, or move it away and promote/);
    await rm(at("serving.json"));
    expect((await models("promote", "signal=good@1")).code).toBe(0);
  });
});
