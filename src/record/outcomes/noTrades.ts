import { ruleName } from "../../risk/remedy.ts";
import type { PlanOutcomes } from "./planOutcomes.ts";
import { count, counted } from "../../report/page/format.js";

/** What a run without a trade is explained by. */
export interface NoTradeFacts {
  readonly outcomes: Pick<
    PlanOutcomes,
    "decisions" | "ready" | "highestProbability" | "plans" | "canceled" | "expired" | "refusals" | "rejections" | "waits"
  >;
  /** Orders that were sent. */
  readonly orders: number;
  /** Decision bars that the members want before they are warm. */
  readonly warmUpBars: number;
  /** P(side) from which the position module asks for an entry; null where it has no such threshold. */
  readonly enterProbability: number | null;
}

/** The rule whose refusals follow from what the venue refused before. */
const AFTER_REFUSALS = "day.maxVenueRefusals";

/** Why a run has no trade, in words: the most frequent cause of those that were counted. */
export const noTradeReason = (facts: NoTradeFacts): string => (facts.outcomes.plans === 0 ? nothingAsked(facts) : nothingFilled(facts));

const nothingFilled = ({ outcomes, orders }: NoTradeFacts): string => {
  const { plans, refusals, rejections, canceled, expired } = outcomes;
  const [byRisk] = refusals.filter(({ rule }) => ruleName(rule) !== AFTER_REFUSALS);
  const after = sum(refusals.filter(({ rule }) => ruleName(rule) === AFTER_REFUSALS));
  const refused = sum(refusals);
  const rejected = sum(rejections);
  const ended = canceled + expired;
  const [byVenue] = rejections;
  if (byVenue !== undefined && rejected + after >= (byRisk?.count ?? 0) && rejected >= ended) {
    const kept = after === 0 ? "" : `; risk kept ${count(after)} more plans from it (${AFTER_REFUSALS})`;
    return `the venue refused ${count(rejected)} of ${counted(orders, "order")}, most often by ${byVenue.code}: ${byVenue.reason}${kept}`;
  }
  if (byRisk !== undefined && byRisk.count >= ended) {
    const { rule, nearest, limit } = byRisk;
    const ofThem = byRisk.count === refused ? "" : `, ${count(byRisk.count)} of them`;
    return `risk refused ${count(refused)} of ${counted(plans, "plan")}${ofThem} by ${rule}${values(nearest, limit)}`;
  }
  const working = orders - rejected - ended;
  const parts = [
    [expired, "expired"],
    [canceled, "was canceled"],
    [working, "was still working at the end"],
  ] as const;
  const [most] = [...parts].sort(([a], [b]) => b - a);
  return `none of ${counted(orders, "order")} was filled, most often because it ${most?.[1] ?? ""} (${count(most?.[0] ?? 0)})`;
};

const nothingAsked = ({ outcomes, warmUpBars, enterProbability }: NoTradeFacts): string => {
  const { decisions, ready, highestProbability, waits } = outcomes;
  const [wait] = waits;
  // Rounded down, so that it does not reach a threshold that it did not reach.
  const highest = plain(Math.floor(highestProbability * 1e4) / 1e4);
  const because =
    wait !== undefined
      ? `it would have entered at ${count(sum(waits))}, most often: ${wait.reason}${values(wait.value, wait.limit)}`
      : ready === 0
        ? `the signal was ready at none, its layers want ${counted(warmUpBars, "bar")} to be warm; ${WARMER}`
        : enterProbability !== null && highestProbability < enterProbability
          ? `the signal's highest P(LONG) or P(SHORT) was ${highest}, an entry needs ${plain(enterProbability)}`
          : `the signal's highest P(LONG) or P(SHORT) was ${highest}`;
  return `the position module asked for nothing at ${counted(decisions, "decision")}: ${because}`;
};

/** What helps where the data end before the layers are warm. */
const WARMER = "give the run more history or a longer recording, or modules of fewer warmUpBars";

const sum = (counts: readonly { readonly count: number }[]): number => counts.reduce((total, each) => total + each.count, 0);

/** ` (0.4, limit 0.08)`; nothing where there is no number. */
const values = (value: number, limit: number): string =>
  Number.isNaN(value) && Number.isNaN(limit) ? "" : ` (${plain(value)}, limit ${plain(limit)})`;

/** A number as settings write it, four significant digits; an infinite one is the distance of a stop that nobody brought. */
export const plain = (value: number): string => {
  if (Number.isNaN(value)) return "unknown";
  if (!Number.isFinite(value)) return "no stop";
  return String(Number(value.toPrecision(4)));
};
