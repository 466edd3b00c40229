import { differenceOf } from "./compare.ts";
import type { MakeVenue } from "./desk.ts";
import { oracleOf } from "./oracle/oracle.ts";
import { recorded } from "./record.ts";
import type { Said } from "./scenario.ts";
import { inWords, shrunk } from "./shrink.ts";

/** What a seed showed. */
interface Checked {
  /** Null: desk and oracle agree. */
  readonly problem: string | null;
  /** What was compared, by kind: `fill`, `rejected -2019`, … */
  readonly seen: ReadonlyMap<string, number>;
}

/** One scenario by desk and oracle; a difference comes as the smallest scenario found that shows one. */
export const checkSeed = (seed: number, makeVenue?: MakeVenue): Checked => {
  const { scenario, lived } = recorded(seed, makeVenue);
  const seen = new Map<string, number>();
  for (const { said } of lived) for (const each of said) for (const kind of kindsOf(each)) seen.set(kind, (seen.get(kind) ?? 0) + 1);
  if (differenceOf(lived, oracleOf(scenario)) === null) return { problem: null, seen };
  const small = shrunk(scenario, makeVenue);
  const words = `${inWords(small.scenario)}\n${small.difference.words}\nrepeat it: npm run night -- differential --seed ${seed}`;
  return { problem: words, seen };
};

const kindsOf = (said: Said): string[] => {
  switch (said.what) {
    case "rejected":
      return [`rejected ${said.code}`];
    case "expired":
      return [`expired ${said.reason}`];
    case "fill":
      return said.id === "liquidation" ? ["liquidation"] : [said.maker ? "fill as maker" : "fill as taker"];
    default:
      return [said.what];
  }
};
