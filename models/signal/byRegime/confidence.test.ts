import { describe, expect, it } from "vitest";
import { BTC } from "../../../test/items.ts";
import { confidenceScore, saidAndDone } from "../../../test/signalScore.ts";
import { DEFAULT_MARKET, simulatedMarket } from "../../../streams/simulatedMarket.ts";
import geometry from "../../pattern/geometry.ts";
import rule from "../../regime/rule.ts";
import byRegime from "../byRegime.ts";

/** 90 days of the simulator, every minute's word against its label. */
const scoreOn = async (edge: "regimes" | "none") =>
  confidenceScore(
    await saidAndDone(simulatedMarket({ ...DEFAULT_MARKET, days: 90, edge }), BTC, {
      regime: rule({}),
      pattern: geometry({}),
      signal: byRegime({}),
    }),
  );

describe("confidence and expected net return against the labels", () => {
  it.each(["regimes", "none"] as const)("mean what they say on a simulated market with edge %s", async (edge) => {
    const score = await scoreOn(edge);
    expect(score.bars).toBeGreaterThan(100_000);
    // Hindsight's share is the harder rival; a confidence that means nothing loses far more than this.
    expect(score.logLoss).toBeLessThan(score.marginalLogLoss + 0.003);
    for (const { n, predicted, observed } of score.calibration) if (n > 20_000) expect(Math.abs(predicted - observed)).toBeLessThan(0.04);
    expect(Math.abs(score.expectedNet - score.net)).toBeLessThan(0.0002);
  });
});
