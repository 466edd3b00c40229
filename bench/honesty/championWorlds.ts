import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/cli/training/runProgram.ts";
import type { Check, Worlds } from "./world.ts";

const SCRIPT = fileURLToPath(new URL("champions.ts", import.meta.url));
const LOADER = new URL("../../bin/loader.mjs", import.meta.url).href;

/** What `champions.ts` prints, as far as it is judged. */
interface Champions {
  readonly null: {
    readonly pairs: number;
    readonly days: number;
    readonly promoted: number;
    readonly everAgainstChampion: number;
    readonly everAgainstNothing: number;
    readonly leastActed: number;
  };
  readonly planted: {
    readonly worlds: number;
    readonly promotedWithin120: number;
    readonly promotedAfterDays: readonly (number | null)[];
    readonly rolledBack: number;
  };
  readonly flipped: { readonly pairs: number; readonly promoted: number };
}

/** Champion and challenger on worlds without an edge, with one, and with one of the other sign. `seeds`: of the null worlds; undefined: the fixed ones. */
export const championWorlds = async (
  seeds: readonly number[] | undefined,
  short: boolean,
  { jobs, python, signal, tell }: Worlds,
): Promise<Check[]> => {
  const own = [...(short ? ["--short"] : []), ...(seeds === undefined ? [] : [`--null-seeds=${seeds.join(",")}`])];
  const printed: string[] = [];
  await runProgram(process.execPath, ["--import", LOADER, SCRIPT, `--jobs=${jobs}`, `--python=${python}`, ...own], {
    ...{ env: process.env, signal },
    onLine: (line, from) => {
      if (from === "out") printed.push(line);
      else tell(line);
    },
  });
  const found = JSON.parse(printed.at(-1) ?? "null") as Champions | null;
  return found === null ? [{ holds: false, text: "the comparison of champions and challengers did not come to its end" }] : checksOf(found);
};

const checksOf = ({ null: none, planted, flipped }: Champions): Check[] => [
  {
    holds: none.promoted <= 0.05 * none.pairs && none.leastActed > 0.5,
    text: `${none.promoted} of ${none.pairs} null pairs promoted in ${none.days} days, ≤ 5 of 100; both act at ${(100 * none.leastActed).toFixed(1)} % of the bars or more; ever at 1/α against the champion alone ${none.everAgainstChampion} (as many roll-backs would be false), against nothing ${none.everAgainstNothing}`,
  },
  ...(planted.worlds === 0
    ? []
    : [
        {
          holds: planted.promotedWithin120 >= 0.8 * planted.worlds,
          text: `${planted.promotedWithin120} of ${planted.worlds} planted .5 challengers promoted within 120 days, ≥ 8 of 10 (after ${planted.promotedAfterDays.join(", ")}); rolled back by mistake ${planted.rolledBack}`,
        },
        { holds: flipped.promoted === 0, text: `${flipped.promoted} of ${flipped.pairs} sign-flipped challengers promoted, 0` },
      ]),
];
