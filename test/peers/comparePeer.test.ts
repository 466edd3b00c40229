import { describe, expect, it } from "vitest";
import { peerDifference } from "./comparePeer.ts";
import { peerScenario } from "./scenario.ts";

const made = Array.from({ length: 40 }, (_, i) => peerScenario(i + 1));

describe("scenarios for peers", () => {
  it("hold trades that end at a stop, at a target and by the plan, also inside the bar of the entry", () => {
    const ends = { stop: 0, target: 0, plan: 0, entryBar: 0 };
    for (const { scenario, desk } of made)
      for (const { entryBar, exitBar, stopTicks, targetTicks } of scenario.trades) {
        const exit = desk.fills.filter(({ bar }) => bar >= entryBar)[1];
        if (exit?.ticks === stopTicks) ends.stop += 1;
        if (exit?.ticks === targetTicks) ends.target += 1;
        if (exit?.bar === exitBar) ends.plan += 1;
        if (exit?.bar === entryBar) ends.entryBar += 1;
      }
    expect(Math.min(...Object.values(ends))).toBeGreaterThan(30);
  });

  it("end flat, so that equity is cash", () => {
    for (const { desk } of made) expect(desk.fills.reduce((sum, { direction, lots }) => sum + direction * lots, 0)).toBe(0);
  });
});

describe("peerDifference", () => {
  const fill = { bar: 3, direction: 1, ticks: 100, lots: 2 } as const;
  const desk = { fills: [fill], equityUsdt: 1000 };

  it.each([
    ["nothing", desk, null],
    ["a price", { ...desk, fills: [{ ...fill, ticks: 101 }] }, "the desk has bar 003: buy 2 @ 100, the peer bar 003: buy 2 @ 101"],
    ["a missing fill", { ...desk, fills: [] }, "the desk has bar 003: buy 2 @ 100, the peer no more fills"],
    ["a fill more", { ...desk, fills: [fill, { ...fill, bar: 4 }] }, "the desk has no more fills, the peer bar 004: buy 2 @ 100"],
    ["the equity", { ...desk, equityUsdt: 1000.001 }, "the equity is 1000 at the desk, 1000.001 at the peer"],
    ["an equity that is none", { ...desk, equityUsdt: NaN }, "the equity is 1000 at the desk, NaN at the peer"],
  ])("says %s", (_, peer, words) => {
    expect(peerDifference(desk, peer)).toBe(words);
  });
});
