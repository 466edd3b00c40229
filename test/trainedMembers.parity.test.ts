import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { runHere } from "./cli/inProcess.ts";
import { scratchFolder } from "./cli/riposte.ts";

/** Every belief of every bar is in it, to the last bit. It moves with the shipped members, their features and the simulator alone. */
const DECISIONS_SHA256 = "18bb033b0868a171722c68ab47195f2687d731dbae4d741008f8b10158831b87";

interface Summary {
  readonly decisionsSha256: string;
  readonly inSample: readonly unknown[];
  readonly members: readonly { readonly layer: string; readonly member: string; readonly bars: number }[];
}

const folder = await scratchFolder("ai");
afterAll(() => rm(folder, { recursive: true }));

it("the profile ai serves the shipped members, and every Node says the same bits", async () => {
  const { code, stdout, stderr } = await runHere([
    ...["backtest", "--simulate", "--days", "8", "--seed", "3", "--profile", "ai", "--json", "--out", join(folder, "out")],
    ...["--symbol", "BTCUSDT,ETHUSDT"],
  ]);
  expect(code, stderr).toBe(0);
  const { decisionsSha256, inSample, members } = JSON.parse(stdout) as Summary;
  const bars = (layer: string, name: string): number => members.find((each) => each.layer === layer && each.member === name)?.bars ?? 0;
  // The slowest column that they read is known at bar 3,240 (docs/features.md).
  expect(bars("regime", "ensemble@1")).toBe(2 * (8 * 1440 - 3239));
  expect(bars("signal", "lightgbm@1")).toBe(2 * (8 * 1440 - 3239));
  expect(inSample.length).toBeGreaterThan(0);
  expect(decisionsSha256).toBe(DECISIONS_SHA256);
});
