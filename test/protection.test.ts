import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionView, Proposals } from "../models/position/positionModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Direction } from "../src/domain/units.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "../src/risk/limits.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { kline, T0 } from "./items.ts";
import { replay } from "./replay.ts";
import { UNIT } from "./venueDesk.ts";
import { codeOf } from "../src/venues/binance/rejectionCodes.ts";

/**
 * Protection on the whole line: what a module asks of its stop, what the venue makes of it, and what the module is told. A price is a tick, a
 * quantity a lot. The sequences are the smallest that an exact oracle found the line wrong on.
 */
type Ohlcv = readonly [open: number, high: number, low: number, close: number, volume: number];
type Script = Readonly<Record<number, (propose: Proposals) => void>>;
const CALM: Ohlcv = [1000, 1001, 999, 1000, 900_000];

const always = signalModule(() => ({
  name: "always",
  warmUpBars: 0,
  onGap: "keep",
  init: () => null,
  decide: (_, __, out) => {
    [out.pLong, out.pShort, out.pNeutral] = [1, 0, 0];
  },
}))({});

interface EntryTerms {
  readonly direction?: Direction;
  readonly stopFraction?: number;
  readonly targetFraction?: number;
  readonly limitTicks?: number;
}
const enter =
  (qtyLots: number, { direction = 1, stopFraction = 0.01, targetFraction = 0.05, limitTicks = 0 }: EntryTerms = {}) =>
  (propose: Proposals): void => {
    propose.enter({
      direction,
      qtyLots,
      leverage: 2,
      bracket: { stopFraction, targetFraction },
      worstTicks: limitTicks > 0 ? limitTicks : direction > 0 ? 1200 : 800,
      ...(limitTicks > 0 ? { limitTicks } : {}),
    });
  };
const scaleIn =
  (qtyLots: number, limitTicks?: number) =>
  (propose: Proposals): void => {
    propose.scaleIn({ qtyLots, leverage: 2, worstTicks: limitTicks ?? 1200, ...(limitTicks === undefined ? {} : { limitTicks }) });
  };
const moveStop =
  (ticks: number) =>
  (propose: Proposals): void => {
    propose.moveStop(ticks, "moved");
  };
const exit = (propose: Proposals): void => {
  propose.exit("done");
};

interface Ran {
  /** What the account and the gate said in each bar, short. */
  readonly told: readonly (readonly string[])[];
  readonly lots: readonly number[];
  /** The stop that the module was shown at each bar's close. */
  readonly stops: readonly number[];
}

const ran = async (bars: readonly Ohlcv[], script: Script, share: number | null = null, limits: RiskLimits = NO_LIMITS): Promise<Ran> => {
  const instrument = { ...UNIT, makerFeeRate: 0, takerFeeRate: 0 };
  const told: string[][] = [[]];
  const [lots, stops]: [number[], number[]] = [[], []];
  const last = (): string[] => told[told.length - 1] as string[];
  const minuteOf = (view: PositionView): number => Math.round((view.bar.openTimeMs - T0) / MINUTE_MS);
  const scripted = positionModule<null>(() => ({
    name: "scripted",
    init: () => null,
    decide: (_, view, propose) => {
      lots.push(view.position.positionLots);
      stops.push(view.stopTicks);
      script[minuteOf(view)]?.(propose);
      told.push([]);
    },
  }))({});
  const short = (id: string): string => id.replace(/^UNITUSDT-\d+-/, "");
  const end = stepOperator("told", () => null, {
    [Kind.fill]: (_, { clientOrderId, side, qtyLots, priceTicks }) =>
      void last().push(`${short(clientOrderId)} ${side} ${qtyLots} @ ${priceTicks}`),
    [Kind.orderCanceled]: (_, { clientOrderId }) => void last().push(`${short(clientOrderId)} canceled`),
    [Kind.orderRejected]: (_, { clientOrderId, reason }) => void last().push(`${short(clientOrderId)} rejected ${codeOf(reason)}`),
    [Kind.refusal]: (_, { rule }) => void last().push(`refused ${rule}`),
  });
  const events = bars.map(([open, high, low, close, volume], at) => kline({ at, ohlc: [open, high, low, close], volume, seq: -1 }));
  await replay({
    instruments: [instrument],
    source: [events],
    signal: always,
    position: scripted,
    limits,
    venue: { slippageFraction: 0, latencyMs: 0, maxVolumeShare: share, startUsdt: 1e9, margin: false },
    end,
  });
  return { told, lots, stops };
};
const happened = ({ told }: Ran): string[] => told.flat().filter((line) => !/^\d+ buy/.test(line));

/** A first part is stopped out while its stop is being moved, and the entry fills on at the open at which the old stop is withdrawn. */
const NAKED: readonly Ohlcv[] = [
  CALM,
  CALM,
  [1000, 1001, 999, 1000, 10_000],
  [1000, 1001, 989, 995, 20],
  [995, 996, 994, 995, 20],
  [995, 996, 994, 995, 900_000],
  [995, 996, 900, 901, 900_000],
  CALM,
];
const NAKED_SCRIPT: Script = { 1: enter(20_000), 3: moveStop(994) };

describe("a stop that is moved", () => {
  it.each([
    ["without limits", NO_LIMITS],
    [
      "with limits",
      {
        ...DEFAULT_LIMITS,
        position: { ...NO_LIMITS.position, maxStopFraction: 0.1 },
        data: NO_LIMITS.data,
        day: NO_LIMITS.day,
        system: NO_LIMITS.system,
        shock: NO_LIMITS.shock,
      },
    ],
  ])("takes no stop that was made anew while its cancel was on its way (%s)", async (_, limits) => {
    const { told, lots } = await ran(NAKED, NAKED_SCRIPT, 0.04, limits);
    expect(told[5]?.filter((line) => line.includes("canceled"))).toEqual([]);
    expect(told[6]).toContain("1.s2 sell 19600 @ 985");
    expect(lots[6]).toBe(0);
  });

  it("does not undo a stop that has triggered and waits for volume", async () => {
    const bars: readonly Ohlcv[] = [
      ...[CALM, CALM, CALM],
      [1000, 1001, 989, 995, 20],
      [995, 996, 994, 995, 10],
      [995, 996, 994, 995, 10],
      [995, 1049, 994, 1048, 900_000],
      [1048, 1051, 1048, 1050, 900_000],
    ];
    const without = await ran(bars, { 1: enter(2_000) }, 0.01);
    const moved = await ran(bars, { 1: enter(2_000), 3: moveStop(993) }, 0.01);
    expect(happened(without)).toEqual(["1.s sell 2000 @ 995"]);
    expect(happened(moved)).toEqual(["1.s rejected -2011", "1.s sell 2000 @ 995"]);
  });

  it("past the price is left whole, what filled afterwards in the same bar too", async () => {
    const bars: readonly Ohlcv[] = [CALM, CALM, CALM, CALM, [1000, 1001, 995, 996, 900_000], [996, 998, 993, 995, 900_000], CALM, CALM];
    const { told, lots } = await ran(bars, { 1: enter(2_000), 3: scaleIn(1_100, 994), 4: moveStop(998) });
    expect(told[5]).toEqual(["1 rejected -2021", "1 buy 1100 @ 994"]);
    expect(told[6]).toEqual(["1 rejected -2011", "r2 sell 2000 @ 1000", "r3 sell 1100 @ 1000"]);
    expect(lots.slice(5)).toEqual([3_100, 0, 0]);
  });

  it("past the price takes the entries that rest along", async () => {
    const bars: readonly Ohlcv[] = [CALM, CALM, CALM, CALM, [1000, 1001, 995, 996, 900_000], [996, 998, 995, 996, 900_000], CALM, CALM];
    const { told, lots } = await ran(bars, { 1: enter(2_000), 3: enter(1_100, { limitTicks: 994 }), 4: moveStop(998) });
    expect(told[6]).toEqual(["1 canceled", "r2 sell 2000 @ 1000"]);
    expect(lots.slice(5)).toEqual([2_000, 0, 0]);
  });
});

describe("the stop that a module is shown", () => {
  const shown = async (script: Script, bars: readonly Ohlcv[] = Array.from({ length: 10 }, () => CALM)): Promise<readonly number[]> =>
    (await ran(bars, script)).stops;

  it("ends with the position, however many entries had one", async () => {
    expect(await shown({ 1: enter(2_000), 3: enter(2_000, { stopFraction: 0.02 }), 5: exit })).toEqual([
      0, 0, 990, 990, 990, 990, 0, 0, 0, 0,
    ]);
  });
  it("ends when an entry of the other side closes the position to nothing", async () => {
    expect(await shown({ 1: enter(2_000), 3: enter(2_000, { direction: -1 }) })).toEqual([0, 0, 990, 990, 0, 0, 0, 0, 0, 0]);
  });
  it("is the new side's when a position turns", async () => {
    expect(await shown({ 1: enter(2_000), 3: enter(4_000, { direction: -1 }), 6: exit })).toEqual([
      0, 0, 990, 990, 1010, 1010, 1010, 0, 0, 0,
    ]);
  });
  it("is not the price that the venue refused", async () => {
    const bars: readonly Ohlcv[] = [CALM, CALM, CALM, CALM, [1000, 1001, 996, 997, 900_000], [997, 998, 996, 997, 900_000], CALM, CALM];
    expect(await shown({ 1: enter(2_000), 4: moveStop(998) }, bars)).toEqual([0, 0, 990, 990, 990, 990, 0, 0]);
  });
  it("is one, however fast it is moved", async () => {
    const script = { 1: enter(2_000), 3: moveStop(992), 4: moveStop(994), 5: moveStop(996) };
    const { stops, told } = await ran([...Array.from({ length: 9 }, () => CALM), [1000, 1001, 990, 991, 900_000]], script);
    expect(stops.slice(2)).toEqual([990, 990, 992, 994, 996, 996, 996, 0]);
    expect(told[9]).toEqual(["1 sell 2000 @ 996"]);
  });
});

describe("a scale-in", () => {
  it("is refused while nothing is held, with limits and without", async () => {
    const bars = Array.from({ length: 5 }, () => CALM);
    expect((await ran(bars, { 1: scaleIn(2_000) })).told.flat()).toEqual(["refused position.scaleInGrows"]);
    expect((await ran(bars, { 1: scaleIn(2_000) }, null, DEFAULT_LIMITS)).told.flat()).toEqual(["refused position.maxStopFraction"]);
    const held = await ran(bars, { 0: enter(2_000), 2: scaleIn(500) });
    expect(held.told.flat()).toEqual(["1 buy 2000 @ 1000", "1 buy 500 @ 1000"]);
  });
});
