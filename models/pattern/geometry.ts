import { HOUR_MS } from "../../src/domain/units.ts";
import { knownOptions, numberOption } from "../options.ts";
import { clamped, softened } from "./geometry/bounded.ts";
import { DESCRIBED_AFTER_BARS, DESCRIPTORS, Descriptors } from "./geometry/descriptors.ts";
import type { OutlookSettings } from "./geometry/outlook.ts";
import { Outlook } from "./geometry/outlook.ts";
import { PATTERN_PROBABILITIES, patternModule } from "./patternModule.ts";

const WHERE = "pattern.options";
const AT = PATTERN_PROBABILITIES;
/** Places in the embedding of what the scores are made of. */
const [TREND_PARTS, FIGURE_PARTS] = [
  ["breakout_60", "breakout_240", "channel_slope", "swing_structure"] as const,
  ["double_pivot", "head_shoulders", "triangle", "flag"] as const,
].map((names) => Int32Array.from(names, (name) => AT + DESCRIPTORS.indexOf(name))) as [Int32Array, Int32Array];
const MEMORY = AT + DESCRIPTORS.length;
/** A variance ratio's excess is softened in halves. */
const MEMORY_SCALE = 2;

/**
 * The shipped L2: chart patterns by geometry, each one number from −1 (bearish) to 1 (bullish), read from closed bars alone, and P(up)
 * and P(down) over the next hour, learnt online from what followed (`geometry/outlook.ts`) and not presumed from the textbook.
 *
 * Embedding: the descriptors of `geometry/descriptors.ts`, then `memory`: the variance ratio of 15 bars over 240, positive where moves
 * tend to go on. Score of trend: mean of both breakouts, the channel's slope and the swing structure; score of figures: double pivot,
 * head and shoulders, triangle and flag added up.
 *
 * Options: `reversal` 8 (volatility units of one bar that the price must turn by to make a pivot), `horizonBars` 60, `threshold` 0.5
 * (times σ √horizonBars: what counts as up or down), `priorBars` 2880, `halfLifeBars` 525600, `sessionHours` 4. The geometry starts
 * anew behind a hole in the bars and speaks after 241; what was learnt stays.
 */
export default patternModule<{ readonly shape: Descriptors; readonly outlook: Outlook }>((options) => {
  knownOptions(WHERE, options, ["reversal", "horizonBars", "threshold", "priorBars", "halfLifeBars", "sessionHours"]);
  const reversal = numberOption(WHERE, options, "reversal", { default: 8, min: 1, max: 1000 });
  const settings: OutlookSettings = {
    horizonBars: Math.round(numberOption(WHERE, options, "horizonBars", { default: 60, min: 1, max: 10_000 })),
    threshold: numberOption(WHERE, options, "threshold", { default: 0.5, min: 0, max: 10 }),
    priorBars: numberOption(WHERE, options, "priorBars", { default: 2880, above: 0, max: 1e9 }),
    halfLifeBars: numberOption(WHERE, options, "halfLifeBars", { default: 525_600, min: 60, max: 1e9 }),
    sessionMs: numberOption(WHERE, options, "sessionHours", { default: 4, min: 1, max: 24 }) * HOUR_MS,
  };
  return {
    name: "geometry",
    features: ["variance_ratio_15_240"],
    embedding: [...DESCRIPTORS, "memory"],
    // The state tells holes by the bars' times: it keeps what it has learnt.
    onGap: "keep",
    init: () => ({ shape: new Descriptors(reversal), outlook: new Outlook(settings) }),
    decide: ({ shape, outlook }, bar, out, seen) => {
      shape.add(bar);
      outlook.next(bar.openTimeMs, bar.timeframeMs, shape.bar.close);
      if (!seen.known || shape.bars < DESCRIBED_AFTER_BARS) return false;
      shape.describe(out, AT);
      out[MEMORY] = softened(MEMORY_SCALE * (seen.x[0] as number));
      outlook.say(shape.bar, sumOf(out, TREND_PARTS) / TREND_PARTS.length, clamped(sumOf(out, FIGURE_PARTS)), bar.knownAtMs, out);
      return true;
    },
  };
});

const sumOf = (values: Float64Array, places: Int32Array): number => {
  let sum = 0;
  for (let i = 0; i < places.length; i += 1) sum += values[places[i] as number] as number;
  return sum;
};
