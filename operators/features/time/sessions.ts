import { featureFamily } from "../feature.ts";
import { featureColumns } from "../featureColumns.ts";
import { epochMinute, minuteOfWeek } from "./clock.ts";

const SATURDAY = 5 * 1440;
const FLAG_SOURCE = "Trading hours in UTC, without daylight saving";

/** 1 when the minute of the day lies in (from, to]: a bar that closes at `from` traded before it. */
const inside = (minute: number, from: number, to: number): number => (minute > from && minute <= to ? 1 : 0);

/** Whether the bar's last minute was on a weekend or in the trading hours of Tokyo, London and New York. */
export const sessions = featureFamily<null>({
  name: "sessions",
  columns: featureColumns(FLAG_SOURCE, [
    ["weekend", "1 if the last minute before the close is on Saturday or Sunday", "flag", 1],
    ["session_asia", "1 if the close is after 00:00 and not after 06:00 (Tokyo)", "flag", 1],
    ["session_europe", "1 if the close is after 08:00 and not after 16:30 (London)", "flag", 1],
    ["session_us", "1 if the close is after 14:30 and not after 21:00 (New York)", "flag", 1],
  ]),
  init: () => null,
  bar(_, bar, out, at) {
    const last = epochMinute(bar.closeMs) - 1;
    const ofDay = (last % 1440) + 1;
    out[at] = minuteOfWeek(last) >= SATURDAY ? 1 : 0;
    out[at + 1] = inside(ofDay, 0, 360);
    out[at + 2] = inside(ofDay, 480, 990);
    out[at + 3] = inside(ofDay, 870, 1260);
  },
});
