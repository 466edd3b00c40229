import { readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseTime } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { shownPath } from "../data/shownPath.ts";
import { datasetCommand } from "../dataset.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import { simulateCommand } from "../simulate.ts";
import type { Stitching } from "./backtests.ts";

/** Before a dataset's first row the line reads what its rules and risk windows want, and the backtest reads as far back. */
const WARM_UP_DAYS = 32;

/** What a walk-forward's dataset is made of. */
interface Source {
  readonly values: OptionValues;
  /** A row every so many bars. */
  readonly every: number;
  readonly out: string;
  readonly simulated: boolean;
}

/** The simulated market as a store, so that a part of it is the same market: what a run of the simulator begins with is its start. */
export const simulatedStore = async ({ values, out }: Pick<Source, "values" | "out">, context: CommandContext): Promise<string[]> => {
  const dir = join(out, "simulated");
  rmSync(dir, { recursive: true, force: true });
  await simulateCommand.run({ ...values, data: dir, store: undefined }, context);
  return [`--data=${dir}`, "--market=simulated"];
};

/** What a dataset says of itself. */
export interface DatasetFacts {
  readonly dir: string;
  readonly datasetSha256: string;
  /** Where its line began to learn: so many days before `fromMs`, or with the first bar that there is (null). */
  readonly warmUp: Stitching["warmUp"];
  readonly source: string;
  readonly warnings: readonly string[];
}

export const datasetOf = async (
  { values, every, out, simulated }: Source,
  data: readonly string[],
  context: CommandContext,
): Promise<DatasetFacts> => {
  const given = values["dataset"];
  const dir = typeof given === "string" ? resolve(given) : join(out, "dataset");
  let [source, warnings]: [string, readonly string[]] = [`the dataset ${shownPath(dir)}`, []];
  if (typeof given !== "string") {
    const stored = Object.fromEntries(data.map((word) => word.slice(2).split("=") as [string, string]));
    const own = [`labels.everyBars=${every}`, `data.warmUpDaysMin=${WARM_UP_DAYS}`];
    const set = [...(Array.isArray(values["set"]) ? values["set"] : []), ...own];
    const of = simulated ? { ...values, ...stored, simulate: undefined, from: undefined, to: undefined } : values;
    const made = await datasetCommand.run({ ...of, set, beliefs: true, format: "arrow", out: dir }, context);
    ({ source, warnings } = made as DatasetFacts);
  }
  const { datasetSha256, config } = readAbout(join(dir, "dataset.json"));
  const warmUp = { fromMs: typeof config?.from === "string" ? parseTime(config.from) : null, days: config?.data?.warmUpDaysMin ?? 0 };
  return { dir, datasetSha256, warmUp, source, warnings };
};

/** What a dataset's own file says of it; `config`: of those who wrote it. */
interface About {
  readonly datasetSha256: string;
  readonly config?: { readonly from?: string | null; readonly data?: { readonly warmUpDaysMin?: number } };
}

const readAbout = (path: string): About => {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as About;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(`cannot read ${path}: ${why}; --dataset names a folder that riposte dataset wrote`);
  }
};
