import type { LongShortRatio, OpenInterest } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import type { Row } from "./message.ts";
import { arrayAt, decimalAt, qtyAt, recordAt, timeAt } from "./wire.ts";

/** Between the end of a period and its publication (docs/architecture.md#the-order-of-the-line). */
export const PUBLICATION_LAG_MS = 5 * MINUTE_MS;

/** From this label on an answer of REST is named for the start of its period, before it for the end (binance-public-data issue 491). */
const LABELS_START_FROM_MS = Date.UTC(2026, 5, 25);

/** End of the period that a row of an answer stands for. Files of the archive tell it themselves (`src/venues/binance/archive/metricsCsv.ts`). */
const periodEndMs = (labelMs: number, periodMs: number): number => (labelMs >= LABELS_START_FROM_MS ? labelMs + periodMs : labelMs);

/** The answer of `GET /fapi/v1/openInterest`: now, in base units; what it is worth is not told (NaN). Throws `WireError`. */
export const parseOpenInterest = (json: unknown, receivedTimeMs: number, instrument = 0 as InstrumentIndex): OpenInterest => {
  const row = recordAt(json, "openInterest");
  const timeMs = timeAt(row["time"], "openInterest.time");
  return {
    kind: Kind.openInterest,
    seq: -1,
    instrument,
    eventTimeMs: timeMs,
    receivedTimeMs,
    knownAtMs: Math.max(timeMs, receivedTimeMs),
    openInterestQty: qtyAt(row["openInterest"], "openInterest.openInterest"),
    openInterestUsdt: NaN,
  };
};

/** The answer of `GET /futures/data/openInterestHist`, in its order. Throws `WireError`. */
export const parseOpenInterestHistory = (
  json: unknown,
  periodMs: number,
  receivedTimeMs: number,
  instrument = 0 as InstrumentIndex,
): OpenInterest[] =>
  arrayAt(json, "openInterestHist").map((raw, i) => {
    const row = recordAt(raw, `openInterestHist[${i}]`);
    const timeMs = periodEndMs(timeAt(row["timestamp"], `openInterestHist[${i}].timestamp`), periodMs);
    return {
      kind: Kind.openInterest,
      seq: -1,
      instrument,
      eventTimeMs: timeMs,
      receivedTimeMs,
      knownAtMs: timeMs + PUBLICATION_LAG_MS,
      openInterestQty: qtyAt(row["sumOpenInterest"], `openInterestHist[${i}].sumOpenInterest`),
      openInterestUsdt: qtyAt(row["sumOpenInterestValue"], `openInterestHist[${i}].sumOpenInterestValue`),
    };
  });

/** Answers of the four ratio endpoints under `/futures/data/`; an absent one leaves its column NaN. */
interface RatioAnswers {
  readonly topLongShortAccountRatio?: unknown;
  readonly topLongShortPositionRatio?: unknown;
  readonly globalLongShortAccountRatio?: unknown;
  readonly takerlongshortRatio?: unknown;
}

const RATIOS = {
  topLongShortAccountRatio: ["topAccountRatio", "longShortRatio"],
  topLongShortPositionRatio: ["topPositionRatio", "longShortRatio"],
  globalLongShortAccountRatio: ["globalAccountRatio", "longShortRatio"],
  takerlongshortRatio: ["takerVolumeRatio", "buySellRatio"],
} as const;
type RatioColumn = (typeof RATIOS)[keyof RatioAnswers][0];

/** The answers joined by their time, ascending: one event for each time that any of them names. Throws `WireError`. */
export const parseLongShortRatios = (
  answers: RatioAnswers,
  periodMs: number,
  receivedTimeMs: number,
  instrument = 0 as InstrumentIndex,
): LongShortRatio[] => {
  const byTime = new Map<number, Partial<Record<RatioColumn, number>>>();
  for (const endpoint of Object.keys(RATIOS) as (keyof RatioAnswers)[]) {
    if (answers[endpoint] === undefined) continue;
    const [column, field] = RATIOS[endpoint];
    for (const [i, raw] of arrayAt(answers[endpoint], endpoint).entries()) {
      const row: Row = recordAt(raw, `${endpoint}[${i}]`);
      const timeMs = periodEndMs(timeAt(row["timestamp"], `${endpoint}[${i}].timestamp`), periodMs);
      const ratios = byTime.get(timeMs) ?? {};
      ratios[column] = decimalAt(row[field], `${endpoint}[${i}].${field}`);
      byTime.set(timeMs, ratios);
    }
  }
  return [...byTime]
    .sort(([a], [b]) => a - b)
    .map(([timeMs, { topAccountRatio = NaN, topPositionRatio = NaN, globalAccountRatio = NaN, takerVolumeRatio = NaN }]) => ({
      kind: Kind.longShortRatio,
      seq: -1,
      instrument,
      eventTimeMs: timeMs,
      receivedTimeMs,
      knownAtMs: timeMs + PUBLICATION_LAG_MS,
      topAccountRatio,
      topPositionRatio,
      globalAccountRatio,
      takerVolumeRatio,
    }));
};
