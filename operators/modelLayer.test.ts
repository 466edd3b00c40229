import fc from "fast-check";
import { from, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { BAR_FEATURES, barFeatures, signalFrom, unreadySignal, wholeRow } from "../test/barFeatures.ts";
import { FakeRuntime } from "../test/fakeRuntime.ts";
import type { FakeRuntimeOptions } from "../test/fakeRuntime.ts";
import { BTC, ETH, funding, T0 } from "../test/items.ts";
import { findLookahead } from "../test/lookahead.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { marketInstruments, replay, testMarket } from "../test/replay.ts";
import type { FeatureRow, Gap } from "../src/domain/derived.ts";
import type { InferenceFailure } from "../src/domain/event.ts";
import { BARRIER } from "../src/domain/item.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { ModelRuntime } from "../src/domain/ports.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import type { System } from "../src/pipeline.ts";
import { bars } from "./bars.ts";
import { continuity } from "./continuity.ts";
import type { ModelLayerOptions } from "./modelLayer.ts";
import { BATCH_ROWS_MAX, modelLayer } from "./modelLayer.ts";
import { stepOperator } from "./stepOperator.ts";

/** A row of two features: its minute, and 100 × its instrument. */
const row = (at: number, instrument = 0, values: readonly number[] = [at, 100 * instrument]): FeatureRow => ({
  kind: Kind.featureRow,
  seq: at,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + (at + 1) * MINUTE_MS,
  barTimeMs: T0 + at * MINUTE_MS,
  values: Float64Array.from([NaN, NaN, ...values]),
  row: 1,
  features: 2,
});
const gap = (at: number, instrument = 0): Gap => ({
  kind: Kind.gap,
  seq: at,
  instrument: instrumentIndex(instrument),
  knownAtMs: T0 + at * MINUTE_MS,
  fromMs: T0,
  toMs: T0 + at * MINUTE_MS,
  missingBars: 1,
});
const failed = (at: number, seq: number, layer = "pattern", reason: InferenceFailure["reason"] = "late"): InferenceFailure => ({
  ...funding({ at, seq }),
  kind: Kind.inferenceFailure,
  layer,
  barTimeMs: T0 + at * MINUTE_MS,
  reason,
});
/** Answers each row with the sum of its window's first features, and the instrument of its last row. */
class Summing implements ModelRuntime {
  readonly inputs: number[][] = [];
  fails: "late" | "crashed" | null = null;
  infer(_: string, input: Float32Array, rows: number, window: number, features: number): ReturnType<ModelRuntime["infer"]> {
    this.inputs.push(Array.from(input));
    if (this.fails !== null) return { ok: false, reason: this.fails };
    const outputs = Float32Array.from({ length: 2 * rows }, (_unused, i) => {
      const window0 = (i >> 1) * window * features;
      if (i % 2 === 1) return (input[window0 + (window - 1) * features + 1] as number) / 100;
      return Array.from({ length: window }, (__, k) => input[window0 + k * features] as number).reduce((sum, value) => sum + value, 0);
    });
    return { ok: true, outputs, outputsPerRow: 2 };
  }
}
/** Says `n` lots are refused: a derived item with one visible number. */
const decode: ModelLayerOptions["decode"] = (outputs, at, { seq, instrument, knownAtMs }) =>
  outputs[at] === 0.5
    ? null
    : {
        kind: Kind.refusal,
        seq,
        instrument,
        knownAtMs,
        planId: "",
        rule: "sum",
        value: outputs[at] as number,
        limit: outputs[at + 1] as number,
      };
const said = (seq: number, sum: number, instrument = 0): string =>
  `refusal${instrument} #${seq} planId="" rule="sum" value=${sum} limit=${instrument}`;
const layer = (runtime: ModelRuntime = new Summing(), more: Partial<ModelLayerOptions> = {}) =>
  modelLayer({ layer: "pattern", instruments: [BTC, ETH], window: 3, features: 2, rowOf: wholeRow, decode, runtime, ...more });
const F = (at: number): string => `funding0 #${at} rate=0.0001 intervalHours=8 markPrice=NaN`;

describe("modelLayer", () => {
  operatorCases({
    operator: layer,
    holds: true,
    rows: [
      [row(1), ["row0 #1 m1"]],
      [row(1, 1), ["row1 #1 m1"]],
      [row(2), ["row0 #2 m2"]],
      [BARRIER, ["barrier"]],
      // The first row with a whole window: from here on everything is held.
      [row(3), []],
      [funding({ at: 4 }), []],
      [row(2, 1), []],
      [row(4), []],
      [row(3, 1), []],
      [funding({ at: 5 }), []],
      [BARRIER, ["row0 #3 m3", said(3, 6), F(4), "row1 #2 m2", "row0 #4 m4", said(4, 9), "row1 #3 m3", said(3, 6, 1), F(5), "barrier"]],
      [funding({ at: 6 }), [F(6)]],
      [gap(7), ["gap0 #7 m0..m7 1"]],
      [row(7), ["row0 #7 m7"]],
      [row(4, 1), []],
      [row(8), []],
      [BARRIER, ["row1 #4 m4", said(4, 9, 1), "row0 #8 m8", "barrier"]],
      [row(9), []],
    ],
    flushed: ["row0 #9 m9", said(9, 24)],
    throws: {
      operator: () =>
        layer(new Summing(), {
          rowOf: (item) => {
            if (item.seq === 2) throw new Error("no such feature");
            return true;
          },
        }),
      items: [row(1), row(2)],
      name: "modelLayer",
      message: "no such feature",
    },
  });

  it("asks once a burst, with whole windows, oldest row first", () => {
    const runtime = new Summing();
    through(layer(runtime), [row(1), row(2), BARRIER, row(3), row(4), BARRIER, BARRIER, row(5), BARRIER]);
    expect(runtime.inputs).toEqual([
      [1, 0, 2, 0, 3, 0, 2, 0, 3, 0, 4, 0],
      [3, 0, 4, 0, 5, 0],
    ]);
  });

  it("says nothing where decode says nothing", () => {
    const rows = [row(0, 0, [0.25, 0]), row(1, 0, [0.125, 0]), row(2, 0, [0.125, 0]), BARRIER];
    expect(through(layer(), rows)).toEqual(["row0 #0 m0", "row0 #1 m1", "row0 #2 m2", "barrier"]);
  });

  it("starts the window anew behind a row that has unknown numbers", () => {
    const rows = [row(1), row(2), row(3, 0, [NaN, 0]), row(4), row(5), row(6), BARRIER];
    expect(through(layer(), rows).filter((line) => !line.startsWith("row"))).toEqual([said(6, 15), "barrier"]);
  });

  it("with a window of one row every row is asked", () => {
    expect(through(layer(new Summing(), { window: 1 }), [row(1), gap(2), row(2), BARRIER])).toEqual([
      ...["row0 #1 m1", said(1, 1), "gap0 #2 m0..m2 1", "row0 #2 m2", said(2, 2), "barrier"],
    ]);
  });

  it("a failed inference is a failure of each of its rows, and the next burst is asked again", () => {
    const runtime = new Summing();
    runtime.fails = "crashed";
    const heal = stepOperator("heal", () => null, {
      [Kind.barrier]: () => {
        runtime.fails = null;
      },
    });
    expect(through(pipe(layer(runtime), heal), [row(1), row(2), row(3), funding({ at: 3 }), row(4), BARRIER, row(5), BARRIER])).toEqual([
      ...["row0 #1 m1", "row0 #2 m2", "row0 #3 m3", "failed0 #3 pattern m3 crashed", F(3), "row0 #4 m4", "failed0 #4 pattern m4 crashed"],
      ...["barrier", "row0 #5 m5", said(5, 12), "barrier"],
    ]);
  });

  it("outputs that are not finite fail their own row alone", () => {
    const runtime = new Summing();
    const rows = [row(1), row(2), row(3, 0, [1e39, 0]), row(4), row(5), row(6), BARRIER];
    const lines = through(layer(runtime, { rowOf: ({ values }, into, at) => ((into[at] = values[2] as number), true) }), rows);
    expect(lines.filter((line) => !line.startsWith("row"))).toEqual([
      ...["failed0 #3 pattern m3 notFinite", "failed0 #4 pattern m4 notFinite", "failed0 #5 pattern m5 notFinite"],
      ...[`refusal0 #6 planId="" rule="sum" value=15 limit=0`, "barrier"],
    ]);
  });

  it("refuses an answer of the wrong shape", () => {
    const short: ModelRuntime = { infer: () => ({ ok: true, outputs: new Float32Array(1), outputsPerRow: 2 }) };
    expect(() => through(layer(short, { window: 1 }), [row(1), BARRIER])).toThrow(
      /layer pattern: the runtime answered 1 numbers for 1 rows of 2/,
    );
    expect(() => through(layer(short, { window: 0 }), [row(1)])).toThrow(/has a window of 0 rows of 2 features/);
  });

  describe("in a replay", () => {
    const warm = [row(1), row(2)];
    const LINES = ["row0 #1 m1", "row0 #2 m2", "row0 #3 m3", "failed0 #3 pattern m3 late", "row0 #4 m4", said(4, 9), "barrier"];

    it.each([
      ["ahead of its row", [...warm, failed(3, 9), row(3), row(4), BARRIER]],
      ["in the burst of its row", [...warm, row(3), row(4), failed(3, 9), BARRIER]],
      ["a burst ahead", [...warm.slice(0, 1), failed(3, 9), row(2), row(3), row(4), BARRIER]],
    ])("a journaled failure %s is taken for the answer: the row is not asked", (_, items) => {
      const runtime = new Summing();
      expect(through(layer(runtime), items)).toEqual(LINES);
      expect(runtime.inputs).toEqual([[2, 0, 3, 0, 4, 0]]);
    });

    it("nothing is asked when all rows failed", () => {
      const runtime = new Summing();
      through(layer(runtime), [...warm, row(3), failed(3, 9), BARRIER]);
      expect(runtime.inputs).toEqual([]);
    });

    it("failures of other layers, of rows that were answered and of rows that never come pass", () => {
      const items = [...warm, failed(3, 8, "regime"), row(3), BARRIER, failed(3, 9), failed(4, 10), row(5), BARRIER];
      expect(through(layer(), items)).toEqual([
        ...["row0 #1 m1", "row0 #2 m2", "failed0 #8 regime m3 late", "row0 #3 m3", said(3, 6), "barrier", "failed0 #9 pattern m3 late"],
        ...["failed0 #10 pattern m4 late", "row0 #5 m5", said(5, 10), "barrier"],
      ]);
    });

    it("the line is that of the run that failed (property)", () => {
      const stream = fc.array(
        fc.oneof({ weight: 4, arbitrary: fc.constant("row") }, fc.constant("barrier"), fc.constant("gap"), fc.constant("funding")),
        {
          maxLength: 40,
        },
      );
      fc.assert(
        fc.property(stream, fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }), (words, failures) => {
          const items = words.map((word, at): Item => {
            if (word === "barrier") return BARRIER;
            return word === "row" ? row(at, at % 2) : word === "gap" ? gap(at, at % 2) : funding({ at });
          });
          const runtime = new Summing();
          let calls = 0;
          const flaky: ModelRuntime = {
            infer: (...call) => {
              runtime.fails = failures[(calls += 1) % failures.length] === true ? "late" : null;
              return runtime.infer(...call);
            },
          };
          const live = through(layer(flaky), items);
          const journaled = live
            .filter((line) => line.startsWith("failed"))
            .map((line) => {
              const [, instrument, at] = /^failed(\d) #(\d+)/.exec(line) as RegExpExecArray;
              return { ...failed(Number(at), 99), instrument: instrumentIndex(Number(instrument)) };
            });
          expect(through(layer(), [...journaled, ...items])).toEqual(live);
        }),
        { numRuns: 150 },
      );
    });
  });

  it("says the same in bursts of any size, and asks at most once each (property)", () => {
    const stream = fc.array(fc.constantFrom("row0", "row0", "row0", "row1", "row1", "gap0", "funding", "unknown"), { maxLength: 60 });
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }), (words, sizes) => {
        const items = words.map((word, at): Item => {
          if (word === "gap0") return gap(at);
          return word === "funding" ? funding({ at }) : word === "unknown" ? row(at, 0, [NaN, 0]) : row(at, word === "row1" ? 1 : 0);
        });
        const runtime = new Summing();
        const burst: Item[] = [];
        let [bursts, left] = [0, sizes[0] as number];
        for (const item of items) {
          burst.push(item);
          if ((left -= 1) > 0) continue;
          burst.push(BARRIER);
          left = sizes[(bursts += 1) % sizes.length] as number;
        }
        const whole = through(layer(), [...items, BARRIER]).filter((line) => line !== "barrier");
        expect(through(layer(runtime), burst).filter((line) => line !== "barrier")).toEqual(whole);
        expect(runtime.inputs.length).toBeLessThanOrEqual(bursts + 1);
      }),
      { numRuns: 200 },
    );
  });

  it("holds a bounded batch: a full one goes before its barrier, and the line is the same", () => {
    const count = BATCH_ROWS_MAX + 100;
    const items = [...Array.from({ length: count }, (_, at) => row(at)), BARRIER];
    const runtime = new Summing();
    const lines = through(layer(runtime, { window: 2 }), items);
    expect(runtime.inputs.map(({ length }) => length / 4)).toEqual([BATCH_ROWS_MAX, 99]);
    expect(lines.filter((line) => line.startsWith("refusal"))).toEqual(Array.from({ length: count - 1 }, (_, i) => said(i + 1, 2 * i + 1)));
  });

  it("copies windows: a later row changes no earlier answer of the burst", () => {
    const out: number[] = [];
    from<Item[]>([row(1), row(2), row(3), row(4), row(5), BARRIER])
      .pipe(layer())
      .subscribe((item) => item.kind === Kind.refusal && out.push(item.value));
    expect(out).toEqual([6, 9, 12]);
  });
});

describe("a backtest with a model layer of window 96", () => {
  const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 3, gapsPerDay: 2 });
  const perceiveWith =
    (runtime: ModelRuntime) =>
    ({ instruments, timeframesMs }: System) =>
      pipe(
        continuity(instruments),
        bars(instruments, timeframesMs),
        barFeatures(),
        modelLayer({
          ...{ layer: "signal", instruments, window: 96, features: BAR_FEATURES, runtime },
          ...{ rowOf: wholeRow, decode: signalFrom, unready: unreadySignal },
        }),
      );
  const run = async (burstEvents: number, options: FakeRuntimeOptions = {}) => {
    const runtime = new FakeRuntime(options);
    let [signals, fills] = [0, 0];
    const end = stepOperator("count", () => null, {
      [Kind.signal]: (_, { ready }) => void (signals += ready ? 1 : 0),
      [Kind.fill]: () => void (fills += 1),
    });
    const { decisionsSha256 } = await replay({
      instruments: marketInstruments(MARKET),
      source: simulatedMarket({ ...MARKET, burstEvents }),
      perceive: perceiveWith(runtime),
      end,
    });
    return { decisionsSha256, signals, fills, calls: runtime.calls };
  };

  it("decides the same in bursts of 1, 7 and 4096", async () => {
    const whole = await run(4096);
    expect(whole.signals).toBeGreaterThan(6000);
    expect(whole.fills).toBeGreaterThan(10);
    expect(whole.calls.length).toBeLessThanOrEqual(3);
    for (const burstEvents of [1, 7]) {
      const { decisionsSha256, calls, signals } = await run(burstEvents);
      expect(decisionsSha256).toBe(whole.decisionsSha256);
      expect(signals).toBe(whole.signals);
      expect(calls.every(({ rows, paddedRows }) => rows <= burstEvents && paddedRows % 8 === 0)).toBe(true);
    }
  });

  it("decides otherwise when an inference fails: failures are in the line", async () => {
    const whole = await run(7);
    const spoilt = await run(7, { fails: ({ number }) => (number % 50 === 3 ? "late" : null) });
    expect(spoilt.signals).toBeLessThan(whole.signals);
    expect(spoilt.decisionsSha256).not.toBe(whole.decisionsSha256);
  });

  it("does not look ahead, though it holds the burst", async () => {
    const { leaks, idleCuts } = await findLookahead({
      fromMs: MARKET.fromMs,
      source: (cut) => simulatedMarket({ ...MARKET, splice: cut }),
      cuts: [
        { atBar: 700, seed: 1 },
        { atBar: 2222, seed: 2 },
        { atBar: 3600, seed: 3 },
      ],
      replay: { instruments: marketInstruments(MARKET), perceive: perceiveWith(new FakeRuntime()) },
    });
    expect({ leaks, idleCuts }).toEqual({ leaks: [], idleCuts: 0 });
  });
});
