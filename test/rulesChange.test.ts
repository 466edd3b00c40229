import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import type { Fill } from "../src/domain/derived.ts";
import type { Event, InstrumentRules } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { usdtPerTickLot } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";

const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 1, gapsPerDay: 0 });
const EVENTS = await collected(simulatedMarket(MARKET));
const INSTRUMENTS = marketInstruments(MARKET);
const [BTC, ETH] = INSTRUMENTS as [Instrument, Instrument];
const CHANGE = 600;
const CHANGED_MS = MARKET.fromMs + CHANGE * MINUTE_MS;

const changed = (rules: Instrument): InstrumentRules => ({
  ...{ kind: Kind.instrumentRules, seq: -1, instrument: rules.index, rules },
  ...{ eventTimeMs: CHANGED_MS, receivedTimeMs: CHANGED_MS, knownAtMs: CHANGED_MS },
});
const withRules = (rules: Instrument): Event[] => {
  const events = [...EVENTS];
  events.splice(
    events.findIndex(({ knownAtMs }) => knownAtMs >= CHANGED_MS),
    0,
    changed(rules),
  );
  return events;
};

const undecided = signalModule(() => ({ name: "none", warmUpBars: 0, onGap: "keep", init: () => null, decide: () => undefined }))({});
const ENTRY = { direction: 1, bracket: { stopFraction: 0.2, targetFraction: 0 }, leverage: 5 } as const;
const minuteOf = (timeMs: number): number => Math.round((timeMs - MARKET.fromMs) / MINUTE_MS);
/** Buys `lots` at some minutes and leaves at others; tells what it could have bought. */
const trader = (
  enter: Readonly<Record<number, number>>,
  exit: readonly number[],
  room: Record<number, number> = {},
  shown: Record<number, Instrument> = {},
): PositionModule =>
  positionModule(() => ({
    name: "trader",
    init: () => null,
    decide: (_, view, propose) => {
      if (view.instrument.symbol !== "BTCUSDT") return;
      const minute = minuteOf(view.bar.knownAtMs);
      shown[minute] = view.instrument;
      const worstTicks = Math.ceil((view.bar.close / view.instrument.tickSize) * 1.01);
      room[minute] = view.maxQtyLots(1, worstTicks, 5);
      const lots = enter[minute];
      if (lots !== undefined) propose.enter({ ...ENTRY, qtyLots: lots, worstTicks });
      if (exit.includes(minute)) propose.exit("time");
    },
  }))({});

const run = async (position: PositionModule, events: readonly Event[]) => {
  const fills: Fill[] = [];
  const words: string[] = [];
  const end = stepOperator("fills", () => null, {
    [Kind.fill]: (_, fill) => void fills.push(fill),
    [Kind.orderRejected]: (_, { clientOrderId }) => void words.push(`rejected ${clientOrderId}`),
    [Kind.orderSent]: (_, { order, knownAtMs }) => void words.push(`${minuteOf(knownAtMs)} ${order.type} ${order.qtyLots}`),
  });
  const venue = { startUsdt: 1_000_000 };
  const { decisionsSha256 } = await replay({
    ...{ instruments: INSTRUMENTS, signal: undecided, position, limits: NO_LIMITS, venue, end },
    source: inBursts(events, 500),
  });
  return { fills, words, decisionsSha256 };
};
const feeRate = ({ feeUsdt, priceTicks, qtyLots }: Fill): number => feeUsdt / (priceTicks * qtyLots * usdtPerTickLot(BTC));

describe("trading rules that change while the line runs", () => {
  it("fees: every fill pays the rate of its time", async () => {
    const round = trader({ 100: 100, 700: 100 }, [200, 800]);
    const { fills } = await run(round, withRules({ ...BTC, takerFeeRate: 0.001 }));
    expect(fills.map(({ knownAtMs }) => minuteOf(knownAtMs) > CHANGE)).toEqual([false, false, true, true]);
    const rates = fills.map(feeRate);
    for (const [i, rate] of [BTC.takerFeeRate, BTC.takerFeeRate, 0.001, 0.001].entries()) expect(rates[i]).toBeCloseTo(rate, 10);
  });

  it("apply from the bar that opens then: the one before it still pays the old rate", async () => {
    const round = trader({ [CHANGE - 1]: 100, [CHANGE]: 100 }, []);
    const { fills } = await run(round, withRules({ ...BTC, takerFeeRate: 0.001 }));
    // Decided at the close of minute 599, filled at its end's open; and one bar later.
    expect(fills.slice(0, 2).map((fill) => [minuteOf(fill.eventTimeMs), Number(feeRate(fill).toFixed(6))])).toEqual([
      [CHANGE - 1, BTC.takerFeeRate],
      [CHANGE, 0.001],
    ]);
  });

  it("the largest market order: an exit is sliced by it, and L4 is told less room; the other instrument's rules stay", async () => {
    const room: Record<number, number> = {};
    const shown: Record<number, Instrument> = {};
    const { words } = await run(trader({ 100: 100 }, [700], room, shown), withRules({ ...BTC, maxMarketQtyLots: 40 }));
    expect(words.filter((word) => word.startsWith("700"))).toEqual(["700 market 40", "700 market 40", "700 market 20"]);
    expect(room[599]).toBeGreaterThan(40);
    expect([room[601], room[1000]]).toEqual([40, 40]);
    expect(shown[599]?.maxMarketQtyLots).toBe(BTC.maxMarketQtyLots);
    expect(shown[601]?.maxMarketQtyLots).toBe(40);
    const other = await run(trader({ 100: 100 }, [700]), withRules({ ...ETH, maxMarketQtyLots: 1 }));
    expect(other.words.filter((word) => word.startsWith("700"))).toEqual(["700 market 100"]);
  });

  it("the smallest order: what passed before is refused after, by the venue too", async () => {
    const lots = Math.ceil((2 * BTC.minNotionalUsdt) / (16_000 * BTC.lotSize));
    const { words, fills } = await run(trader({ 100: lots, 700: lots }, [200, 800]), withRules({ ...BTC, minQtyLots: lots + 1 }));
    expect(fills.every(({ knownAtMs }) => minuteOf(knownAtMs) < CHANGE)).toBe(true);
    expect(fills).toHaveLength(2);
    expect(words.filter((word) => word.startsWith("rejected"))).toHaveLength(1);
  });

  it("maintenance margin: a position that was safe is liquidated where the new brackets ask for more than is there", async () => {
    const lots = Math.round(100_000 / (16_000 * BTC.lotSize));
    const strict = BTC.brackets.map((bracket) => ({ ...bracket, maintenanceMarginRate: 0.199, maintenanceAmountUsdt: 0 }));
    const held = await run(trader({ 100: lots }, []), EVENTS);
    expect(held.fills.some(({ reason }) => reason === "liquidation")).toBe(false);
    const { fills } = await run(trader({ 100: lots }, []), withRules({ ...BTC, brackets: strict }));
    const end = fills.find(({ reason }) => reason === "liquidation");
    expect(end === undefined ? NaN : minuteOf(end.knownAtMs)).toBeGreaterThanOrEqual(CHANGE);
  });

  it("that change nothing change no decision", async () => {
    const round = (): PositionModule => trader({ 100: 100, 700: 100 }, [200, 800]);
    expect((await run(round(), withRules(BTC))).decisionsSha256).toBe((await run(round(), EVENTS)).decisionsSha256);
  });
});
