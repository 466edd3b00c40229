import type { Command, OptionSpec, OptionValues } from "./frame/command.ts";
import { pythonOption, runTrainer } from "./training/trainer.ts";

const text = (value: string, help: string, preset?: string): OptionSpec => ({
  ...{ type: "string", value, help },
  ...(preset === undefined ? {} : { default: preset }),
});

/** Of `python -m riposte_training`, which checks them. */
const OPTIONS: Record<string, OptionSpec> = {
  layer: text("regime|signal", "layer of the member"),
  model: text("NAME", "regime: logit, lightgbm, ensemble; signal: ridge, lightgbm, xgboost, catboost, ensemble"),
  all: { type: "boolean", help: "every model, of --layer or of both" },
  dataset: text("DIR", "folder of the dataset", "out/dataset"),
  symbols: text("A,B", "symbols of the dataset (default: all)"),
  from: text("DATE", "first day, UTC (default: the dataset's)"),
  to: text("DATE", "day behind the last one, UTC"),
  every: text("BARS", "a row every so many bars", "15"),
  embargo: text("BARS", "between training rows and judged ones", "241"),
  cost: text("FRACTION", "round trip that is taken off every return", "0.001"),
  columns: text("chosen|all", "chosen: by permutation inside the training window", "chosen"),
  stack: text("LAYERS", "layers before L3 whose beliefs it reads: regime,pattern or regime=logit@1"),
  seed: text("N", "seed; the same one gives the same files", "1"),
  search: text("N", "try N configurations on purged blocks of the training rows; every trial goes into the ledger"),
  evaluate: { type: "boolean", help: "judge by a walk-forward of 6 months and 1 before the member is trained" },
  "no-member": { type: "boolean", help: "write no member, only judge" },
  out: text("DIR", "folder of the members", "models"),
  name: text("NAME", "name of the member (default: the model)"),
  version: text("N", "its version (default: the next free number)"),
};

/** `riposte train`: members of L1 and L3 from a dataset, by the Python package in `training/`. */
export const trainCommand: Command = {
  name: "train",
  summary: "train members of L1 and L3 on a dataset, and judge them by a walk-forward",
  options: { ...OPTIONS, python: pythonOption },
  run: async (values, context) => {
    const printed: string[] = [];
    await runTrainer(argsOf(values), values, context, (line, from) => {
      if (from === "err") {
        context.log(line);
        return;
      }
      printed.push(line);
      context.print(line);
    });
    return { lines: printed, members: printed.filter((line) => line.startsWith("wrote ")).map((line) => line.slice("wrote ".length)) };
  },
};

const argsOf = (values: OptionValues): string[] =>
  Object.keys(OPTIONS).flatMap((name) => {
    const value = values[name];
    if (value === true) return [`--${name}`];
    return typeof value === "string" ? [`--${name}=${value}`] : [];
  });
