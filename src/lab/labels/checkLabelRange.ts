import { formatUtc } from "../../domain/time.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { barsAhead, REGIME_BARS } from "./labelStream.ts";
import type { LabelRules } from "./options.ts";

/** Throws a `UserError` when no decision bar of the range `[fromMs, toMs)` could be labelled inside it. */
export const checkLabelRange = ({ horizonMs }: LabelRules, fromMs: number, toMs: number, intervalMs: number): void => {
  const bars = Math.floor((toMs - fromMs) / intervalMs);
  const needed = barsAhead(horizonMs, intervalMs) + 1;
  if (bars >= needed) return;
  const range = `the range ${formatUtc(fromMs)} – ${formatUtc(toMs)} (${bars} bars)`;
  const cause =
    horizonMs > REGIME_BARS * intervalMs
      ? `the label horizon of ${horizonMs / MINUTE_MS} min is longer than ${range}: choose a shorter horizon or a longer range`
      : `${range} is shorter than the ${REGIME_BARS} bars that the regime target looks ahead: choose a longer range`;
  throw new UserError(`${cause} (at least ${needed} bars)`);
};
