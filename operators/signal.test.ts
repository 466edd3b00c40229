import { describe, expect, it } from "vitest";
import { signalModule } from "../models/signal/signalModule.ts";
import type { SignalModule, SignalOutput } from "../models/signal/signalModule.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Gap } from "../src/domain/derived.ts";
import { Bar, singleKline } from "../src/domain/kline.ts";
import { HOUR_MS, instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { bar, BTC, ETH, funding, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { barsOnly } from "./layers.ts";
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

const gap = (at: number, instrument = 0): Gap => ({
  kind: Kind.gap,
  seq: at,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + at * MINUTE_MS,
  fromMs: T0,
  toMs: T0 + at * MINUTE_MS,
  missingBars: 1,
});
const GAP = "gap0 #4 m0..m4 1";
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
