import { UserError } from "../domain/units.ts";
import { compareRuns } from "../record/runs/compare/compareRuns.ts";
import { findRun } from "../record/runs/findRun.ts";
import { RunShelf } from "../record/runs/runShelf.ts";
import { configOf, configOptions } from "./configOptions.ts";
import type { Command, OptionValues } from "./frame/command.ts";
import { compareText } from "./runs/compareText.ts";

const SEED_MAX = 0xffff_ffff;

/** `riposte compare`: kept runs beside the first of them. */
export const compareCommand: Command = {
  name: "compare",
  summary: "compare kept runs: figures, settings, trades, decisions, daily returns",
  words: "RUN RUN …",
  options: {
    ...configOptions(),
    seed: { type: "string", value: "N", help: "seed of the bootstrap of daily returns", default: "1" },
  },
  run: async (values, context, words = []) => {
    const { seed, ...rest } = values;
    const seeded = seedOf(seed);
    const { config } = await configOf(rest, context);
    const shelf = new RunShelf(config.runs.dir);
    if (words.length < 2)
      throw new UserError("compare needs two runs or more: riposte compare newest~1 newest, or ids, names and folders of runs", 2);
    const runs = words.map((word) => findRun(shelf, word));
    const twice = runs.findIndex(({ run }, index) => runs.findIndex((other) => other.run.id === run.id) < index);
    if (twice >= 0)
      throw new UserError(`${words[twice] ?? ""} is run ${runs[twice]?.run.id ?? ""}, which is named before it: compare different runs`, 2);
    const comparison = await compareRuns(runs, seeded);
    context.print(compareText(comparison));
    return comparison;
  },
};

const seedOf = (value: OptionValues[string]): number => {
  const seed = Number(value);
  if (!/^\d+$/.test(String(value)) || seed > SEED_MAX)
    throw new UserError(`--seed ${String(value)}: give a whole number, 0 to ${SEED_MAX}`, 2);
  return seed;
};
