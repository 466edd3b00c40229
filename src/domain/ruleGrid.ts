import type { Instrument } from "./instrument.ts";
import { NO_MAXIMUM } from "./instrument.ts";
import { UserError } from "./units.ts";

/** Sizes that a run counts in from its start to its end. */
interface RuleGrid {
  readonly tickSize: number;
  readonly lotSize: number;
}

type Rules = Omit<Instrument, "index">;

/** The finest tick and lot of rules that follow one another. */
export const finestGrid = (rules: readonly RuleGrid[]): RuleGrid => ({
  tickSize: Math.min(...rules.map(({ tickSize }) => tickSize)),
  lotSize: Math.min(...rules.map(({ lotSize }) => lotSize)),
});

/**
 * Rules with their ticks and lots counted on a grid that is as fine or finer. Throws a `UserError` where the rules' tick or lot is no multiple
 * of the grid's: such a change cannot be followed within one run.
 */
export const onGrid = (rules: Rules, { tickSize, lotSize }: RuleGrid): Rules => {
  if (rules.tickSize === tickSize && rules.lotSize === lotSize) return rules;
  const ticksOf = multiple(rules.symbol, "tick", rules.tickSize, tickSize);
  const lotsOf = multiple(rules.symbol, "lot", rules.lotSize, lotSize);
  const scaled = (value: number, by: number): number => (value === NO_MAXIMUM ? NO_MAXIMUM : Math.min(NO_MAXIMUM, value * by));
  return {
    ...rules,
    tickSize,
    lotSize,
    minQtyLots: scaled(rules.minQtyLots, lotsOf),
    maxQtyLots: scaled(rules.maxQtyLots, lotsOf),
    maxMarketQtyLots: scaled(rules.maxMarketQtyLots, lotsOf),
    minPriceTicks: scaled(rules.minPriceTicks, ticksOf),
    maxPriceTicks: scaled(rules.maxPriceTicks, ticksOf),
  };
};

/** How many of `fine` make `coarse`. */
const multiple = (symbol: string, what: "tick" | "lot", coarse: number, fine: number): number => {
  const times = Math.round(coarse / fine);
  if (Math.abs(times * fine - coarse) < 1e-9 * coarse) return times;
  throw new UserError(
    `the ${what} of ${symbol} changes between ${coarse} and ${fine} in this range, and neither is a multiple of the other: begin a run at each change`,
  );
};
