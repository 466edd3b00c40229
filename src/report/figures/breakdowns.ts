import * as aq from "arquero";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import type { TradeRow } from "../../record/runRecord.ts";
import type { BreakdownSpec } from "./breakdownSpec.ts";
import { confidenceSpec } from "./confidenceDeciles.ts";

interface BreakdownRow {
  readonly group: string;
  readonly trades: number;
  readonly wins: number;
  readonly pnlUsdt: number;
  readonly feesUsdt: number;
  readonly fundingUsdt: number;
}

export interface Breakdown {
  readonly spec: BreakdownSpec;
  readonly rows: readonly BreakdownRow[];
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
/** 1970-01-01 was a Thursday. */
const FIRST_WEEKDAY = 3;
const HOLDING: readonly (readonly [name: string, belowMs: number])[] = [
  ["< 5m", 5 * MINUTE_MS],
  ["5–15m", 15 * MINUTE_MS],
  ["15–60m", HOUR_MS],
  ["1–4h", 4 * HOUR_MS],
  ["4–24h", DAY_MS],
  ["≥ 1d", Infinity],
];

/** The report's breakdowns, in its order. Hours and weekdays are those of the entry, in UTC. */
export const BREAKDOWNS: readonly BreakdownSpec[] = [
  {
    id: "hour",
    title: "P&L by hour",
    note: "hour of entry, UTC",
    layout: "columns",
    keyOf: (trade) => HOURS[Math.floor(trade.entryTimeMs / HOUR_MS) % 24],
    groups: HOURS,
    minGroups: 1,
  },
  {
    id: "weekday",
    title: "P&L by weekday",
    note: "day of entry, UTC",
    layout: "columns",
    keyOf: (trade) => WEEKDAYS[(Math.floor(trade.entryTimeMs / DAY_MS) + FIRST_WEEKDAY) % 7],
    groups: WEEKDAYS,
    minGroups: 1,
  },
  {
    id: "exitReason",
    title: "P&L by exit reason",
    note: "why the position was left",
    layout: "bars",
    keyOf: (trade) => trade.exitReason,
    groups: null,
    minGroups: 1,
  },
  {
    id: "holding",
    title: "P&L by holding time",
    note: "entry to exit",
    layout: "columns",
    keyOf: (trade) => HOLDING.find(([, belowMs]) => trade.exitTimeMs - trade.entryTimeMs < belowMs)?.[0],
    groups: HOLDING.map(([name]) => name),
    minGroups: 1,
  },
  {
    id: "side",
    title: "P&L by side",
    note: "long against short",
    layout: "bars",
    keyOf: (trade) => trade.side,
    groups: ["long", "short"],
    minGroups: 1,
  },
  {
    id: "symbol",
    title: "P&L by symbol",
    note: "shown when a run trades several",
    layout: "bars",
    keyOf: (trade) => trade.symbol,
    groups: null,
    minGroups: 2,
  },
  {
    id: "regime",
    title: "P&L by regime",
    note: "market state at entry",
    layout: "bars",
    keyOf: (trade) => trade.regime,
    groups: null,
    minGroups: 1,
  },
  {
    id: "pattern",
    title: "P&L by pattern",
    note: "strongest pattern at entry",
    layout: "bars",
    keyOf: (trade) => trade.pattern,
    groups: null,
    minGroups: 1,
  },
];

const UNKNOWN = "unknown";

/** Every breakdown that the trades allow; empty without trades. Sums over the rows of each equal the total. */
export const breakdowns = (
  trades: readonly TradeRow[],
  specs: readonly BreakdownSpec[] = [...BREAKDOWNS, confidenceSpec(trades)],
): readonly Breakdown[] =>
  specs.flatMap((spec) => {
    const keys = trades.map((trade) => spec.keyOf(trade) ?? UNKNOWN);
    const groups = spec.groups !== null && keys.includes(UNKNOWN) ? [...spec.groups, UNKNOWN] : spec.groups;
    if (!trades.some((trade) => spec.keyOf(trade) !== undefined)) return [];
    const rows = ordered(rollUp(keys, trades), groups);
    return rows.length < spec.minGroups ? [] : [{ spec, rows }];
  });

const rollUp = (keys: readonly string[], trades: readonly TradeRow[]): BreakdownRow[] =>
  aq
    .table({
      group: keys,
      win: trades.map((trade) => (trade.pnlUsdt > 0 ? 1 : 0)),
      pnl: trades.map((trade) => trade.pnlUsdt),
      fees: trades.map((trade) => trade.feesUsdt),
      funding: trades.map((trade) => trade.fundingUsdt),
    })
    .groupby("group")
    .rollup({
      trades: aq.op.count(),
      wins: aq.op.sum("win"),
      pnlUsdt: aq.op.sum("pnl"),
      feesUsdt: aq.op.sum("fees"),
      fundingUsdt: aq.op.sum("funding"),
    })
    .objects() as BreakdownRow[];

const ordered = (rows: readonly BreakdownRow[], groups: readonly string[] | null): readonly BreakdownRow[] => {
  if (groups === null) return [...rows].sort((a, b) => b.pnlUsdt - a.pnlUsdt || (a.group < b.group ? -1 : 1));
  const byGroup = new Map(rows.map((row) => [row.group, row]));
  return groups.map((group) => byGroup.get(group) ?? { group, trades: 0, wins: 0, pnlUsdt: 0, feesUsdt: 0, fundingUsdt: 0 });
};
