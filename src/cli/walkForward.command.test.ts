import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sampleWalk } from "../walkForward/testing/sampleWalk.ts";
import type { Walk } from "../walkForward/walkFile.ts";
import { scriptFile } from "./training/testing/scriptFile.ts";
import { walkForwardCommand } from "./walkForward.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-walk-forward-"));
});
afterEach(() => rm(dir, { recursive: true }));

const PRESETS = Object.fromEntries(Object.entries(walkForwardCommand.options).map(([name, { default: preset }]) => [name, preset]));
const TRADES = "model,calibrated,cost,symbol,entryMs,exitMs,side,gross\nlightgbm,0,0,BTCUSDT,1656633600000,1656637200000,1,0.004\n";

/** Runs the command on three days of the simulated market, with a shell script in Python's place; `trainer`: what the trainer does. */
const run = async (walk: Partial<Walk>, values: Record<string, string | boolean | string[]> = {}, trainer = "true") => {
  await writeFile(join(dir, "walk.json"), JSON.stringify(sampleWalk(walk)));
  await writeFile(join(dir, "trades.csv"), TRADES);
  const python = join(dir, "python3");
  const given = `for word in "$@"; do case "$word" in --work=*) cp '${dir}/walk.json' '${dir}/trades.csv' "\${word#--work=}";; esac; done`;
  scriptFile(python, [
    'case "$1 $2" in',
    '"-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python";;',
    `"-m riposte_training") shift 2; echo "$@" >'${dir}/asked'; ${given}; echo "@ 1/3" >&2; echo "fold 1: done" >&2; ${trainer};;`,
    "esac",
  ]);
  const [printed, logged, progress]: [string[], string[], string[]] = [[], [], []];
  const document = await walkForwardCommand.run(
    { ...PRESETS, simulate: true, days: "3", backtest: "none", out: join(dir, "out"), python: join(dir, "envs"), ...values },
    {
      log: (line) => logged.push(line),
      print: (line) => printed.push(line),
      progress: (label, done, total) => progress.push(`${label} ${done}/${total}`),
      signal: new AbortController().signal,
      json: false,
      env: { ...process.env, RIPOSTE_PYTHON: python, XDG_STATE_HOME: join(dir, "state") },
    },
  );
  return { document: document as { labels: { trades: number }[]; simulated: boolean }, printed, logged, progress };
};
const asked = (): string => readFileSync(join(dir, "asked"), "utf8");

describe("walk-forward", { timeout: 60_000 }, () => {
  test("makes the dataset of a stored simulated market, hands it to the trainer, and writes page and document", async () => {
    const { document, printed, logged, progress } = await run({}, { train: "1d", test: "1d" });
    expect(asked()).toContain(`walk --dataset=${dir}/out/dataset --work=${dir}/out/work/`);
    expect(asked()).toContain("--train=1d --test=1d");
    expect(asked()).toContain("--step=1d --seed=1 --regime=logit,lightgbm,ensemble --signal=ridge,lightgbm,xgboost,catboost,ensemble");
    expect(existsSync(join(dir, "out/simulated/klines"))).toBe(true);
    for (const file of ["walk-forward.html", "walk-forward.json"]) expect(existsSync(join(dir, "out", file))).toBe(true);
    expect(document.simulated).toBe(true);
    expect(document.labels.map(({ trades }) => trades).filter((trades) => trades > 0)).toEqual([1]);
    expect(progress).toContain("training 1/3");
    expect(logged).toContain("fold 1: done");
    expect(logged.filter((line) => /^(?:simulated market|dataset|training): \d+\.\d s$/.test(line))).toHaveLength(3);
    expect(printed.join()).toContain("3 folds of 180d + 30d");
  });

  test("takes a dataset that is there, and does the same work in the same folder", async () => {
    await run({});
    const [, work] = /--work=(\S+)/.exec(asked()) ?? [];
    await run({}, { dataset: join(dir, "out/dataset"), jobs: "1" });
    expect(asked()).toContain(`--work=${work}`);
    await run({}, { dataset: join(dir, "out/dataset"), "training-seed": "2" });
    expect(asked()).not.toContain(`--work=${work}`);
  });

  test("keeps the other folds where some failed, and says how to go on", async () => {
    const failing = run({}, {}, 'echo "train: fold 2022-09 failed: the dataset has a hole there" >&2; exit 3');
    await expect(failing).rejects.toThrow(/^fold 2022-09 failed: .*hole there; the other folds are kept in .*: the same command goes on/);
  });

  test("makes the trainer's one line its own error", async () => {
    await expect(run({}, {}, 'echo "train: the span has 3 days" >&2; exit 1')).rejects.toThrow(/^the span has 3 days$/);
  });

  test("refuses a walk of another layout, and a folder that is no dataset", async () => {
    await expect(run({ format: 2 })).rejects.toThrow(/walk\.json has the layout 2, and this program reads 1: delete its folder/);
    await expect(run({}, { dataset: join(dir, "nowhere") })).rejects.toThrow(
      /cannot read .*nowhere\/dataset\.json: .*--dataset names a folder/,
    );
  });

  test.each<[Record<string, string | string[]>, RegExp]>([
    [{ backtest: "two" }, /^--backtest two: give all, one or none$/],
    [{ manage: "well" }, /^--manage well: give labels or config$/],
    [{ calibration: "none", backtest: "one" }, /^--calibration none makes no members that could serve: add --backtest none$/],
    [
      { position: "bracket", backtest: "one" },
      /^--manage labels sets options of the position manager "managed": with bracket add --manage config$/,
    ],
    [{ jobs: "0" }, /^--jobs 0: give a whole number, 1 or more$/],
    [{ set: ["models.serve.signal=ridge@1"] }, /^models\.serve and models\.swaps are what a walk-forward sets itself/],
  ])("refuses %o before anything is done", async (values, message) => {
    await expect(run({}, values)).rejects.toThrow(message);
    expect(existsSync(join(dir, "asked"))).toBe(false);
  });
});
