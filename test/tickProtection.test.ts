import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionView, Proposals } from "../models/position/positionModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event, Trade } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { Chance } from "./chance.ts";
import { kline, T0 } from "./items.ts";
import { replay } from "./replay.ts";
import { UNIT } from "./venueDesk.ts";
import { codeOf } from "../src/venues/binance/rejectionCodes.ts";

/**
 * On trades `execute` sends stop and target itself, with latency, and the venue takes one close-position stop a side: the code that
 * protects on a real exchange. What rests at the venue is followed here from its answers alone.
 */
interface Live {
  readonly trigger: number;
  readonly closePosition: boolean;
}

interface Ran {
  readonly told: string[];
  /** Live stops at the close of each minute, and what the module was shown. */
  readonly stops: { readonly live: Live[]; readonly shown: number; readonly lots: number; readonly quiet: boolean }[];
}

const always = signalModule(() => ({
  name: "always",
  warmUpBars: 0,
  onGap: "keep",
  init: () => null,
  decide: (_, __, out) => {
    [out.pLong, out.pShort, out.pNeutral] = [1, 0, 0];
  },
}))({});

/** A print every two seconds, and the klines of their minutes. */
const market = (prices: readonly number[]): Event[] => {
  const events: Event[] = [];
  for (const [i, price] of prices.entries()) {
    const eventTimeMs = T0 + i * 2000 + 100;
    const times = { seq: -1, instrument: instrumentIndex(0), eventTimeMs, receivedTimeMs: eventTimeMs, knownAtMs: eventTimeMs };
    events.push({
      kind: Kind.trade,
      ...times,
      tradeId: String(i + 1),
      price,
      qty: 1e6,
      buyerIsMaker: i % 2 === 0,
      tradeCount: 1,
    } satisfies Trade);
    if (i % 30 !== 29) continue;
    const minute = prices.slice(i - 29, i + 1);
    events.push(
      kline({ at: (i - 29) / 30, ohlc: [minute[0] ?? 0, Math.max(...minute), Math.min(...minute), price], volume: 1e6, seq: -1 }),
    );
  }
  return events;
};

type Decide = (minute: number, view: PositionView, propose: Proposals) => void;
const ran = async (prices: readonly number[], decide: Decide, venue: Partial<SimulatedVenueOptions> = {}): Promise<Ran> => {
  const told: string[] = [];
  const stops: Ran["stops"] = [];
  const sent = new Map<string, Live>();
  const live = new Map<string, Live>();
  let lots = 0;
  let wasProtected = false;
  let lastFillMs = 0;
  /** A scale-in that outlived its trade opened the position: nothing protects it, and the gate leaves it where limits ask for a stop. */
  let orphan = false;
  const naked = (): void => {
    if (lots !== 0 && live.size > 0) wasProtected = true;
    else if (lots !== 0 && wasProtected && !orphan) told.push("NAKED");
  };
  const ended = (id: string): void => {
    live.delete(id);
  };
  const module = positionModule(() => ({
    name: "scripted",
    init: () => null,
    decide: (_, view, propose) => {
      const quiet = view.bar.openTimeMs + MINUTE_MS - lastFillMs > 10_000 && !orphan;
      stops.push({ live: [...live.values()], shown: view.stopTicks, lots: view.position.positionLots, quiet });
      decide(Math.round((view.bar.openTimeMs - T0) / MINUTE_MS), view, propose);
    },
  }))({});
  const short = (id: string): string => id.replace(/^UNITUSDT-/, "").replace(String(T0 / 1000).slice(0, 6), "");
  const end = stepOperator("told", () => null, {
    [Kind.orderSent]: (_, { order: { clientOrderId, type, triggerTicks, closePosition } }) => {
      if (type === "stopMarket") sent.set(clientOrderId, { trigger: triggerTicks, closePosition });
    },
    [Kind.orderAccepted]: (_, { clientOrderId }) => {
      const stop = sent.get(clientOrderId);
      if (stop !== undefined) live.set(clientOrderId, stop);
    },
    [Kind.orderCanceled]: (_, { clientOrderId }) => {
      ended(clientOrderId);
      told.push(`${short(clientOrderId)} canceled`);
    },
    [Kind.orderExpired]: (_, { clientOrderId }) => ended(clientOrderId),
    [Kind.orderRejected]: (_, { clientOrderId, reason }) => {
      if (reason !== "unknownOrder") ended(clientOrderId);
      told.push(`${short(clientOrderId)} rejected ${codeOf(reason)}`);
    },
    [Kind.fill]: (_, { side, qtyLots, priceTicks, reason, eventTimeMs }) => {
      lastFillMs = eventTimeMs;
      const was = lots;
      lots += (side === "buy" ? 1 : -1) * qtyLots;
      if (was * lots <= 0) orphan = reason === "scale-in";
      // What may only reduce expires with the position; one that has turned awaits its own stop.
      if (was * lots <= 0 && was !== 0) {
        wasProtected = false;
        live.clear();
      }
      told.push(`${reason} ${side} ${qtyLots} @ ${priceTicks}`);
    },
    [Kind.accountState]: naked,
  });
  await replay({
    ...{ instruments: [{ ...UNIT, makerFeeRate: 0, takerFeeRate: 0 }], source: [market(prices)], signal: always, position: module, end },
    limits: NO_LIMITS,
    venue: {
      slippageFraction: 0,
      latencyMs: 100,
      maxVolumeShare: null,
      startUsdt: 1e9,
      margin: false,
      fillOn: "trades",
      queueAheadUsdt: 0,
      ...venue,
    },
  });
  return { told, stops };
};

const enter = (propose: Proposals, qtyLots: number, stopFraction = 0.01, targetFraction = 0.05): void => {
  propose.enter({ direction: 1, qtyLots, leverage: 1, bracket: { stopFraction, targetFraction }, worstTicks: 1200 });
};
const flat = (minutes: number, price = 1000): number[] => Array.from({ length: minutes * 30 }, () => price);

describe("protection on trades", () => {
  it("is sent with the fill, rests as stop and target, and closes the position", async () => {
    const { told, stops } = await ran([...flat(3), 995, 991, 990, 989, ...flat(2, 989)], (minute, _, propose) => {
      if (minute === 0) enter(propose, 50);
    });
    expect(stops[1]?.live).toEqual([{ trigger: 990, closePosition: true }]);
    expect(stops[1]?.shown).toBe(990);
    expect(told).toEqual(["entry buy 50 @ 1000", "stop sell 50 @ 989"]);
  });

  it("is moved over a bridge: one stop before, one behind, none missing, and no second close-position stop", async () => {
    const { told, stops } = await ran([...flat(6), ...flat(2, 996), ...flat(1, 994)], (minute, _, propose) => {
      if (minute === 0) enter(propose, 50);
      if (minute === 2) propose.moveStop(995, "break-even");
    });
    expect(stops.map(({ live }) => live.map(({ trigger }) => trigger))).toEqual([[], [990], [990], [995], [995], [995], [995], [995], []]);
    expect(stops[4]?.live).toEqual([{ trigger: 995, closePosition: true }]);
    expect(told.filter((line) => line.includes("canceled"))).toHaveLength(2);
    expect(told.filter((line) => !line.includes("canceled"))).toEqual(["entry buy 50 @ 1000", "break-even sell 50 @ 994"]);
  });

  it("covers what is scaled in, by the same stop", async () => {
    const { told, stops } = await ran([...flat(5), ...flat(2, 989)], (minute, _, propose) => {
      if (minute === 0) enter(propose, 50);
      if (minute === 2) propose.scaleIn({ qtyLots: 30, leverage: 1, worstTicks: 1200 });
    });
    expect(stops[4]).toEqual({ live: [{ trigger: 990, closePosition: true }], shown: 990, lots: 80, quiet: true });
    expect(told).toEqual(["entry buy 50 @ 1000", "scale-in buy 30 @ 1000", "stop sell 80 @ 989"]);
  });

  it("that the price has passed when it arrives becomes an exit at market", async () => {
    const { told, stops } = await ran(
      [...flat(1), 1000, 1000, 1000, ...flat(3, 980)],
      (minute, _, propose) => {
        if (minute === 0) enter(propose, 50);
      },
      { latencyMs: 2500 },
    );
    expect(told).toEqual(["entry buy 50 @ 1000", expect.stringContaining("rejected -2021"), "stop-passed sell 50 @ 980"]);
    expect(stops.at(-1)?.lots).toBe(0);
  });

  it("is never missing once it was there, in any order of moves, scale-ins, exits and turns (property)", async () => {
    let [moves, closed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const chance = new Chance(seed);
        let price = 1000;
        const step = chance.pick([1, 3, 8]);
        const prices = Array.from({ length: 40 * 30 }, () => (price = Math.max(700, price + chance.int(-step, step))));
        const decide: Decide = (_, view, propose) => {
          const last = Math.round(view.bar.close);
          const held = view.position.positionLots;
          const what = chance.pick(["enter", "enter", "move", "move", "scale", "exit", "nothing"]);
          const stopFraction = chance.pick([0.01, 0.02, 0.05]);
          const direction = chance.pick([1, -1] as const);
          if (what === "enter" && (held === 0 || chance.of(0.2)))
            propose.enter({
              ...{ direction, qtyLots: chance.int(1, 60), leverage: 1, worstTicks: last + 100 },
              ...{ bracket: { stopFraction, targetFraction: chance.pick([0, 0.01, 0.05]) } },
              ...(chance.of(0.4) ? { limitTicks: last - direction * chance.int(0, 10) } : {}),
            });
          if (what === "move" && held !== 0) {
            const side = Math.sign(held);
            if (propose.moveStop(last - side * chance.int(1, 15), "moved")) moves += 1;
            if (chance.of(0.3)) propose.moveStop(last - side * chance.int(1, 8), "moved twice");
          }
          if (what === "scale" && held !== 0) propose.scaleIn({ qtyLots: chance.int(1, 20), leverage: 1, worstTicks: last + 100 });
          if (what === "exit" && held !== 0 && chance.of(0.4)) propose.exit("out");
        };
        const latencyMs = chance.pick([0, 100, 3_000, 61_000]);
        const { told, stops } = await ran(prices, decide, { latencyMs });
        expect(told.filter((line) => line === "NAKED" || line.includes("-4130"))).toEqual([]);
        for (const { live, shown, lots, quiet } of stops) {
          if (latencyMs > 2_000 || !quiet) continue;
          // A minute is long enough for every move to end: one stop, the one that the module is shown.
          expect(live.map(({ trigger }) => trigger)).toEqual(lots === 0 ? [] : [shown]);
          if (lots !== 0) expect(live[0]?.closePosition).toBe(true);
        }
        closed += told.filter((line) => /^(stop|target|moved|moved twice|out|stop-passed) /.test(line)).length;
      }),
      { numRuns: 150 },
    );
    expect(moves).toBeGreaterThan(300);
    expect(closed).toBeGreaterThan(300);
  });
});
