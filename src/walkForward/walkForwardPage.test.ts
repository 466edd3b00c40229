import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { pageScript, WALK_MODULES } from "../report/html/assets.ts";
import { sampleWalk, sampleWalkForward } from "./testing/sampleWalk.ts";
import { walkForwardPage } from "./walkForwardPage.ts";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";
import { foldReturns, trainingOverhead } from "./walkForwardRecord.ts";
import { walkForwardText } from "./walkForwardText.ts";

const page = (record: WalkForwardRecord): string => [...walkForwardPage(record)].join("");
const chartsOf = (text: string): string[] => [...text.matchAll(/data-chart="([\w-]+)"/g)].map(([, name]) => name as string);

interface PageData {
  readonly lines: string[];
  readonly folds: { ic: (number | null)[] }[];
  readonly foldReturns: number[];
}
const dataOf = (text: string): PageData =>
  JSON.parse(/<script type="application\/json" id="walk-data">(.*?)<\/script>/s.exec(text)?.[1] ?? "") as PageData;

describe("walkForwardPage", () => {
  it("shows the model that serves and ridge beside it, fold by fold", () => {
    const { lines, folds } = dataOf(page(sampleWalkForward()));
    expect(lines).toEqual(["lightgbm BTCUSDT", "ridge BTCUSDT"]);
    expect(folds.map(({ ic }) => ic)).toEqual([
      [0.02, 0.01],
      [0.04, 0.02],
      [0.06, 0.03],
    ]);
  });

  it("leaves out what was not asked for", () => {
    const regimesOnly = sampleWalk({
      models: { signal: [], regime: ["ensemble"] },
      serve: { regime: "ensemble" },
      signal: {},
      decay: [],
      carries: [],
    });
    expect(chartsOf(page(sampleWalkForward()))).toEqual(["walk-equity", "walk-ic", "walk-curve", "walk-decay", "walk-carries"]);
    expect(chartsOf(page(sampleWalkForward({ walk: regimesOnly, labels: [], backtests: [], verdict: null })))).toEqual([]);
  });

  it("escapes what comes from outside, and loads nothing", () => {
    const hostile = `</script><img src=x onerror="alert(1)">`;
    const text = page(sampleWalkForward({ name: hostile, command: hostile, warnings: [hostile], dataSource: hostile }));
    expect(text).not.toContain("<img src=x");
    expect(text).not.toMatch(/(?:src|href)=["']?https?:/);
    expect(text).toContain("default-src 'none'");
  });

  it("says that the prices are simulated", () => {
    expect(page(sampleWalkForward({ simulated: true, dataSource: "seed 1" }))).toContain("Simulated market, not real prices.");
    expect(walkForwardText(sampleWalkForward({ simulated: true, dataSource: "seed 1" }), "p")).toMatch(
      /^!! SIMULATED MARKET, NOT REAL PRICES: seed 1$/m,
    );
  });

  it("shows the paths of a cross-validation from the least to the most", () => {
    const paths = [0.05, -0.01, 0.02].map((directionalIc) => ({ BTCUSDT: { directionalIc } }));
    const walk = sampleWalk({ cpcv: { groups: 4, testGroups: 2, combinations: 6, model: "lightgbm", paths } });
    expect(page(sampleWalkForward({ walk }))).toMatch(
      /BTCUSDT<\/th>\s*<td class="number">−0.0100<\/td><td class="number">0.0200<\/td><td class="number">0.0500/,
    );
  });

  it("has one script without imports or twice-used names", () => {
    const script = pageScript(WALK_MODULES);
    expect(script).not.toMatch(/^\s*(?:import|export)\b(?!\()/m);
    expect(() => new Script(script)).not.toThrow();
  });
});

describe("figures of a walk-forward", () => {
  it("have the return of each fold alone: equity at its end over that at its start", () => {
    const values = foldReturns(sampleWalkForward()).map(({ value }) => value);
    expect(values).toEqual([10_030 / 10_000 - 1, 10_060 / 10_030 - 1, 10_090 / 10_060 - 1]);
  });

  it("have the overhead over pure model time, unless finished folds were kept", () => {
    expect(trainingOverhead(sampleWalk())).toBeCloseTo(0.2, 12);
    expect(trainingOverhead(sampleWalk({ seconds: { model: 20, wall: 36, processes: 2 } }))).toBeNaN();
  });

  it("stand in the text, ridge beside the model that serves", () => {
    const text = walkForwardText(sampleWalkForward(), "out/page.html");
    expect(text).toMatch(/^Verdict {4}not distinguishable from luck/m);
    expect(text).toMatch(/^rules alone +53/m);
    expect(text).toMatch(/^ridge +BTCUSDT +0\.0300 \[0\.0100, 0\.0500\]/m);
    expect(text).toMatch(/^lightgbm +BTCUSDT +4\.0 +211 +−3\.0 \[−10\.0, 4\.0\]/m);
    expect(text).toMatch(/overhead 20%$/m);
  });
});
