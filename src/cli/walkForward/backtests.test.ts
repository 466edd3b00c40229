import { describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { parseSwap } from "../../../config/swaps.ts";
import { sampleWalk } from "../../walkForward/testing/sampleWalk.ts";
import { backtestArgs, labelManagement, servedSets } from "./backtests.ts";

const stitching = {
  walk: sampleWalk(),
  options: ["--symbol=BTCUSDT"],
  warmUp: { fromMs: Date.UTC(2022, 0, 2), days: 32 },
  membersDir: "m",
  dir: "b",
};

describe("the backtests of a walk-forward", () => {
  it("are the whole line, none of it, and each layer alone", () => {
    expect(servedSets({ regime: "a", signal: "b" }, true)).toEqual([["regime", "signal"], [], ["regime"], ["signal"]]);
    expect(servedSets({ signal: "b" }, true)).toEqual([["signal"], []]);
    expect(servedSets({ regime: "a", signal: "b" }, false)).toEqual([["regime", "signal"]]);
  });

  it("begin with the first fold's members and change them at every other fold, from the first judged moment to the last", () => {
    const args = backtestArgs(stitching, ["regime", "signal"]);
    expect(args.filter((word) => /^--(?:from|to)=/.test(word))).toEqual(["--from=2022-07-01T00:00:00Z", "--to=2022-09-29T00:00:00Z"]);
    expect(args).toContain("--set=models.serve.signal=lightgbm@1");
    expect(args).toContain("--set=models.serve.regime=ensemble@1");
    const swaps = args.filter((word) => word.startsWith("--swap=")).map((word) => parseSwap(word.slice("--swap=".length)));
    expect(swaps).toEqual([
      { atMs: Date.UTC(2022, 6, 31), members: { regime: "ensemble@2", signal: "lightgbm@2" } },
      { atMs: Date.UTC(2022, 7, 30), members: { regime: "ensemble@3", signal: "lightgbm@3" } },
    ]);
  });

  it("read as far back as the line of the dataset did", () => {
    // 180 days from 2 January to 1 July, and 32 before.
    expect(backtestArgs(stitching, [])).toContain("--set=data.warmUpDaysMin=212");
    expect(backtestArgs({ ...stitching, warmUp: { fromMs: null, days: 32 } }, [])).toContain("--set=data.warmUpDaysMin=36525");
    expect(backtestArgs(stitching, []).filter((word) => /serve|swap/.test(word))).toEqual([]);
  });

  it("hold as the labels do", () => {
    const { labels } = configSchema.parse({ labels: { stop: 0.004, horizonMinutes: 30 } });
    expect(labelManagement({ labels })).toEqual(
      expect.arrayContaining([
        "--set=position.options.stopFraction=0.004",
        "--set=position.options.timeLimitMinutes=30",
        "--set=position.options.exitBySignal=false",
      ]),
    );
    const volatility = configSchema.parse({ labels: { unit: "volatility", stop: 1, target: 2 } }).labels;
    expect(labelManagement({ labels: volatility }).join()).not.toContain("stopFraction");
  });
});
