import { expect } from "vitest";
import type { OptionValues } from "../../src/cli/command.ts";
import type { RunShares } from "./shares.ts";

/** All four shipped layers, as the command line names them. */
export const LAYERED: OptionValues = { regime: "rule", pattern: "geometry", signal: "byRegime", position: "managed" };

const WAYS_OUT = ["stop", "target", "break-even", "trailing-stop", "time-limit", "signal"] as const;

/** What is asked of a year of the four shipped layers: that it trades, both ways, uses every way out and does not nag; no profit. */
export const expectHealthyLayers = ({ trades, refusals, tradedDays, long, byReason }: RunShares): void => {
  expect(trades).toBeGreaterThanOrEqual(500);
  expect(trades).toBeLessThan(1500);
  expect(tradedDays).toBeGreaterThanOrEqual(0.6);
  expect(long).toBeGreaterThanOrEqual(0.2);
  expect(long).toBeLessThanOrEqual(0.8);
  for (const reason of WAYS_OUT) expect(byReason[reason] ?? 0, reason).toBeGreaterThanOrEqual(0.01);
  expect(refusals).toBeLessThan(trades / 5);
};
