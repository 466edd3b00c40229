import { expect, it } from "vitest";
import { archiveBursts } from "../../test/archiveBursts.ts";
import { BTC } from "../../test/items.ts";
import { describeShared } from "../../test/sharedData.ts";
import { confidenceScore, saidAndDone } from "../../test/signalScore.ts";
import geometry from "../pattern/geometry.ts";
import rule from "../regime/rule.ts";
import byRegime from "./byRegime.ts";

describeShared("L3 on the minutes of 2022 and 2023", () => {
  it.each([
    ["BTCUSDT", 0.002],
    ["ETHUSDT", 0.0005],
  ])("%s: confidence beats hindsight's share of profits, and both mean what they say", async (symbol, better) => {
    const source = archiveBursts(symbol, ["2022", "2023"]);
    const score = confidenceScore(await saidAndDone(source, BTC, { regime: rule({}), pattern: geometry({}), signal: byRegime({}) }));
    expect(score.bars).toBeGreaterThan(1_000_000);
    expect(score.logLoss).toBeLessThan(score.marginalLogLoss - better);
    for (const { n, predicted, observed } of score.calibration) if (n > 20_000) expect(Math.abs(predicted - observed)).toBeLessThan(0.03);
    expect(Math.abs(score.expectedNet - score.net)).toBeLessThan(0.0001);
  });
});
