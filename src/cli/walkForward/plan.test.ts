import { describe, expect, it } from "vitest";
import type { OptionValues } from "../frame/command.ts";
import { WALK_OPTIONS, walkPlan } from "./plan.ts";

const presets: OptionValues = Object.fromEntries(Object.entries(WALK_OPTIONS).map(([name, { default: preset }]) => [name, preset]));
const plan = (values: OptionValues = {}) => walkPlan({ ...presets, ...values });

describe("the plan of a walk-forward", () => {
  it("judges every model of both layers, and serves the ensembles", () => {
    const { judge, serve, args, costs } = plan();
    expect(judge.signal).toEqual(["ridge", "lightgbm", "xgboost", "catboost", "ensemble"]);
    expect(serve).toEqual({ regime: "ensemble", signal: "ensemble" });
    expect(args).toContain("--serve=regime=ensemble,signal=ensemble");
    expect(args).toContain("--step=1m");
    expect(costs).toEqual([0, 0.0004, 0.001]);
  });

  it("leaves a layer out, and serves the last judged model or the one that was named", () => {
    const { judge, serve } = plan({ judge: ["regime=", "signal=ridge,lightgbm"] });
    expect([judge.regime, serve]).toEqual([[], { signal: "lightgbm" }]);
    expect(plan({ judge: ["signal=ridge,lightgbm"], serve: ["signal=ridge"] }).serve.signal).toBe("ridge");
  });

  it.each<[OptionValues, string]>([
    [{ judge: ["signal=tft"] }, "--judge signal=tft: the signal layer has ridge, lightgbm, xgboost, catboost, ensemble"],
    [{ judge: ["pattern=x"] }, '--judge "pattern=x": give LAYER=MODEL, where LAYER is regime or signal'],
    [{ judge: ["signal=", "regime="] }, "--judge: no model of any layer is left to judge"],
    [{ judge: ["signal=ridge"], serve: ["signal=catboost"] }, "--serve signal=catboost: it is not among those that are judged"],
    [{ train: "6x" }, "--train 6x: give calendar months or days, e.g. 6m or 180d"],
    [{ train: "20d", test: "1m" }, "--train, --test and --step: give all of them in months, or all in days"],
    [{ step: "2m" }, "--step 2m: it must be that of --test, so that every moment is judged once"],
    [{ serve: ["signal="] }, "--serve signal=: it is not among those that are judged"],
    [{ cost: "x" }, "--cost x: give a fraction of the entry, e.g. 0.001"],
    [{ embargo: "-1" }, "--embargo -1: give a whole number, 1 or more"],
    [{ cpcv: "3,3" }, "--cpcv 3,3: give groups of time and fewer of them to judge, e.g. 6,2"],
    [{ cpcv: "6,2", judge: ["signal="] }, "--cpcv judges the calibrated signal that serves"],
    [{ every: "0" }, "--every 0: give a whole number, 1 or more"],
    [{ costs: "0,x" }, "--costs 0,x: give fractions of the entry, e.g. 0,0.0004,0.001"],
    [{ "training-seed": "-1" }, "--training-seed -1: give a whole number, 1 or more"],
  ])("refuses %o", (values, message) => {
    expect(() => plan(values)).toThrow(message);
  });
});
