import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { namesIn, riposte, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Runs are kept as the user meets it: processes that end, are stopped, fail or are killed, and two at once. */

/** A rule that ends its own process, or fails, at a bar that the environment names. */
const MODULE = `
export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0, mean: NaN }), decide: (state, bar, out) => {
  if (++state.n === 3000 && process.env.DO === "throw") throw new Error("no idea");
  if (state.n === 3000 && process.env.DO?.startsWith("SIG")) process.kill(process.pid, process.env.DO);
  state.mean = state.n === 1 ? bar.close : state.mean + 0.01 * (bar.close - state.mean);
  out.pLong = bar.close > state.mean ? 0.9 : 0; out.pShort = bar.close > state.mean ? 0 : 0.9; out.pNeutral = 1 - out.pLong - out.pShort;
} });`;
const RUN = ["backtest", "--simulate", "--days", "5", "--set", "data.warmUp=false", "--signal", "./mine.ts", "--burst", "256"];
const FILES = ["decisions.jsonl", "equity.csv", "files.sha256", "fills.csv", "report.html", "run.json", "summary.json", "trades.csv"];
/** Nothing in them depends on the machine or the moment. */
const SAME_AGAIN = ["decisions.jsonl", "equity.csv", "fills.csv", "trades.csv"];

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly problem: string | null;
  readonly kind: string;
  readonly figures: Readonly<Record<string, number | null>>;
}

let folder: string;
const run = (args: readonly string[], act = ""): Promise<Ended> => riposte(args, { cwd: folder, env: { DO: act } });
const listed = async (): Promise<readonly Listed[]> => {
  const { stdout, stderr } = await run(["runs", "--json"]);
  expect(stderr).not.toContain("NOTE");
  return (JSON.parse(stdout) as { runs: Listed[] }).runs;
};
const bytes = (...path: string[]): Promise<Buffer> => readFile(join(folder, ...path));

beforeAll(async () => {
  folder = await scratchFolder("kept");
  await writeFile(join(folder, "mine.ts"), MODULE);
});
afterAll(() => Promise.all([folder, `${folder}.state`].map((each) => rm(each, { recursive: true, force: true }))));

describe("riposte backtest", { timeout: 90_000 }, () => {
  it("keeps two runs that go on at once, with the newest as a copy, and the same files for the same run", async () => {
    const ended = await Promise.all([run([...RUN, "--name", "left"]), run([...RUN, "--name", "right"])]);
    for (const each of ended) expect(each.code, each.stderr).toBe(0);
    const runs = await listed();
    expect(runs.map(({ name }) => name).sort()).toEqual(["left", "right"]);
    expect(runs.map(({ status }) => status)).toEqual(["done", "done"]);
    for (const [index, { id }] of runs.entries()) {
      expect(id).toMatch(/^\d{8}T\d{6}Z-(left|right)-[0-9a-f]{8}$/);
      expect(await namesIn(join(folder, "out/runs", id))).toEqual(FILES);
      expect(ended.some(({ stdout }) => stdout.includes(`Kept as     ${id}\n`))).toBe(true);
      if (index > 0) continue;
      for (const name of SAME_AGAIN) expect(await bytes("out/runs", id, name)).toEqual(await bytes("out/runs", runs[1]?.id ?? "", name));
      expect((await run(["verify", "--run", join("out/runs", id)])).code).toBe(0);
    }
    const { id } = JSON.parse((await bytes("out/backtest/run.json")).toString()) as Listed;
    expect(await namesIn(join(folder, "out/backtest"))).toEqual(FILES);
    for (const name of FILES) expect(await bytes("out/backtest", name)).toEqual(await bytes("out/runs", id, name));
    expect((await run(["verify", "--run", "out/backtest"])).code).toBe(0);
  });

  it("compares two of them by name: the same decisions, bit by bit", async () => {
    const { code, stdout, stderr } = await run(["compare", "left", "right", "--json"]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      runs: [{ name: "left" }, { name: "right" }],
      differences: [],
      beside: [{ sameDecisions: true, trades: { changed: [], onlyFirst: [], onlyOther: [] }, daysInCommon: 5, dailyReturns: null }],
    });
  });

  it("says how a run ended that did not come to its end, and leaves the newest as it was", async () => {
    const before = await bytes("out/backtest/run.json");
    expect((await run([...RUN, "--name", "stopped"], "SIGINT")).code).toBe(130);
    expect((await run([...RUN, "--name", "thrown"], "throw")).code).toBe(1);
    await run([...RUN, "--name", "killed"], "SIGKILL");
    const runs = new Map((await listed()).map((each) => [each.name, each]));
    expect(runs.get("stopped")).toMatchObject({ status: "cancelled", problem: expect.stringMatching(/^stopped at 2023-01-0/) as string });
    expect(runs.get("thrown")).toMatchObject({ status: "failed", problem: expect.stringMatching(/failed at the bar .*no idea/) as string });
    expect(runs.get("killed")).toMatchObject({ status: "failed", problem: "its process is gone" });
    expect(await namesIn(join(folder, "out/runs", runs.get("stopped")?.id ?? ""))).toEqual(["run.json"]);
    expect(await bytes("out/backtest/run.json")).toEqual(before);
  });

  it("registers a run that lies elsewhere, and keeps as many as it is told", async () => {
    const pinned = (await listed())[0]?.id ?? "";
    expect((await run(["runs", "pin", pinned])).code).toBe(0);
    const ended = await run([...RUN, "--name", "mine", "--out", "elsewhere", "--set", "runs.keep=2"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(await namesIn(join(folder, "elsewhere"))).toEqual(FILES);
    const runs = await listed();
    expect(runs.map(({ id }) => id)).toContain(pinned);
    expect(runs).toHaveLength(3);
    expect(await namesIn(join(folder, "out/runs/.trash"))).toHaveLength(3);
    expect((await run(["runs", "show", "elsewhere", "--json"])).stdout).toContain('"filesDir": "elsewhere"');
  });
});

describe("riposte sweep", { timeout: 90_000 }, () => {
  it("is one run, its beliefs only with the newest", async () => {
    const ended = await run([
      "sweep",
      ...RUN.slice(1),
      "--name",
      "grid",
      "--set",
      "position.options.stopFraction=0.003,0.004",
      "--jobs",
      "1",
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    const [sweep] = await listed();
    expect(sweep).toMatchObject({ kind: "sweep", name: "grid", status: "done", figures: { runs: 2, planned: 2 } });
    expect(await namesIn(join(folder, "out/runs", sweep?.id ?? ""))).toEqual(["run.json", "sweep.csv", "sweep.html", "sweep.json"]);
    expect(await namesIn(join(folder, "out/sweep"))).toEqual(["run.json", "sweep.beliefs", "sweep.csv", "sweep.html", "sweep.json"]);
  });
});
