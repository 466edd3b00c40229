import { describe, expect, it } from "vitest";
import { signalModule } from "../models/signal/signalModule.ts";
import type { SignalModule, SignalOutput } from "../models/signal/signalModule.ts";
import type { Gap } from "../src/domain/derived.ts";
import { BARRIER } from "../src/domain/item.ts";
import { Bar, singleKline } from "../src/domain/kline.ts";
import { HOUR_MS, instrumentIndex } from "../src/domain/units.ts";
import { bar, barsOnly, BTC, ETH, featureRowOf, funding, gapOf, patternOf, regimeOf, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { featureSet } from "./features/featureSet.ts";
import type { Layers } from "./layers.ts";
import { signal } from "./signal.ts";

/** LONG with 1 / (bars seen); the close says what goes wrong. */
const counter = (onGap: "reset" | "keep" = "reset", warmUpBars = 1): SignalModule =>
  signalModule<{ bars: number; hours: number }>(() => ({
    name: "counter",
    warmUpBars,
    onGap,
    init: () => ({ bars: 0, hours: 0 }),
    longerBar: (state) => {
      state.hours += 1;
    },
    decide: (state, { close }, out) => {
      if (close === 666) throw new Error("no such price");
      state.bars += 1;
      out.pLong = 1 / state.bars;
      out.pNeutral = 1 - out.pLong;
      if (state.hours > 0) out.netLong = state.hours;
    },
  }))({});

const gap = (at: number, instrument = 0): Gap => gapOf({ at, instrument });
const GAP = "gap0 #4 m3..m4 1";
const shown = (at: number, instrument = 0): string => `bar${instrument} #${at} 1m base m${at} 100/100/100/100 v1 n1`;

describe("signal", () => {
  operatorCases({
    operator: () => signal(barsOnly([BTC, ETH]), counter()),
    rows: [
      [bar({ at: 1 }), [shown(1), "signal0 #1 m2 not ready L0 S0 N1"]],
      [bar({ at: 1, instrument: 1 }), [shown(1, 1), "signal1 #1 m2 not ready L0 S0 N1"]],
      [bar({ at: 2 }), [shown(2), "signal0 #2 m3 L0.5 S0 N0.5"]],
      [funding({ at: 3 }), ["funding0 #3 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [gap(4), [GAP]],
      [bar({ at: 4 }), [shown(4), "signal0 #4 m5 not ready L0 S0 N1"]],
      [bar({ at: 5 }), [shown(5), "signal0 #5 m6 L0.5 S0 N0.5"]],
      [bar({ at: 2, instrument: 1 }), [shown(2, 1), "signal1 #2 m3 L0.5 S0 N0.5"]],
    ],
    throws: {
      operator: () => signal(barsOnly([BTC]), counter()),
      items: [bar({ at: 1 }), bar({ at: 2, close: 666 })],
      name: "signal",
      message: "no such price",
    },
  });

  it("keeps its state over a gap where the module says so", () => {
    expect(through(signal(barsOnly([BTC]), counter("keep")), [bar({ at: 1 }), gap(4), bar({ at: 4 })]).at(-1)).toBe(
      "signal0 #4 m5 L0.5 S0 N0.5",
    );
  });

  it("shows longer bars to the module and says nothing of them", () => {
    const hour = singleKline(instrumentIndex(0), HOUR_MS, {
      ...{ openTimeMs: T0, open: 1, high: 1, low: 1, close: 1, volume: 1 },
      ...{ quoteVolume: 1, trades: 1, takerBuyVolume: 1, takerBuyQuoteVolume: 1 },
    });
    let net = NaN;
    const module = counter("keep", 0);
    const spied: SignalModule = {
      ...module,
      decide: (state, item, out, seen) => {
        module.decide(state, item, out, seen);
        net = out.netLong;
      },
    };
    const lines = through(signal(barsOnly([BTC]), spied), [new Bar(hour.block, 0, 0, false, 60), bar({ at: 59 })]);
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["bar0", "bar0", "signal0"]);
    expect(net).toBe(1);
  });

  const saying = (says: Partial<SignalOutput>): SignalModule => ({
    ...counter("reset", 0),
    decide: (_, __, out) => void Object.assign(out, { pLong: 0, pShort: 0, pNeutral: 1 }, says),
  });
  it.each([
    ["that sum to more than 1", { pLong: 0.1 }],
    ["that sum to less", { pNeutral: 0.9 }],
    ["below 0", { pLong: -0.5, pShort: 0.5 }],
    ["that are NaN", { pShort: NaN }],
    ["missing", { pLong: undefined as unknown as number }],
  ] as const)("refuses probabilities %s, by the module's name", (_, says) => {
    expect(() => through(signal(barsOnly([BTC]), saying(says)), [bar({ at: 3 })])).toThrow(
      /^signal at seq 3: signal module "counter" returned pLong=.*sum to 1$/,
    );
  });

  it("takes back what the module said of the bar before", () => {
    let said = 0;
    const once: SignalModule = {
      ...counter("reset", 0),
      decide: (_, __, out) => {
        if ((said += 1) === 1) Object.assign(out, { pLong: 1, pNeutral: 0, netLong: 5 });
        else if (!Number.isNaN(out.netLong)) throw new Error("stale");
      },
    };
    expect(through(signal(barsOnly([BTC]), once), [bar({ at: 1 }), bar({ at: 2 })]).filter((line) => line.startsWith("signal"))).toEqual([
      "signal0 #1 m2 L1 S0 N0",
      "signal0 #2 m3 L0 S0 N1",
    ]);
  });
});

describe("behind features and beliefs", () => {
  const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
  const family = { name: "two", columns: [column("first"), column("second")], init: () => null, bar: () => undefined };
  const set = featureSet({ families: [family], events: [], timeframesMs: [] });
  const before = (regime: boolean, embedding: number | null): Layers => ({ instruments: [BTC, ETH], set, regime, embedding });
  const row = (at: number, ...values: number[]) => featureRowOf({ at }, values);
  const STATES = [0, 0, 1, 0, 0, 0, 0];
  const REGIME = regimeOf({ at: 2 }, STATES);
  const PATTERN = patternOf({ at: 2 }, [0.25, 0.5, 7]);
  const ITEMS = [bar({ at: 2, close: 9 }), row(2, 3, 4), REGIME, PATTERN];
  const kinds = (lines: readonly string[]): string => lines.map((line) => (line.split(" ")[0] as string).slice(0, -1)).join(" ");

  it.each([
    ["features", before(false, null), 2, "bar row signal"],
    ["L1", before(true, null), 3, "bar row regime signal"],
    ["L2", before(true, 1), 4, "bar row regime pattern signal"],
    ["L2 without L1", before(false, 1), 4, "bar row regime pattern signal"],
  ] as const)("speaks once, right behind the last of them: %s", (_, layers, count, order) => {
    const module = counter("keep", 0);
    const items = ITEMS.slice(0, count);
    expect(kinds(through(signal(layers, module), items))).toBe(order);
    // A burst may end between the bar and what belongs to it.
    expect(
      kinds(
        through(
          signal(layers, module),
          items.flatMap((item) => [item, BARRIER]),
        ).filter((line) => line !== "barrier"),
      ),
    ).toBe(order);
  });

  it("shows the module the bar, its features and both beliefs", () => {
    const seen: unknown[] = [];
    const module: SignalModule = {
      ...counter("keep", 0),
      features: ["second", "first"],
      decide: (_, { close, seq }, __, { x, known, regime, pattern }) => {
        seen.push([close, seq, [...x], known, regime.ready, [...regime.probabilities], pattern.pUp, pattern.pDown, [...pattern.embedding]]);
      },
    };
    through(signal(before(true, 1), module), ITEMS);
    expect(seen).toEqual([[9, 2, [4, 3], true, true, STATES, 0.25, 0.5, [7]]]);
  });

  it.each([
    ["a feature that it reads is unknown", [bar({ at: 2 }), row(2, NaN, 4), REGIME, PATTERN], false],
    ["one that it does not read is unknown", [bar({ at: 2 }), row(2, 3, NaN), REGIME, PATTERN], true],
    ["L1 that it needs is not", [bar({ at: 2 }), row(2, 3, 4), { ...REGIME, ready: false }, PATTERN], false],
    ["L2 that it does not need is not", [bar({ at: 2 }), row(2, 3, 4), REGIME, patternOf({ at: 2 }, [NaN, NaN, NaN], false)], true],
  ])("is ready or not when %s", (_, items, ready) => {
    const module: SignalModule = { ...counter("keep", 0), features: ["first"], layers: ["regime"] };
    expect(
      through(signal(before(true, 1), module), items)
        .at(-1)
        ?.includes("not ready"),
    ).toBe(!ready);
  });

  it("refuses at the start what the line does not have", () => {
    const needing = (more: Partial<SignalModule>) => ({ ...counter(), ...more });
    expect(() => signal(before(false, null), needing({ layers: ["regime"] }))).toThrow(
      /^signal module counter needs the regime layer: name a module for regime\.module$/,
    );
    expect(() => signal(before(true, null), needing({ layers: ["regime", "pattern"] }))).toThrow(/needs the pattern layer/);
    expect(() => signal(before(true, null), needing({ features: ["frist"] }))).toThrow(
      /^signal module counter: there is no feature frist \(did you mean first\?\)$/,
    );
    expect(() => signal(barsOnly([BTC]), needing({ features: ["first"] }))).toThrow(/reads features, and the line has none$/);
  });

  it.each([1.5, -0.1, "high" as unknown as number])("refuses %s as a confidence", (confidence) => {
    const module: SignalModule = { ...counter("keep", 0), decide: (_, __, out) => void (out.confidence = confidence) };
    expect(() => through(signal(barsOnly([BTC]), module), [bar({ at: 3 })])).toThrow(
      `signal module "counter" returned confidence=${confidence}: it must be a probability, or NaN for none`,
    );
  });
});
