import fc from "fast-check";
import { from, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { positionModule } from "../../models/position/positionModule.ts";
import type { PositionView, Proposals } from "../../models/position/positionModule.ts";
import { signalModule } from "../../models/signal/signalModule.ts";
import type { OrderRejected } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { singleKline } from "../../src/domain/kline.ts";
import type { Direction } from "../../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { BARS_ONLY, backtestLine } from "../../src/pipeline.ts";
import type { RiskLimits } from "../../src/risk/limits.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "../../src/risk/limits.ts";
import { simulatedVenue } from "../../src/venues/simulated/simulatedVenue.ts";
import { DEFAULT_VENUE } from "../../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../../src/venues/simulated/options.ts";
import { Chance } from "../../test/chance.ts";
import { UNIT } from "../../test/venueDesk.ts";
import { stepOperator } from "../stepOperator.ts";

/** Codes and rules that refuse an order for its size. */
const SIZE_REASONS = new Set(["qtyNotPositive", "tooSmall", "tooLarge", "notionalTooSmall", "insufficientMargin", "leverageExceeded"]);
const SIZE_RULES = new Set(["position.maxMarginFraction", "position.maxAccountMarginFraction", "position.maxLeverage"]);

const long = signalModule(() => ({
  name: "long",
  warmUpBars: 0,
  onGap: "keep",
  init: () => null,
  decide: (_, __, out) => {
    out.pLong = 1;
    out.pShort = 0;
    out.pNeutral = 0;
  },
}))({});

interface Scenario {
  readonly instruments: readonly Instrument[];
  readonly venue: SimulatedVenueOptions;
  readonly limits: RiskLimits;
}

const scenarioOf = (chance: Chance): Scenario => {
  const instrument = (index: number): Instrument => ({
    ...UNIT,
    index: instrumentIndex(index),
    symbol: `S${index}USDT`,
    tickSize: chance.pick([1, 0.1, 0.01]),
    lotSize: chance.pick([1, 0.1, 0.001]),
    minQtyLots: chance.pick([1, 1, 3]),
    maxQtyLots: chance.pick([1_000_000_000, 5_000, 700]),
    maxMarketQtyLots: chance.pick([1_000_000_000, 2_000, 300]),
    minNotionalUsdt: chance.pick([0, 5, 100, 777.77]),
    takerFeeRate: chance.pick([0.0005, 0, 0.001]),
  });
  return {
    instruments: [instrument(0), instrument(1)],
    venue: {
      ...DEFAULT_VENUE,
      startUsdt: chance.pick([10_000, 300, 2_000_000]),
      slippageFraction: 0,
      latencyMs: 0,
      maxVolumeShare: null,
      filters: chance.pick(["all", "all", "all", "tickAndLot"]),
      margin: chance.of(0.85),
      takerFeeRate: chance.pick([null, null, 0.0004, 0]),
    },
    limits: {
      ...NO_LIMITS,
      position: chance.of(0.5)
        ? NO_LIMITS.position
        : { ...DEFAULT_LIMITS.position, maxStopFraction: null, maxAccountMarginFraction: chance.pick([0.24, 0.1]) },
    },
  };
};

/** What the module asks for last, and how it was answered. */
interface Asked {
  readonly largest: number;
  readonly qtyLots: number;
  /** Neither risk nor the venue has a limit of size. */
  readonly unlimited: boolean;
  /** Exits are still on their way: what the entry meets is not what the view was asked about. */
  readonly leaving: boolean;
  refusedBy: string | null;
}

/**
 * A random history of entries, resting limits, reductions and exits on two instruments that share a wallet, over prices that move; then
 * prices stand still and the last entry of instrument 0 is `sizeOf` of the largest that the view names.
 */
const lastEntry = (seed: number, sizeOf: (largest: number, view: PositionView, priceTicks: number) => number): Asked => {
  const chance = new Chance(seed);
  const { instruments, venue: options, limits } = scenarioOf(chance);
  const unlimited = options.filters === "tickAndLot" && !options.margin && limits.position.maxMarginFraction === null;
  const bars = chance.int(1, 8);
  const last: { direction: Direction; leverage: number; limitOffset: number | null } = {
    direction: chance.pick([1, -1]),
    leverage: chance.pick([1, 2, 5, 20, 50, 3.5]),
    limitOffset: chance.of(0.4) ? chance.int(-30, 30) : null,
  };
  let asked: Asked | null = null;
  let lastPlanId = "";
  let bar = 0;
  const decide = (view: PositionView, propose: Proposals): void => {
    const closeTicks = Math.round(view.bar.close / view.instrument.tickSize);
    const enter = (qtyLots: number, direction: Direction, leverage: number, limitTicks: number): boolean =>
      qtyLots >= 1 &&
      propose.enter({
        direction,
        qtyLots,
        leverage,
        bracket: { stopFraction: 0, targetFraction: 0 },
        worstTicks: closeTicks + 1,
        ...(limitTicks > 0 ? { limitTicks } : {}),
      });
    const limitOf = (offset: number | null): number => (offset === null ? 0 : Math.max(1, closeTicks + offset));
    if (bar < 2 * bars) {
      const direction: Direction = chance.pick([1, -1]);
      const leverage = chance.pick([1, 5, 20]);
      const limitTicks = limitOf(chance.of(0.5) ? chance.int(-40, 40) : null);
      const share = chance.pick([0.01, 0.2, 0.6, 1]);
      const wish = chance.pick(["enter", "enter", "reduce", "exit", "nothing"]);
      if (wish === "enter")
        enter(Math.floor(view.maxQtyLots(direction, closeTicks + 1, leverage, limitTicks) * share), direction, leverage, limitTicks);
      else if (wish === "reduce" && Math.abs(view.position.positionLots) > 1)
        propose.reduce(Math.floor(Math.abs(view.position.positionLots) / 2), "part");
      else if (wish === "exit" && view.position.positionLots !== 0) propose.exit("all");
    } else if (bar === 2 * bars + 2) {
      const limitTicks = limitOf(last.limitOffset);
      const largest = view.maxQtyLots(last.direction, closeTicks + 1, last.leverage, limitTicks);
      const qtyLots = sizeOf(largest, view, limitTicks > 0 ? limitTicks : closeTicks);
      asked = { largest, qtyLots, unlimited, leaving: view.exitPending, refusedBy: null };
      enter(qtyLots, last.direction, last.leverage, limitTicks);
    }
    bar += 1;
  };
  const module = positionModule(() => ({ name: "last", init: () => null, decide: (_, view, propose) => decide(view, propose) }))({});
  const judge = stepOperator("judge", () => null, {
    [Kind.intent]: (_, { action, planId }) => {
      if (action === "enter") lastPlanId = planId;
    },
    [Kind.refusal]: (_, { planId, rule }) => {
      if (asked !== null && planId === lastPlanId) asked.refusedBy = rule;
    },
    [Kind.orderRejected]: (_, { clientOrderId, reason }: OrderRejected) => {
      if (asked !== null && clientOrderId === lastPlanId) asked.refusedBy = reason;
    },
  });
  const { venue, fills } = simulatedVenue(instruments, options);
  const system = {
    instruments,
    timeframesMs: [],
    ...BARS_ONLY,
    signal: long,
    position: module,
    limits,
    venue,
    startUsdt: options.startUsdt,
    tradeFromMs: -Infinity,
  };
  const failures: unknown[] = [];
  from(klines(chance, instruments, bars))
    .pipe(pipe(backtestLine(system, fills), judge))
    .subscribe({ error: (error: unknown) => failures.push(error) });
  if (failures.length > 0) throw failures[0];
  const answered = asked as Asked | null;
  if (answered === null) throw new Error("nothing was asked");
  return answered;
};

/** Some bars that move, with funding, then some of one price, both instruments in turn. */
const klines = (chance: Chance, instruments: readonly Instrument[], bars: number): Item[] => {
  const ticks = instruments.map(() => chance.int(500, 2_000));
  const items: Item[] = [];
  for (let minute = 0; minute < bars + 5; minute += 1) {
    for (const { index, tickSize } of instruments) {
      const open = ticks[index] as number;
      if (minute < bars && chance.of(0.3)) {
        const timeMs = minute * MINUTE_MS;
        const header = { seq: items.length, instrument: index, eventTimeMs: timeMs, receivedTimeMs: timeMs, knownAtMs: timeMs };
        items.push({ kind: Kind.funding, ...header, rate: chance.int(-100, 100) / 10_000, intervalHours: 8, markPrice: open * tickSize });
      }
      const close = minute < bars ? Math.max(300, open + chance.int(-20, 20)) : open;
      ticks[index] = close;
      const [low, high] = [Math.min(open, close), Math.max(open, close)].map((value) => value * tickSize) as [number, number];
      const values = { open: open * tickSize, high, low, close: close * tickSize, volume: 1e12, quoteVolume: 0, trades: 1 };
      const kline = singleKline(index, MINUTE_MS, { openTimeMs: minute * MINUTE_MS, ...values, takerBuyVolume: 0, takerBuyQuoteVolume: 0 });
      kline.seq = items.length;
      items.push(kline);
    }
  }
  return items;
};

const refusedForSize = ({ refusedBy }: Asked): boolean => refusedBy !== null && (SIZE_RULES.has(refusedBy) || SIZE_REASONS.has(refusedBy));

/** Smallest order that the exchange takes, counted up by hand. */
const smallest = ({ instrument }: PositionView, priceTicks: number): number => {
  let lots = Math.max(1, instrument.minQtyLots);
  while (priceTicks * instrument.tickSize * lots * instrument.lotSize < instrument.minNotionalUsdt * (1 - 1e-12)) lots += 1;
  return lots;
};

describe("the largest entry of the view, against the real gate and the simulated venue", () => {
  it("is never refused for its size", () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const asked = lastEntry(seed, (largest) => largest);
        if (asked.leaving) return;
        expect(asked.refusedBy, `largest ${asked.largest}`).toBeNull();
        if (asked.qtyLots > 0) taken += 1;
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  it("one lot more is refused, and where it is 0 the smallest order that the exchange takes is", () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const beyond = (lots: number): Asked =>
          lastEntry(seed, (largest, view, priceTicks) => (largest === 0 ? smallest(view, priceTicks) : largest + lots));
        const one = beyond(1);
        // The view keeps the room of a rounding, so where an entry meets the free wallet to the last digit it is two.
        const asked = one.refusedBy === null && one.largest > 0 && !one.unlimited ? beyond(2) : one;
        if (asked.unlimited || asked.leaving) return;
        expect(refusedForSize(asked), `largest ${asked.largest}, ${asked.refusedBy ?? "not refused"}`).toBe(true);
        refused += 1;
      }),
      { numRuns: 600 },
    );
    expect(refused).toBeGreaterThan(300);
  });
});
