import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Step } from "./lanes.ts";

/** Where things lie: the shared market data, and CI's own folder for reports and what is made on the way. */
interface Places {
  readonly shared: string;
  readonly reports: string;
}

const VITEST = "node_modules/vitest/vitest.mjs";
const SYMBOL_YEAR = ["--market", "spot", "--symbol", "BTCUSDT", "--from", "2023-01-01", "--to", "2024-01-01"];

/** Two layers on a market with an edge: small, and they trade. */
const WALK = [
  ...["--simulate", "--days", "60", "--edge", "planted", "--set", "simulate.edgeStrength=0.5", "--set", "report.decisions=all"],
  ...["--train", "20d", "--test", "5d", "--every", "5", "--columns", "all", "--judge", "regime=logit", "--judge", "signal=ridge,lightgbm"],
  ...["--backtest", "one", "--jobs", "1"],
];
const FORESTS = ["--import", "./bin/loader.mjs", "scripts/compareForests.ts"];

/** Everything that must hold, what takes longest or is waited for first. */
export const ciSteps = ({ shared, reports }: Places): Step[] => {
  const at = (name: string): string => join(reports, name);
  const check = (name: string, minutes: number, ...command: readonly string[]): Step => ({ name, minutes, command });
  const script = (name: string): Step => check(name, 15, "npm", "run", "--silent", `check:${name}`);
  const tests = (name: string, minutes: number, ...command: readonly string[]): Step => ({
    name: `tests: ${name}`,
    minutes,
    report: at(`${name}.json`),
    command: [...command, "--reporter=default", "--reporter=json", `--outputFile.json=${at(`${name}.json`)}`],
  });
  const project = (name: string, minutes: number): Step => tests(name, minutes, "node", VITEST, "run", "--project", name);
  /** Starts vitest by a line of bash, which fills in what is known only when the step starts. */
  const by = (line: string): string[] => ["bash", "-c", `${line} "$@"`, "bash"];
  const riposte = (name: string, ...args: readonly string[]): Step => ({
    ...check(name, 15, "node", "bin/riposte.mjs", ...args, "--data", at("store")),
    after: ["the year 2023"],
  });
  const compared = (name: string, after: string, ...command: readonly string[]): Step => ({
    name: `compare: ${name}`,
    minutes: 15,
    lastLineCounts: true,
    command: [at("venv/bin/python"), ...command],
    after: ["python packages", after],
  });
  const klinesAt = join(shared, "data/archive/spot/monthly/klines/BTCUSDT/1m");
  const klines = namesIn(klinesAt)
    .filter((name) => /^BTCUSDT-1m-2023-\d\d\.zip$/.test(name))
    .map((name) => join(klinesAt, name));

  return [
    check("programs", 15, "bash", ".ci/programs"),
    script("types"),
    script("lint"),
    { ...tests("unit", 20, "npm", "test", "--", "--coverage"), name: "tests: unit, with coverage" },
    project("long", 40),
    project("command", 30),
    { ...project("shared", 40), skippedFails: true },
    { ...project("questdb", 30), after: ["programs"] },
    check(
      "the year 2023",
      15,
      "node",
      "bin/riposte.mjs",
      "backfill",
      "--archive",
      join(shared, "data/archive"),
      ...SYMBOL_YEAR,
      "--data",
      at("store"),
    ),
    { ...check("python packages", 15, "bash", ".ci/python", at("venv")), after: ["programs"] },
    riposte("the year as rows", "features", "--raw", ...SYMBOL_YEAR, "--set", "features.columns=rsi_14", "--out", at("raw.parquet")),
    riposte("the year as a dataset", "dataset", ...SYMBOL_YEAR, "--out", at("dataset")),
    riposte("a month as Parquet", "dataset", ...SYMBOL_YEAR, "--to", "2023-02-01", "--format", "parquet", "--out", at("dataset-parquet")),
    compared("talib", "the year as rows", "scripts/talib_compare.py", at("raw.parquet"), ...klines),
    compared("labels", "the year as a dataset", "scripts/labels_reference.py", "check", at("dataset"), ...klines),
    compared("dataset", "the year as a dataset", "scripts/check_dataset.py", at("dataset")),
    compared("dataset-parquet", "a month as Parquet", "scripts/check_dataset.py", at("dataset-parquet")),
    check("node 24", 15, "bash", "-c", `node --import ./bin/loader.mjs scripts/node24.ts >'${at("node24")}'`),
    {
      ...tests("parity-node24", 20, ...by(`"$(cat '${at("node24")}')"`), VITEST, "run", "--project", "parity"),
      after: ["node 24"],
    },
    {
      ...tests(
        "browser",
        20,
        ...by("CHROMIUM=${CHROMIUM:-$(type -P chromium chromium-browser google-chrome | head -n 1)} node"),
        VITEST,
        "run",
        "--project",
        "browser",
      ),
      alone: true,
      after: ["programs"],
    },
    {
      ...{ name: "tests: training", minutes: 15, lastLineCounts: true, after: ["programs"] },
      command: ["bash", ".ci/training", at("training-venv")],
    },
    {
      ...check(
        "compare: forests",
        15,
        ...by(`'${at("training-venv/bin/python")}' training/write_forests.py '${at("forests")}' && node`),
        ...FORESTS,
        at("forests"),
      ),
      lastLineCounts: true,
      after: ["tests: training"],
    },
    check("a walk-forward", 15, "node", "bin/riposte.mjs", "walk-forward", ...WALK, "--out", at("walk"), "--python", at("python")),
    {
      ...check("compare: walk", 15, ...by(`'${at("python")}'/small-*/bin/python training/check_walk.py '${at("walk")}'`)),
      ...{ lastLineCounts: true, after: ["a walk-forward"] },
    },
    {
      ...check(
        "bench: honesty",
        20,
        "npm",
        "run",
        "--silent",
        "bench:honesty",
        "--",
        "null",
        "champions",
        "--short",
        "--python",
        at("python"),
        "--jobs",
        "1",
      ),
      after: ["a walk-forward"],
    },
    script("format"),
    script("imports"),
    script("calls"),
    script("exports"),
    script("tree"),
  ];
};

/** Names in a folder; none where it does not exist: the steps that need its files say so. */
const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
};
