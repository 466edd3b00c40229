import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionView, Proposals } from "../models/position/positionModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Direction } from "../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { limitsOf } from "./riskLine.ts";
import { kline, T0 } from "./items.ts";
import { inBursts, replay } from "./replay.ts";
import { UNIT } from "./venueDesk.ts";

/** The account is judged once a moment, over all instruments: what no instrument alone can say must not be said of one. */
const DAY = 1440;
const PAIR: readonly Instrument[] = ["AUSDT", "BUSDT"].map((symbol, index) => ({
  ...{ ...UNIT, makerFeeRate: 0, takerFeeRate: 0 },
  ...{ index: instrumentIndex(index), symbol },
}));
const FRICTIONLESS = { slippageFraction: 0, latencyMs: 0, maxVolumeShare: null, startUsdt: 100_000, margin: false, funding: false };

const always = signalModule(() => ({
  name: "always",
  warmUpBars: 0,
  onGap: "keep",
  init: () => null,
  decide: (_, __, out) => {
    [out.pLong, out.pShort, out.pNeutral] = [1, 0, 0];
  },
}))({});

type Close = (instrument: number, minute: number) => number | null;
/** Klines of both symbols minute by minute; null: the bar is missing. */
const klines = (from: number, to: number, closeOf: Close, order: readonly number[] = [0, 1]): Event[] => {
  const events: Event[] = [];
  const last = [1000, 1000];
  for (let at = from; at < to; at += 1) {
    for (const instrument of order) {
      const close = closeOf(instrument, at);
      if (close === null) continue;
      const open = last[instrument] as number;
      last[instrument] = close;
      const ohlc = [open, Math.max(open, close), Math.min(open, close), close] as const;
      events.push(kline({ at, instrument, ohlc, volume: 1e9, seq: -1 }));
    }
  }
  return events;
};

const enter = (propose: Proposals, direction: Direction, qtyLots: number): void => {
  propose.enter({ direction, qtyLots, leverage: 1, bracket: { stopFraction: 0, targetFraction: 0 }, worstTicks: 2_000 });
};

interface Ran {
  readonly told: string[];
  /** Equity at the close of each moment, USDT. */
  readonly equity: number[];
  readonly asked: string[];
  readonly decisionsSha256: string;
}
type Decide = (minute: number, view: PositionView, propose: Proposals) => void;
const ran = async (events: readonly Event[], decide: Decide, limits = NO_LIMITS, burstEvents = 4096): Promise<Ran> => {
  const [told, equity, asked]: [string[], number[], string[]] = [[], [], []];
  const module = positionModule(() => ({
    name: "scripted",
    init: () => null,
    decide: (_, view, propose) => {
      const minute = Math.round((view.bar.openTimeMs - T0) / MINUTE_MS);
      asked.push(`${minute} ${view.instrument.symbol}`);
      decide(minute, view, propose);
    },
  }))({});
  const end = stepOperator("told", () => null, {
    [Kind.riskState]: (_, { rule, active }) => void told.push(`${active ? "+" : "-"}${rule}`),
    [Kind.refusal]: (_, { rule }) => void told.push(`refused ${rule}`),
    [Kind.fill]: (_, { instrument, side, qtyLots, priceTicks }) => void told.push(`${instrument} ${side} ${qtyLots} @ ${priceTicks}`),
    [Kind.accountState]: (_, { atClose, equityUsdt }) => {
      if (atClose) equity.push(equityUsdt);
    },
  });
  const venue = FRICTIONLESS;
  const source = inBursts(events, burstEvents);
  const { decisionsSha256 } = await replay({ instruments: PAIR, source, signal: always, position: module, limits, venue, end });
  return { told, equity, asked, decisionsSha256 };
};

describe("equity of a moment", () => {
  /** 90 lots long of one, short of the other. */
  const hedged: Decide = (minute, { instrument }, propose) => {
    if (minute === 0) enter(propose, instrument.index === 0 ? 1 : -1, 90);
  };
  it.each([0.94, 1.06])("of a hedged pair does not move when both go × %f in one minute, and halts nothing", async (factor) => {
    const move: Close = (_, at) => (at < 3 ? 1000 : 1000 * factor);
    const limits = limitsOf({ day: { maxLossFraction: 0.02 }, system: { maxDrawdownFraction: 0.05 } });
    const { told, equity } = await ran(klines(0, 8, move), hedged, limits);
    expect(told).toEqual(["0 buy 90 @ 1000", "1 sell 90 @ 1000"]);
    expect(new Set(equity)).toEqual(new Set([100_000]));
  });

  it.each([0, 1])("begins the UTC day, whichever symbol lost in the last minute (symbol %i)", async (loser) => {
    // 400 lots lose 4,000 USDT in the minute that closes at 00:00: a loss of the old day.
    const drop: Close = (instrument, at) => (instrument === loser && at >= DAY - 1 ? 990 : 1000);
    const once: Decide = (minute, { instrument, dayLossLeft }, propose) => {
      if (minute === DAY - 10 && instrument.index === loser) enter(propose, 1, 400);
      if (minute === DAY) left.push(dayLossLeft);
    };
    const left: number[] = [];
    const { told, equity } = await ran(klines(DAY - 20, DAY + 3, drop), once, limitsOf({ day: { maxLossFraction: 0.05 } }));
    expect(told).toEqual([`${loser} buy 400 @ 1000`]);
    expect(equity[19]).toBe(96_000);
    expect(left).toEqual([1, 1]);
  });

  it("gives the loss of a hole over midnight to the new day, for the gate and for L4 alike", async () => {
    // 23:53 to 00:10 are missing; equity falls 1.6 % in the hole, then to 2.4 % in all: the limit is 2 %.
    const hole: Close = (instrument, at) => {
      if (at >= DAY - 7 && at < DAY + 10) return null;
      return instrument === 1 || at < DAY - 7 ? 1000 : at < DAY + 12 ? 984 : 976;
    };
    const left: number[] = [];
    const once: Decide = (minute, { instrument, dayLossLeft }, propose) => {
      if (minute === DAY - 20 && instrument.index === 0) enter(propose, 1, 100);
      if (instrument.index === 0 && minute >= DAY) left.push(Number(dayLossLeft.toFixed(3)));
    };
    const { told } = await ran(klines(DAY - 30, DAY + 14, hole), once, limitsOf({ day: { maxLossFraction: 0.02 } }));
    expect(left).toEqual([0.2, 0.2, 0, 0]);
    expect(told.filter((line) => line.startsWith("+"))).toEqual(["+day.maxLossFraction"]);
  });
});

describe("L4 of a moment", () => {
  const nothing: Decide = () => undefined;
  it("is asked for all instruments in the order of their symbols, however their bars came", async () => {
    const { asked } = await ran(
      klines(0, 2, () => 1000, [1, 0]),
      nothing,
    );
    expect(asked).toEqual(["0 AUSDT", "0 BUSDT", "1 AUSDT", "1 BUSDT"]);
  });
  it("is asked without the instrument whose bar is missing, and what it decides meets the next open", async () => {
    const missing: Close = (instrument, at) => (instrument === 1 && (at === 2 || at === 3) ? null : 1000 + at);
    const { asked, told, equity } = await ran(klines(0, 6, missing), (minute, { instrument }, propose) => {
      if (minute === 2) enter(propose, 1, 10);
      else expect(instrument.symbol).toMatch(/USDT/);
    });
    expect(asked).toEqual(["0 AUSDT", "0 BUSDT", "1 AUSDT", "1 BUSDT", "2 AUSDT", "3 AUSDT", "4 AUSDT", "4 BUSDT", "5 AUSDT", "5 BUSDT"]);
    expect(told).toEqual(["0 buy 10 @ 1002"]);
    expect(equity).toHaveLength(6);
  });
  it("decides the same in bursts of any size, with holes", async () => {
    const holes: Close = (instrument, at) => ((at * 7 + instrument * 3) % 11 === 0 ? null : 1000 + ((at * (instrument + 3)) % 13));
    const often: Decide = (minute, view, propose) => {
      if (view.position.positionLots !== 0) propose.exit("turn");
      else if (minute % 3 === view.instrument.index) enter(propose, minute % 2 === 0 ? 1 : -1, 10);
    };
    const hashes = await Promise.all(
      [1, 2, 7, 4096].map(async (size) => (await ran(klines(0, 200, holes), often, NO_LIMITS, size)).decisionsSha256),
    );
    expect(new Set(hashes).size).toBe(1);
  });
});

describe("the names of the instruments", () => {
  it("do not decide: exchanged, the results are exchanged, where no limit of the account binds", async () => {
    const path: Close = (instrument, at) => ((at * 5 + instrument) % 17 === 0 ? null : 1000 + ((at * at * (instrument + 2)) % 29));
    const often: Decide = (_, view, propose) => {
      const up = view.bar.close > view.bar.open;
      if (view.position.positionLots !== 0) propose.exit("turn");
      else enter(propose, up ? 1 : -1, 10);
    };
    const exchanged: Close = (instrument, at) => path(1 - instrument, at);
    const one = await ran(klines(0, 300, path), often);
    const other = await ran(klines(0, 300, exchanged), often);
    const fillsOf = ({ told }: Ran, instrument: number): string[] =>
      told.filter((line) => line.startsWith(`${instrument} `)).map((line) => line.slice(2));
    expect(fillsOf(one, 0).length).toBeGreaterThan(100);
    expect(fillsOf(other, 1)).toEqual(fillsOf(one, 0));
    expect(fillsOf(other, 0)).toEqual(fillsOf(one, 1));
    expect(other.equity.map((usdt) => usdt.toFixed(6))).toEqual(one.equity.map((usdt) => usdt.toFixed(6)));
  });
});
