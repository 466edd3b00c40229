import { besideTicks } from "../../src/domain/order.ts";
import type { Direction } from "../../src/domain/units.ts";
import type { PositionView } from "./positionModule.ts";

/**
 * Stop at the average entry and, where `costFraction` is above 0, the costs beyond it, at least a tick. NaN while the close is not yet a
 * tick beyond the stop: it would be touched at once.
 */
export const breakEvenTicks = (
  { position, bar, instrument }: Pick<PositionView, "position" | "bar" | "instrument">,
  side: Direction,
  costFraction: number,
): number => {
  const { averageTicks } = position;
  const wanted = averageTicks * (1 + side * costFraction);
  const stopTicks = costFraction > 0 ? besideTicks(averageTicks, side, wanted) : Math.round(wanted);
  return side * (Math.round(bar.close / instrument.tickSize) - stopTicks) >= 1 ? stopTicks : NaN;
};
