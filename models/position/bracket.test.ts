import { describe, expect, it } from "vitest";
import { simulatedInstrument } from "../../streams/simulatedMarket.ts";
import type { Signal } from "../../src/domain/derived.ts";
import { Kind } from "../../src/domain/kind.ts";
import { Bar, singleKline } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { NOTHING_SEEN, spokenOf } from "../../test/items.ts";
import bracket from "./bracket.ts";
import type { PositionView, Proposals } from "./positionModule.ts";

const instrument = simulatedInstrument("BTCUSDT", 0); // tick 0.1, lot 0.001
const PRICE = 20_000;
const TICKS = PRICE / instrument.tickSize;
const LOTS = 125; // 0.05 of 10,000 USDT at leverage 5

/** One bar as a table row writes it; what is left out is a flat account at 20,000 and a signal that says LONG. */
interface Row {
  readonly minute?: number;
  readonly close?: number;
  /** P(LONG) minus P(SHORT); the rest is NEUTRAL. */
  readonly lean?: number;
  readonly ready?: boolean;
  readonly heldLots?: number;
  readonly openedMinute?: number;
  readonly stopTicks?: number;
  readonly entryPending?: boolean;
  readonly exitPending?: boolean;
  readonly equityUsdt?: number;
  readonly maxQtyLots?: number;
}

const viewOf = (row: Row): PositionView => {
  const { minute = 0, close = PRICE, lean = 0.9, ready = true, heldLots = 0, openedMinute = 0 } = row;
  const openTimeMs = (minute - 1) * MINUTE_MS;
  const rest = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0.5, takerBuyQuoteVolume: 0.5 };
  const { block } = singleKline(instrumentIndex(0), MINUTE_MS, { openTimeMs, open: close, high: close, low: close, close, ...rest });
  const signal: Signal = {
    kind: Kind.signal,
    seq: minute,
    instrument: instrumentIndex(0),
    knownAtMs: minute * MINUTE_MS,
    ...spokenOf(ready),
    pLong: Math.max(0, lean),
    pShort: Math.max(0, -lean),
    pNeutral: 1 - Math.abs(lean),
    netLong: NaN,
    netShort: NaN,
    confidence: NaN,
  };
  return {
    instrument,
    bar: new Bar(block, 0, minute, true, 1),
    signal,
    position: {
      instrument: instrumentIndex(0),
      positionLots: heldLots,
      costTickLots: heldLots * TICKS,
      averageTicks: heldLots === 0 ? NaN : TICKS,
      markPrice: close,
      unrealisedUsdt: 0,
      notionalUsdt: 0,
      openedAtMs: openedMinute * MINUTE_MS,
      planId: "",
    },
    ...NOTHING_SEEN,
    equityUsdt: row.equityUsdt ?? 10_000,
    dayLossLeft: 1,
    entryPending: row.entryPending ?? false,
    exitPending: row.exitPending ?? false,
    stopTicks: row.stopTicks ?? 0,
    maxQtyLots: () => row.maxQtyLots ?? 1_000,
  };
};

/** What the manager asks for at each row, in short; `approve` is the gate's answer. */
const asked = (rows: readonly Row[], options: Readonly<Record<string, unknown>> = {}, approve = true): string[] => {
  const module = bracket(options);
  const state = module.init(instrument);
  return rows.map((row) => {
    const said: string[] = [];
    const answer = (text: string): boolean => {
      said.push(text);
      return approve;
    };
    const propose: Proposals = {
      enter: ({ direction, qtyLots }) => answer(`${direction > 0 ? "long" : "short"} ${qtyLots}`),
      scaleIn: () => answer("scale in"),
      reduce: () => answer("reduce"),
      exit: (reason) => answer(`exit ${reason}`),
      moveStop: (stopTicks, reason) => answer(`stop ${stopTicks} ${reason}`),
      wait: (reason, value = NaN, limit = NaN) => void said.push(`waits: ${reason} ${value}/${limit}`),
    };
    module.decide(state, viewOf(row), propose);
    return said.join(", ") || "-";
  });
};
const one = (row: Row, options?: Readonly<Record<string, unknown>>): string => asked([row], options)[0] as string;

describe("entering", () => {
  it.each<[string, Row, string]>([
    ["a likely long", { lean: 0.7 }, `long ${LOTS}`],
    ["a likely short", { lean: -0.7 }, `short ${LOTS}`],
    ["nothing likely enough", { lean: 0.69 }, "-"],
    ["an entry under way", { entryPending: true }, "-"],
    ["as much as risk allows", { maxQtyLots: 40 }, "long 40"],
    ["too small for the exchange", { equityUsdt: 1 }, "waits: sized below the smallest order 0.25/20"],
    ["no room, which the view says by itself", { maxQtyLots: 0 }, "-"],
  ])("%s", (_, row, said) => {
    expect(one(row)).toBe(said);
  });

  it("brings bracket, worst price and leverage", () => {
    const entries: unknown[] = [];
    const propose = { enter: (entry: unknown) => entries.push(entry) > 0 } as unknown as Proposals;
    bracket({ stopFraction: 0.004, targetFraction: 0.02 }).decide({ spent: 0, untilMs: 0 }, viewOf({}), propose);
    expect(entries).toEqual([
      { direction: 1, qtyLots: LOTS, bracket: { stopFraction: 0.004, targetFraction: 0.02 }, worstTicks: TICKS * 1.002, leverage: 5 },
    ]);
  });
});

describe("asking once", () => {
  const long = (minute: number): Row => ({ minute, lean: 0.9 });
  it.each<[string, Row[], string[]]>([
    [
      "a refused plan waits for the cool-down",
      [long(0), long(1), long(479), long(480), long(481)],
      [`long ${LOTS}`, "-", "-", `long ${LOTS}`, "-"],
    ],
    ["or for the signal to leave and come back", [long(0), { minute: 1, lean: 0.29 }, long(2)], [`long ${LOTS}`, "-", `long ${LOTS}`]],
    ["a dip that stays on the side frees nothing", [long(0), { minute: 1, lean: 0.3 }, long(2)], [`long ${LOTS}`, "-", "-"]],
    ["the other side is free", [long(0), { minute: 1, lean: -0.9 }], [`long ${LOTS}`, `short ${LOTS}`]],
    ["no opinion frees nothing", [long(0), { minute: 1, lean: 0, ready: false }, long(2)], [`long ${LOTS}`, "-", "-"]],
    [
      "the cool-down counts from the end of the position",
      [long(0), { ...long(100), heldLots: LOTS }, long(101), long(579), long(580)],
      [`long ${LOTS}`, "-", "-", "-", `long ${LOTS}`],
    ],
  ])("%s", (_, rows, said) => {
    expect(asked(rows, {}, false)).toEqual(said);
  });
});

describe("managing", () => {
  const held: Row = { heldLots: LOTS, stopTicks: TICKS * 0.995, minute: 10 };
  const short: Row = { ...held, heldLots: -LOTS, stopTicks: TICKS * 1.005, lean: -0.9 };
  it.each<[string, Row, string]>([
    ["holds while its side is likely", { ...held, lean: 0.3 }, "-"],
    ["leaves a long whose side is gone", { ...held, lean: 0.29 }, "exit signal"],
    ["leaves a short whose side is gone", { ...short, lean: 0.9 }, "exit signal"],
    ["keeps a short", short, "-"],
    ["does not leave for want of an opinion", { ...held, lean: 0, ready: false }, "-"],
    ["holds a minute before the time limit", { ...held, minute: 479 }, "-"],
    ["leaves at the time limit", { ...held, minute: 480 }, "exit time-limit"],
    ["asks for no second exit", { ...held, minute: 480, exitPending: true }, "-"],
    ["a tick before break-even", { ...held, close: 20_149.9 }, "-"],
    ["break-even of a long", { ...held, close: 20_150 }, "stop 200240 break-even"],
    ["break-even of a short", { ...short, close: 19_849.9 }, "stop 199760 break-even"],
    ["break-even once", { ...held, close: 20_200, stopTicks: 200_240 }, "-"],
  ])("%s", (_, row, said) => {
    expect(one(row)).toBe(said);
  });

  it("never moves the stop, or earlier, when told so", () => {
    expect(one({ ...held, close: 20_290 }, { breakEvenFraction: 0 })).toBe("-");
    expect(one({ ...held, close: 20_040 }, { breakEvenFraction: 0.002, breakEvenCostFraction: 0 })).toBe("stop 200000 break-even");
  });
});

describe("options", () => {
  it.each([
    [{ stopFraction: 0 }, "position.options.stopFraction is 0: it must be a number > 0 and ≤ 0.5"],
    [{ leverage: 200 }, "position.options.leverage is 200: it must be a number ≥ 1 and ≤ 125"],
    [{ cooldown: 5 }, "position.options.cooldown is not an option of this module"],
  ])("refuses %o", (options, message) => {
    expect(() => bracket(options)).toThrow(message);
  });
});
