import type { Direction, Lots, Ticks } from "../../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { OrderRequest } from "../../src/domain/order.ts";
import { sideOf } from "../../src/domain/order.ts";
import { Chance } from "../chance.ts";
import { Bars, FAMILIES } from "../differential/bars.ts";
import { deskOf } from "../differential/desk.ts";
import type { Lived, ScenarioBar, Sent } from "../differential/scenario.ts";
import { BARE, UNIT } from "../venueDesk.ts";

/** A market entry at the open of `entryBar` with stop and target (0: none); what is left leaves at the open of `exitBar`. Prices are ticks. */
interface PeerTrade {
  readonly entryBar: number;
  readonly direction: Direction;
  readonly lots: number;
  readonly stopTicks: number;
  readonly targetTicks: number;
  readonly exitBar: number;
}

/** What is asked of the desk and of a peer: only what both have a rule for, and the same one. */
export interface PeerScenario {
  readonly startUsdt: number;
  readonly feeRate: number;
  readonly bars: readonly ScenarioBar[];
  readonly trades: readonly PeerTrade[];
}

/** A fill by either of them. */
export interface PeerFill {
  readonly bar: number;
  readonly direction: Direction;
  readonly ticks: number;
  readonly lots: number;
}

export interface PeerResult {
  readonly fills: readonly PeerFill[];
  readonly equityUsdt: number;
}

const BAR_COUNT = 300;
/** Enough for every trade without leverage. */
const START_USDT = 1e9;
const FEE_RATE = 0.0005;
/** One USDT a tick and a lot, as whole units are all that backtesting.py trades. */
const INSTRUMENT: Instrument = { ...UNIT, index: instrumentIndex(0) };

/** A scenario of a seed, and what the desk made of it. The next trade is drawn when the desk is flat. */
export const peerScenario = (seed: number): { readonly scenario: PeerScenario; readonly desk: PeerResult } => {
  const chance = new Chance(seed * 6271 + 5);
  const family = chance.pick(FAMILIES);
  const source = new Bars(chance, family, chance.pick([900, 10_000, 300_000]), 1000, Date.UTC(2024, 0, 1));
  const bars = Array.from({ length: BAR_COUNT }, () => source.next());
  const trades: PeerTrade[] = [];
  const lived = deskOf(
    {
      seed,
      family,
      instruments: [INSTRUMENT],
      options: { ...BARE, startUsdt: START_USDT, makerFeeRate: FEE_RATE, takerFeeRate: FEE_RATE },
      steps: bars.map((bar) => ({ instrument: 0, settlements: [], bar })),
    },
    (at, before) => requestsAt(at, before, bars, trades, chance),
  );
  const fills = lived.flatMap(({ said }, bar) => said.flatMap((each) => fillOf(each, bar)));
  return {
    scenario: { startUsdt: START_USDT, feeRate: FEE_RATE, bars, trades },
    desk: { fills, equityUsdt: lived.at(-1)?.equityUsdt ?? NaN },
  };
};

/** What is sent at the close before bar `at`. backtesting.py asks its strategy from the second bar on. */
const requestsAt = (at: number, before: readonly Lived[], bars: readonly ScenarioBar[], trades: PeerTrade[], chance: Chance): Sent[] => {
  if (at < 2) return [];
  const held = before.reduce((sum, { said }, bar) => sum + said.flatMap((each) => fillOf(each, bar)).reduce(signed, 0), 0);
  const decidedAtMs = (bars[at - 1] as ScenarioBar).openTimeMs + MINUTE_MS;
  const last = trades.at(-1);
  if (held !== 0) {
    const leaves = last !== undefined && last.exitBar === at;
    return leaves ? [{ order: orderOf(`x${at}`, -last.direction as Direction, last.lots, decidedAtMs, { reduceOnly: true }) }] : [];
  }
  if (at > BAR_COUNT - 3 || !chance.of(0.4)) return [];
  const trade = tradeAt(at, bars, chance);
  if (trade === null) return [];
  trades.push(trade);
  const openTicks = (bars[at] as ScenarioBar).open;
  const bracket = {
    stopFraction: trade.stopTicks === 0 ? 0 : Math.abs(trade.stopTicks / openTicks - 1),
    targetFraction: trade.targetTicks === 0 ? 0 : Math.abs(trade.targetTicks / openTicks - 1),
  };
  return [{ order: orderOf(`e${at}`, trade.direction, trade.lots, decidedAtMs, { bracket }) }];
};

/** Null where the rules part: backtesting.py refuses an order with a level beyond the last close, and takes a stop before a target at the open. */
const tradeAt = (at: number, bars: readonly ScenarioBar[], chance: Chance): PeerTrade | null => {
  const { open } = bars[at] as ScenarioBar;
  const { close } = bars[at - 1] as ScenarioBar;
  const direction = chance.pick([1, -1] as const);
  const away = (): number => Math.max(1, Math.round(open * chance.pick([0.001, 0.003, 0.01, 0.03])));
  const stopTicks = chance.of(0.8) ? open - direction * away() : 0;
  const targetTicks = chance.of(0.8) ? open + direction * away() : 0;
  const isBeyond = (level: number, sign: number): boolean => level !== 0 && (level - close) * sign >= 0;
  if (isBeyond(stopTicks, direction) || isBeyond(targetTicks, -direction) || stopTicks < 0 || targetTicks < 0) return null;
  const exitBar = Math.min(BAR_COUNT - 1, at + chance.int(1, 40));
  const opensBeyondTarget = bars.slice(at, exitBar + 1).some((bar) => isReached(targetTicks, direction, bar.open));
  const stopTaken = opensBeyondTarget ? 0 : stopTicks;
  return { entryBar: at, direction, lots: chance.int(1, 9), stopTicks: stopTaken, targetTicks, exitBar };
};

const isReached = (targetTicks: number, direction: Direction, ticks: number): boolean =>
  targetTicks !== 0 && (ticks - targetTicks) * direction >= 0;

const orderOf = (id: string, direction: Direction, lots: number, decidedAtMs: number, terms: Partial<OrderRequest>): OrderRequest => ({
  clientOrderId: id,
  planId: id,
  instrument: INSTRUMENT.index,
  side: sideOf(direction),
  type: "market",
  qtyLots: lots as Lots,
  priceTicks: 0 as Ticks,
  triggerTicks: 0 as Ticks,
  callbackFraction: 0,
  timeInForce: "GTC",
  reduceOnly: false,
  closePosition: false,
  bracket: { stopFraction: 0, targetFraction: 0 },
  leverage: 1,
  expiresAtMs: Infinity,
  reason: "peers",
  decidedAtMs,
  ...terms,
});

const fillOf = (said: Lived["said"][number], bar: number): PeerFill[] =>
  said.what === "fill" ? [{ bar, direction: said.side === "buy" ? 1 : -1, ticks: said.ticks, lots: said.lots }] : [];

const signed = (sum: number, { direction, lots }: PeerFill): number => sum + direction * lots;
