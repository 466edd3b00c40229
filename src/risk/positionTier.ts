import type { Intent } from "../domain/derived.ts";
import type { InstrumentExposure } from "./exposure.ts";
import type { PositionLimits } from "./limits.ts";

/** What a refusal names. */
export interface RuleBreach {
  readonly rule: string;
  readonly value: number;
  readonly limit: number;
}

/**
 * The position tier for an entry or scale-in: protection, leverage, margin of the instrument and of the account, all
 * entries filled at their worst price. Oversize is refused, never clipped. Null when it may pass.
 */
export const refuseEntry = (
  intent: Intent,
  exposure: InstrumentExposure,
  limits: PositionLimits,
  equityUsdt: number,
  otherMarginUsdt: number,
): RuleBreach | null => {
  const { maxStopFraction, maxLeverage, maxMarginFraction, maxAccountMarginFraction } = limits;
  if (!(intent.qtyLots > 0) || !(intent.worstTicks > 0) || !(intent.leverage >= 1)) {
    return { rule: "position.wellFormed", value: Math.min(intent.qtyLots, intent.worstTicks, intent.leverage), limit: 1 };
  }
  if (maxStopFraction !== null) {
    // A scale-in is covered by the position's own stop.
    const { stopFraction } = intent.bracket;
    const covered = intent.action === "scaleIn" ? exposure.stopTicks !== 0 : stopFraction > 0 && stopFraction <= maxStopFraction;
    if (!covered) return { rule: "position.maxStopFraction", value: stopFraction > 0 ? stopFraction : Infinity, limit: maxStopFraction };
  }
  if (maxLeverage !== null && intent.leverage > maxLeverage) {
    return { rule: "position.maxLeverage", value: intent.leverage, limit: maxLeverage };
  }
  if (maxMarginFraction === null && maxAccountMarginFraction === null) return null;
  const marginUsdt = exposure.worstMarginUsdt(intent);
  if (maxMarginFraction !== null && marginUsdt > maxMarginFraction * equityUsdt) {
    return { rule: "position.maxMarginFraction", value: marginUsdt / equityUsdt, limit: maxMarginFraction };
  }
  if (maxAccountMarginFraction !== null && marginUsdt + otherMarginUsdt > maxAccountMarginFraction * equityUsdt) {
    return { rule: "position.maxAccountMarginFraction", value: (marginUsdt + otherMarginUsdt) / equityUsdt, limit: maxAccountMarginFraction };
  }
  return null;
};
