import type { Proposals, PositionView } from "../models/position/positionModule.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { Seen } from "../models/seen.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { bar, BTC, NOTHING_SEEN, spokenOf, T0 } from "./items.ts";

/** Price of a position's entry unless a row says another, and in ticks of 0.1. */
export const PRICE = 20_000;
export const TICKS = PRICE / BTC.tickSize;

/** One bar as a table row writes it; what is left out is a flat account of 10,000 USDT at 20,000 and a signal that says LONG. */
export interface ViewRow {
  /** Close of the bar, in minutes from 00:00 UTC. */
  readonly minute?: number;
  readonly close?: number;
  /** P(LONG) minus P(SHORT); the rest is NEUTRAL. */
  readonly lean?: number;
  readonly ready?: boolean;
  /** Expected net return of a long, and of a short unless the next one says another. */
  readonly net?: number;
  readonly netOther?: number;
  readonly confidence?: number;
  readonly heldLots?: number;
  readonly averageTicks?: number;
  readonly openedMinute?: number;
  readonly stopTicks?: number;
  readonly natr?: number;
  readonly seen?: Partial<Seen>;
  readonly dayLossLeft?: number;
  readonly entryPending?: boolean;
  readonly exitPending?: boolean;
  readonly equityUsdt?: number;
  readonly maxQtyLots?: number;
}

/** What L4 sees of a row. */
export const positionView = (row: ViewRow): PositionView => {
  const { minute = 0, close = PRICE, lean = 0.9, ready = true, heldLots = 0, averageTicks = TICKS, openedMinute = 0 } = row;
  const { net = NaN, netOther = net, natr = 0.0006 } = row;
  return {
    ...NOTHING_SEEN,
    x: Float64Array.of(natr),
    ...row.seen,
    instrument: BTC,
    bar: bar({ at: minute - 1, close }),
    signal: {
      kind: Kind.signal,
      seq: minute,
      instrument: instrumentIndex(0),
      knownAtMs: T0 + minute * MINUTE_MS,
      ...spokenOf(ready),
      pLong: Math.max(0, lean),
      pShort: Math.max(0, -lean),
      pNeutral: 1 - Math.abs(lean),
      netLong: net,
      netShort: netOther,
      confidence: row.confidence ?? NaN,
    },
    position: {
      instrument: instrumentIndex(0),
      positionLots: heldLots,
      costTickLots: heldLots === 0 ? 0 : heldLots * averageTicks,
      averageTicks: heldLots === 0 ? NaN : averageTicks,
      markPrice: close,
      unrealisedUsdt: 0,
      notionalUsdt: 0,
      openedAtMs: T0 + openedMinute * MINUTE_MS,
      planId: "",
    },
    equityUsdt: row.equityUsdt ?? 10_000,
    dayLossLeft: row.dayLossLeft ?? 1,
    entryPending: row.entryPending ?? false,
    exitPending: row.exitPending ?? false,
    stopTicks: row.stopTicks ?? 0,
    maxQtyLots: () => row.maxQtyLots ?? 1_000,
  };
};

/** What a module asks for at each row, in short; `approve` is the gate's answer. */
export const askedFor = (module: PositionModule, rows: readonly ViewRow[], approve = true): string[] => {
  const state = module.init(BTC);
  return rows.map((row) => {
    const said: string[] = [];
    const answer = (text: string): boolean => {
      said.push(text);
      return approve;
    };
    const propose: Proposals = {
      enter: ({ direction, qtyLots }) => answer(`${direction > 0 ? "long" : "short"} ${qtyLots}`),
      scaleIn: ({ qtyLots }) => answer(`scale in ${qtyLots}`),
      reduce: (qtyLots, reason) => answer(`reduce ${qtyLots} ${reason}`),
      exit: (reason) => answer(`exit ${reason}`),
      moveStop: (stopTicks, reason) => answer(`stop ${stopTicks} ${reason}`),
      wait: (reason, value = NaN, limit = NaN) => void said.push(`waits: ${reason} ${Number(value.toPrecision(10))}/${limit}`),
    };
    module.decide(state, positionView(row), propose);
    return said.join(", ") || "-";
  });
};
