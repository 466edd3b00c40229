import type { RiposteConfig } from "../../../config/schema.ts";
import type { FillOn } from "../../domain/order.ts";
import { UserError } from "../../domain/units.ts";
import { fillOnOf } from "../../venues/simulated/options.ts";
import { BARS_ONLY } from "../data/fillable.ts";
import type { RunData } from "../data/runData.ts";

const NEEDS = {
  bars: "bars",
  trades: "trades",
  book: "trades, a snapshot of the order book and its diffs",
} as const;

/** Throws a `UserError` if an instrument lacks the data that `venue.fillOn` and `venue.triggerBy` need. */
export const requireFills = ({ venue }: RiposteConfig, data: Pick<RunData, "source" | "instruments" | "fillable">): void => {
  const asked = data.instruments.map(({ symbol }, index) => {
    const { modes, marks } = data.fillable?.[index] ?? BARS_ONLY;
    const wanted = fillOnOf(venue.fillOn, symbol);
    const possible = modes.includes(wanted) ? wanted : (modes.at(-1) ?? "bars");
    return { symbol, wanted, possible, marks };
  });
  const first = asked.find(({ wanted, possible }) => wanted !== possible);
  if (first !== undefined) {
    const { wanted } = first;
    const lacking = asked.filter((each) => each.wanted === wanted && each.possible !== wanted);
    throw new UserError(
      `venue.fillOn ${wanted} needs ${NEEDS[wanted]} of ${named(lacking)}, and there are none in ${data.source}: replay a capture that has them (--capture FILE), import it, or set venue.fillOn=${choiceOf(asked)}`,
    );
  }
  if (venue.triggerBy !== "mark") return;
  const unmarked = asked.filter(({ wanted, marks }) => wanted !== "bars" && !marks);
  if (unmarked.length > 0)
    throw new UserError(
      `venue.triggerBy mark needs mark prices of ${named(unmarked)}, and there are none in ${data.source}: set venue.triggerBy=last`,
    );
};

const named = (instruments: readonly { readonly symbol: string }[]): string => instruments.map(({ symbol }) => symbol).join(", ");

/** Ways to fill that the data allow, as `--set` takes them: one word, or a word for each symbol if they differ. */
const choiceOf = (asked: readonly { readonly symbol: string; readonly possible: FillOn }[]): string => {
  const [first] = asked;
  if (asked.every(({ possible }) => possible === first?.possible)) return first?.possible ?? "bars";
  return JSON.stringify(Object.fromEntries(asked.map(({ symbol, possible }) => [symbol, possible])));
};
