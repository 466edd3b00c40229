import { pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Scales } from "../src/domain/derived.ts";
import { Scale, SCALES } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { Bar } from "../src/domain/kline.ts";
import { random } from "../test/lookahead.ts";
import { bar, BTC, ETH, funding, gapOf } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { normalize, SCALES_WARM_UP_BARS } from "./normalize.ts";
import { stepOperator } from "./stepOperator.ts";

interface Said {
  readonly close: number;
  readonly sigma: number;
  readonly volume: number;
  readonly trades: number;
  readonly ready: boolean;
}
const said = ({ values, row, ready }: Scales): Said => {
  const at = (scale: number): number => values[row * SCALES + scale] as number;
  return {
    close: at(Scale.referencePrice),
    sigma: at(Scale.volatilityUnit),
    volume: at(Scale.volumeBaseline),
    trades: at(Scale.tradesBaseline),
    ready,
  };
};
/** The scales behind each bar, read when all have passed: rows are never overwritten. */
const scalesBehind = (items: readonly Item[]): Said[] => {
  const kept: Scales[] = [];
  through(
    pipe(
      normalize([BTC, ETH]),
      stepOperator("spy", () => null, { [Kind.scales]: (_, scales) => void kept.push(scales) }),
    ),
    items,
  );
  return kept.map(said);
};

/** Seeded closes and volumes by minute. */
const next = random(5);
const CLOSES: number[] = [100];
const VOLUMES: number[] = [1];
for (let i = 1; i < 3000; i += 1) {
  CLOSES.push((CLOSES[i - 1] as number) * Math.exp(0.002 * (next() - 0.5)));
  VOLUMES.push(10 * next());
}
const minute = (at: number) => bar({ at, close: CLOSES[at] as number, volume: VOLUMES[at] as number });
const minutes = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => minute(from + i));

/**
 * The weighted mean with every weight written out: of value i of n it is w(i) × the product of 1 − w of all later ones, where w(i) is
 * 1 / i up to half a day and 2 / 1441 from then on.
 */
const weightedMean = (values: readonly number[]): number => {
  const weight = (i: number): number => (i + 1 < 720 ? 1 / (i + 1) : 2 / 1441);
  let left = 1;
  let sum = 0;
  for (let i = values.length - 1; i >= 0; i -= 1) {
    sum += (values[i] as number) * weight(i) * left;
    left *= 1 - weight(i);
  }
  return sum;
};
const squares = (closes: readonly number[]): number[] =>
  closes.map((close, i) => (i === 0 ? 0 : Math.log(close / (closes[i - 1] as number)))).map((r) => r * r);

describe("normalize", () => {
  const shown = (at: number, instrument = 0): string => `bar${instrument} #${at} 1m base m${at} 100/100/100/100 v1 n1`;
  operatorCases({
    operator: () => normalize([BTC, ETH]),
    rows: [
      [bar({ at: 1 }), [shown(1), "scales0 #1 not ready"]],
      [bar({ at: 1, instrument: 1 }), [shown(1, 1), "scales1 #1 not ready"]],
      [funding({ at: 2 }), ["funding0 #2 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [gapOf({ at: 4 }, 2), ["gap0 #4 m2..m4 2"]],
      [bar({ at: 4 }), [shown(4), "scales0 #4 not ready"]],
    ],
    throws: {
      operator: () =>
        pipe(
          normalize([BTC]),
          stepOperator("behind", () => null, {
            [Kind.scales]: () => {
              throw new Error("no scales");
            },
          }),
        ),
      items: [bar({ at: 1 })],
      name: "behind",
      message: "no scales",
    },
  });

  it.each([2, 100, 241, 719, 720, 1441, 3000])("weighs returns, volumes and trades as written out, at bar %i", (bars) => {
    const { sigma, volume, trades, close } = scalesBehind(minutes(0, bars)).at(-1) as Said;
    const closes = CLOSES.slice(0, bars);
    const volumes = VOLUMES.slice(0, bars);
    expect(close).toBe(CLOSES[bars - 1]);
    expect(sigma * sigma).toBeCloseTo(weightedMean(squares(closes)), 18);
    expect(volume).toBeCloseTo(weightedMean(volumes), 12);
    // What test bars have as their number of trades.
    expect(trades).toBeCloseTo(weightedMean(volumes.map((each) => Math.ceil(each))), 12);
  });

  it("is ready behind the 241st bar, of each instrument by itself", () => {
    const other = Array.from({ length: 100 }, (_, at) => bar({ at, instrument: 1 }));
    const ready = scalesBehind([...minutes(0, 250), ...other]).map((each) => each.ready);
    expect(ready.indexOf(true)).toBe(SCALES_WARM_UP_BARS);
    expect(ready.slice(250)).not.toContain(true);
  });

  it("a market that stands still and trades nothing has scales above 0", () => {
    const flat = Array.from({ length: 300 }, (_, at) => bar({ at, volume: 0 }));
    const { sigma, volume, trades } = scalesBehind(flat).at(-1) as Said;
    expect(sigma).toBe(1e-6);
    for (const scale of [volume, trades]) expect(scale).toBeGreaterThan(0);
  });

  it("leaves longer bars alone", () => {
    const { block, row } = bar({ at: 1 });
    expect(through(normalize([BTC]), [new Bar(block, row, 1, false, 5)])).toHaveLength(1);
  });
});

describe("a hole", () => {
  it("of up to 2 % of a day leaves out its return and nothing else", () => {
    // 28 of 1440 bars: the return across the hole is not one of a bar.
    const scales = scalesBehind([...minutes(0, 1000), gapOf({ at: 1028 }, 28), ...minutes(1028, 1200)]);
    expect(scales.slice(1000).every(({ ready }) => ready)).toBe(true);
    const left = (values: readonly number[]): number[] => [...values.slice(0, 1000), ...values.slice(1028, 1200)];
    const returns = squares(CLOSES);
    expect((scales[1000] as Said).sigma).toBe((scales[999] as Said).sigma);
    // From then on one weight is missing among the returns: the mean of the rest grows by it.
    const across = left(returns);
    across.splice(1000, 1);
    expect((scales.at(-1) as Said).sigma).toBeCloseTo(Math.sqrt(weightedMean(across)), 12);
    expect((scales.at(-1) as Said).volume).toBeCloseTo(weightedMean(left(VOLUMES)), 12);
  });

  it("of more starts anew: not ready for 240 bars, and the old scales stand meanwhile", () => {
    const scales = scalesBehind([...minutes(0, 1000), gapOf({ at: 1029 }, 29), ...minutes(1029, 1400)]);
    const before = scales[999] as Said;
    const ready = scales.slice(1000).map((each) => each.ready);
    expect([ready.indexOf(true), ready.lastIndexOf(false)]).toEqual([SCALES_WARM_UP_BARS, SCALES_WARM_UP_BARS - 1]);
    for (const { sigma, volume, trades } of scales.slice(1000, 1000 + SCALES_WARM_UP_BARS))
      expect([sigma, volume, trades]).toEqual([before.sigma, before.volume, before.trades]);
    expect((scales.at(-1) as Said).sigma).toBeCloseTo(Math.sqrt(weightedMean(squares(CLOSES.slice(1029, 1400)))), 12);
  });

  it("and another before the first is forgotten add up", () => {
    const items = [...minutes(0, 1000), gapOf({ at: 1020 }, 20), ...minutes(1020, 1030), gapOf({ at: 1050 }, 20), ...minutes(1050, 1060)];
    expect(scalesBehind(items).at(-1)?.ready).toBe(false);
    const days = [...minutes(0, 500), gapOf({ at: 520 }, 20), ...minutes(520, 2500), gapOf({ at: 2520 }, 20), ...minutes(2520, 2530)];
    expect(scalesBehind(days).at(-1)?.ready).toBe(true);
  });
});
