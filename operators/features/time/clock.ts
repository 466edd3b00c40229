import { MINUTE_MS } from "../../../src/domain/units.ts";
import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { QUARTER_STEPS, SINE, TURN_STEPS } from "./sineTable.ts";

const MINUTES_A_DAY = 1440;
const SETTLEMENT_MINUTES = 480;
/** Minute 0 of the epoch was a Thursday: a week counted from Monday is 3 days further. */
const EPOCH_TO_MONDAY = 3 * MINUTES_A_DAY;
const HOUR_STRIDE = TURN_STEPS / MINUTES_A_DAY;
const MINUTE_STRIDE = TURN_STEPS / 60;

/** Whole minutes since the epoch at a bar's close: an int32, so that its remainders are cheap. */
export const epochMinute = (closeMs: number): number => (closeMs / MINUTE_MS) | 0;

/** Minutes since Monday 00:00 UTC, 0 to 10,079, of an epoch minute. */
export const minuteOfWeek = (minute: number): number => (minute + EPOCH_TO_MONDAY) % TURN_STEPS;

/** Where the bar's close lies in the hour, the day, the week and the funding interval, UTC. */
export const clock = featureFamily<null>({
  name: "clock",
  columns: featureColumns("The bar's close time, UTC; cyclic encoding", [
    ["hour_sin", "sin(2π · minute of the day / 1440)", "1", 1],
    ["hour_cos", "cos(2π · minute of the day / 1440)", "1", 1],
    ["weekday_sin", "sin(2π · minutes since Monday 00:00 / 10080)", "1", 1],
    ["weekday_cos", "cos(2π · minutes since Monday 00:00 / 10080)", "1", 1],
    ["minute_sin", "sin(2π · minute of the hour / 60)", "1", 1],
    ["minute_cos", "cos(2π · minute of the hour / 60)", "1", 1],
    [
      "funding_distance",
      "time from the close to the next of 00:00, 08:00 and 16:00 / 8 h; 1 at a settlement",
      "fraction",
      1,
      "Binance, funding rates: every 8 h unless an instrument says otherwise",
    ],
  ]),
  init: () => null,
  bar(_, bar, out, at) {
    const minute = epochMinute(bar.closeMs);
    const ofWeek = minuteOfWeek(minute);
    const hourStep = (minute % MINUTES_A_DAY) * HOUR_STRIDE;
    const minuteStep = (minute % 60) * MINUTE_STRIDE;
    out[at] = SINE[hourStep] as number;
    out[at + 1] = SINE[hourStep + QUARTER_STEPS] as number;
    out[at + 2] = SINE[ofWeek] as number;
    out[at + 3] = SINE[ofWeek + QUARTER_STEPS] as number;
    out[at + 4] = SINE[minuteStep] as number;
    out[at + 5] = SINE[minuteStep + QUARTER_STEPS] as number;
    out[at + 6] = (SETTLEMENT_MINUTES - (minute % SETTLEMENT_MINUTES)) / SETTLEMENT_MINUTES;
  },
});
