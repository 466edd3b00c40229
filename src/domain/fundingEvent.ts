import type { Funding } from "./event.ts";
import { Kind } from "./kind.ts";
import type { InstrumentIndex } from "./units.ts";
import { MINUTE_MS } from "./units.ts";

/** The settlement that a funding time means: floored to the minute, since archives jitter by milliseconds. */
export const settlementMs = (timeMs: number): number => timeMs - (timeMs % MINUTE_MS);

/** A settled funding rate as it enters the line: known when it is settled. `markPrice` NaN where the source has none. */
export const fundingEvent = (
  timeMs: number,
  rate: number,
  intervalHours: number,
  markPrice: number,
  instrument: InstrumentIndex,
): Funding => {
  const eventTimeMs = settlementMs(timeMs);
  return {
    kind: Kind.funding,
    seq: -1,
    instrument,
    eventTimeMs,
    receivedTimeMs: eventTimeMs,
    knownAtMs: eventTimeMs,
    rate,
    intervalHours,
    markPrice,
  };
};
