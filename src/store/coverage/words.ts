import type { StoredKind } from "../../domain/kind.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { intervalLabel } from "../table/interval.ts";
import type { Hole } from "./hole.ts";
import { sumOf } from "./hole.ts";

/** A kind of events in words. */
export const KIND_WORDS: Readonly<Record<StoredKind, string>> = {
  instrumentRules: "instrument rules",
  funding: "funding",
  markPrice: "mark prices",
  openInterest: "open interest",
  longShortRatio: "long/short ratios",
  bookSnapshot: "book snapshots",
  bookDiff: "book differences",
  bestBidAsk: "best bid and ask",
  trade: "trades",
  aggTrade: "aggregated trades",
  liquidation: "liquidations",
  kline: "klines",
};

/** What is counted where events of a kind are missing: one, and several. */
const unitOf = (kind: StoredKind, intervalMs: number): readonly [one: string, several: string] => {
  if (kind === "funding") return ["settlement", "settlements"];
  if (kind === "openInterest" || kind === "longShortRatio") return ["five-minute value", "five-minute values"];
  if (kind === "aggTrade") return ["aggregate", "aggregates"];
  if (kind === "trade") return ["trade", "trades"];
  return intervalMs === MINUTE_MS ? ["minute", "minutes"] : [`${intervalLabel(intervalMs)} bar`, `${intervalLabel(intervalMs)} bars`];
};

/** `1,470 minutes missing`; without a count the time without any. */
export const missingText = (kind: StoredKind, holes: readonly Hole[], intervalMs = MINUTE_MS): string => {
  const missing = sumOf(holes)?.missing ?? null;
  const [one, several] = unitOf(kind, intervalMs);
  if (missing !== null) return `${grouped(missing)} ${missing === 1 ? one : several} missing`;
  const minutes = Math.round(holes.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / MINUTE_MS);
  return `none in ${grouped(minutes)} ${minutes === 1 ? "minute" : "minutes"}`;
};

/**
 * Holes of a series in words, at least one: `7 settlements missing, the first 2023-02-02T00:00Z, in 2 gaps, the longest from
 * 2023-02-03T16:00Z to 2023-02-05T00:00Z`.
 */
export const gapsText = (kind: StoredKind, holes: readonly Hole[], intervalMs = MINUTE_MS): string => {
  const sum = sumOf(holes);
  if (sum === undefined) return "nothing missing";
  const { count, first, longest } = sum;
  const most =
    count === 1 ? "" : `, in ${grouped(count)} gaps, the longest from ${minuteText(longest.fromMs)} to ${minuteText(longest.toMs)}`;
  return `${missingText(kind, holes, intervalMs)}, the first ${minuteText(first.fromMs)}${most}`;
};

/** The same with the series before it: `funding of AAAUSDT: 7 settlements missing, …`. */
export const holesText = (symbol: string, kind: StoredKind, holes: readonly Hole[], intervalMs = MINUTE_MS): string =>
  `${KIND_WORDS[kind]} of ${symbol}: ${gapsText(kind, holes, intervalMs)}`;

/** `2023-02-02T00:00Z`. */
export const minuteText = (timeMs: number): string => `${new Date(timeMs).toISOString().slice(0, 16)}Z`;

/** 1470 → `1,470`. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ",");
