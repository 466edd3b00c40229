import { liftingSetting, ruleName } from "../../risk/remedy.ts";
import { plain } from "./noTrades.ts";
import type { PlanOutcomes } from "./planOutcomes.ts";
import { count } from "../../report/page/format.js";

/** What to do where no setting lifts a rule. */
const ALWAYS: Readonly<Record<string, string>> = {
  "position.exitsNeverIncrease": "no setting lifts it: reduce at most what is held",
  "position.scaleInGrows": "no setting lifts it: enter where nothing is held, and scale in on the side that is",
  "position.stopOnlyTightens": "no setting lifts it: move a stop only closer to the price",
  "position.wellFormed": "no setting lifts it: ask for whole lots and ticks, 1 or more, and a leverage of 1 or more",
};

/**
 * A line where risk refused more than half of the strategy's plans: the rule that refused most, its limit, the value nearest to it, and the
 * setting that lifts it. Empty where it did not.
 */
export const refusalWarnings = ({ plans, refusals, rejections }: Pick<PlanOutcomes, "plans" | "refusals" | "rejections">): string[] => {
  const refused = refusals.reduce((sum, each) => sum + each.count, 0);
  const [most] = refusals;
  if (most === undefined || refused * 2 <= plans) return [];
  const { rule, nearest, limit } = most;
  const ofThem = most.count === refused ? "" : `, ${count(most.count)} of them`;
  const asked = ruleName(rule).startsWith("position.") ? "the smallest asked for was" : "the value was";
  const [byVenue] = rejections;
  const because = ruleName(rule) === "day.maxVenueRefusals" && byVenue !== undefined ? ` (${byVenue.code}: ${byVenue.reason})` : "";
  const setting = liftingSetting(rule);
  const remedy = setting === null ? (ALWAYS[rule] ?? "no setting lifts it") : `--set ${setting} lifts it`;
  return [
    `Risk refused ${count(refused)} of ${count(plans)} plans${ofThem} by ${rule}${because}: limit ${plain(limit)}, ${asked} ${plain(nearest)}; ${remedy}.`,
  ];
};
