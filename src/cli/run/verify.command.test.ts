import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { riposte, scratchFolder } from "../../../test/cli/riposte.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
let folder = "";
beforeAll(async () => {
  folder = await scratchFolder("verify-run");
  await mkdir(join(folder, "runs"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The warnings about a restart of a verified run. */
const restarts = async (...args: readonly string[]): Promise<string[]> => {
  const env = { RIPOSTE_RUNS_DIR: join(folder, "runs") };
  const out = join(folder, "out");
  const { code, stdout, stderr } = await riposte(["backtest", "--simulate", "--verify", "--json", "--out", out, ...args], {
    cwd: ROOT,
    env,
  });
  expect(code, stderr).toBe(0);
  const summary = JSON.parse(stdout) as { readonly verified: boolean; readonly warnings: readonly string[] };
  expect(summary.verified).toBe(true);
  return summary.warnings.filter((warning) => warning.includes("docs/modules.md#state"));
};
const BARS_ONLY = ["--days", "2", "--regime", "none", "--pattern", "none"];
const OTHERWISE = "A restart in the middle of the run decides otherwise, first";
const REMEDY = "it keeps something outside of its state; what lasts from bar to bar belongs into what init returns, as plain data";

it.each<[string, string[], RegExp]>([
  [
    "variables of functions",
    [...BARS_ONLY, "--signal", "./test/modules/hidden/closure.ts"],
    new RegExp(
      `^${OTHERWISE} signal module ./test/modules/hidden/closure.ts at the bar of BTCUSDT that closed at 2023-01-02T.*Z: ${REMEDY}`,
    ),
  ],
  [
    "a variable of the module",
    ["--days", "2", "--pattern", "none", "--signal", "trend", "--regime", "./test/modules/hidden/variable.ts"],
    new RegExp(
      `^${OTHERWISE} regime module ./test/modules/hidden/variable.ts at the bar of BTCUSDT that closed at 2023-01-02T.*Z: ${REMEDY}`,
    ),
  ],
  [
    "a private field",
    [...BARS_ONLY, "--signal", "trend", "--position", "./test/modules/hidden/privateField.ts"],
    new RegExp(`^${OTHERWISE} position module ./test/modules/hidden/privateField.ts at the bar of BTCUSDT that closed at .*: ${REMEDY}`),
  ],
  [
    "an instance of a class that is made later",
    [...BARS_ONLY, "--signal", "./test/modules/hidden/later.ts"],
    /^signal module \.\/test\/modules\/hidden\/later\.ts: the state of signal cannot be written: \S+\.phase is an instance of Phase that was made while the line ran; plain objects/,
  ],
])("finds state in %s", async (_, args, warning) => {
  expect(await restarts(...args)).toEqual([expect.stringMatching(warning)]);
});

it.each<[string, string[]]>([
  ["the shipped members on two symbols", ["--days", "4", "--symbol", "BTCUSDT,ETHUSDT"]],
  ["a module that keeps what it is shown", [...BARS_ONLY, "--signal", "./test/modules/keepsItAll.ts"]],
  ["emaCross", ["--config", "examples/emaCross.json", "--days", "3"]],
  ["breakout", ["--config", "examples/breakout.json", "--days", "3"]],
  ["fundingCarry", ["--config", "examples/fundingCarry.json", "--days", "6"]],
  [
    "an own regime",
    ["--days", "3", "--regime", "./examples/ownRegime.ts", "--pattern", "geometry", "--signal", "byRegime", "--position", "managed"],
  ],
  [
    "an own pattern and signal",
    ["--days", "3", "--pattern", "./examples/ownPattern.ts", "--signal", "./examples/ownSignal.ts", "--position", "managed"],
  ],
  [
    "an own feature",
    [
      "--days",
      "3",
      "--set",
      "features.modules=./examples/ownFeature.ts",
      "--signal",
      "./examples/ownFeatureSignal.ts",
      "--position",
      "managed",
    ],
  ],
])("%s: a restart decides the same", async (_, args) => {
  expect(await restarts(...args)).toEqual([]);
});
