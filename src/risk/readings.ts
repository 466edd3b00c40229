import type { Intent, RuleReading } from "../domain/derived.ts";
import { trueFraction } from "../domain/order.ts";
import type { InstrumentExposure } from "./exposure.ts";
import type { RiskLimits } from "./limits.ts";
import { entryTicksOf } from "./positionTier.ts";

/** Rules that every entry passes and that measure something, in the order of their readings. */
export const READ_RULES = [
  "position.maxStopFraction",
  "position.maxLeverage",
  "position.maxMarginFraction",
  "position.maxAccountMarginFraction",
  "day.maxLossFraction",
  "day.maxEntries",
  "day.maxConsecutiveLosses",
] as const;
type ReadRule = (typeof READ_RULES)[number];

/** What the day's rules count, the entry included. */
export interface DayCounts {
  /** Equity against 00:00 UTC, as a fraction; a loss is negative. */
  readonly change: number;
  readonly entries: number;
  readonly lossesInRow: number;
}

/** What each rule that is on measured when it let an entry pass. A scale-in brings no stop of its own: its stop reads NaN. */
export const entryReadings = (
  intent: Intent,
  worstTicks: number,
  exposure: InstrumentExposure,
  { position, day }: RiskLimits,
  equityUsdt: number,
  otherMarginUsdt: number,
  counts: DayCounts,
): readonly RuleReading[] => {
  const { direction, qtyLots, leverage, bracket, action } = intent;
  const marginUsdt = exposure.worstMarginUsdt({ direction, qtyLots, leverage, worstTicks });
  const stop = action === "enter" ? trueFraction(entryTicksOf(intent, exposure.markTicks), bracket.stopFraction) : NaN;
  const read = (rule: ReadRule, value: number, limit: number | null): RuleReading[] => (limit === null ? [] : [{ rule, value, limit }]);
  return [
    ...read("position.maxStopFraction", stop, position.maxStopFraction),
    ...read("position.maxLeverage", leverage, position.maxLeverage),
    ...read("position.maxMarginFraction", marginUsdt / equityUsdt, position.maxMarginFraction),
    ...read("position.maxAccountMarginFraction", (marginUsdt + otherMarginUsdt) / equityUsdt, position.maxAccountMarginFraction),
    ...read("day.maxLossFraction", counts.change, day.maxLossFraction === null ? null : -day.maxLossFraction),
    ...read("day.maxEntries", counts.entries, day.maxEntries),
    ...read("day.maxConsecutiveLosses", counts.lossesInRow, day.maxConsecutiveLosses),
  ];
};
