import { beforeAll, expect, it } from "vitest";
import { archiveBursts } from "./archiveBursts.ts";
import type { Beliefs } from "./beliefScore.ts";
import { believed, directionLoss, judgedPattern, judgedRegime, scoreOf } from "./beliefScore.ts";
import { BTC } from "./items.ts";
import { describeShared } from "./sharedData.ts";
import geometry from "../models/pattern/geometry.ts";
import rule from "../models/regime/rule.ts";

/** The two layers are judged in one pass over the minutes: it is most of the time. */
describeShared("L1 and L2 on the minutes of 2022 and 2023", () => {
  for (const symbol of ["BTCUSDT", "ETHUSDT"]) {
    describeShared(symbol, () => {
      let said: Beliefs;
      beforeAll(async () => {
        said = await believed(archiveBursts(symbol, ["2022", "2023"]), BTC, rule({}), geometry({}));
      });

      it("L1 tells the state of the next 240 bars better than hindsight's frequencies, and means its probabilities", () => {
        const score = scoreOf(judgedRegime(said), 7);
        expect(score.bars).toBeGreaterThan(1_000_000);
        expect(score.logLoss).toBeLessThan(score.marginalLogLoss - 0.1);
        expect(score.accuracy).toBeGreaterThan(score.commonest);
        expect(score.accuracy).toBeGreaterThan(score.trailingAccuracy);
        for (const { n, predicted, observed } of score.calibration)
          if (n > 20_000) expect(Math.abs(predicted - observed)).toBeLessThan(0.05);
      });

      it("L2 tells the next hour no worse than hindsight's frequencies, and means its probabilities", () => {
        const judged = judgedPattern(said);
        const score = scoreOf(judged, 3);
        expect(directionLoss(judged)).toBeLessThan(Math.LN2);
        expect(score.bars).toBeGreaterThan(1_000_000);
        expect(score.logLoss).toBeLessThan(score.marginalLogLoss - 0.003);
        for (const { n, predicted, observed } of score.calibration)
          if (n > 20_000) expect(Math.abs(predicted - observed)).toBeLessThan(0.05);
      });
    });
  }
});
