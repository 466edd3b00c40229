import type { Command } from "./frame/command.ts";

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loads the command and what it needs: only when it is asked for, so that help stays fast. */
  readonly load: () => Promise<Command>;
}

/** Every command, in the order of the help. The summaries stand here too, because help must not load the commands. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "backtest",
    summary: "replay history, or the market simulator, through the pipeline and write a report",
    load: async () => (await import("./backtest.ts")).backtestCommand,
  },
  {
    name: "sweep",
    summary: "run a grid of settings on stored beliefs, and count every trial",
    load: async () => (await import("./sweep.ts")).sweepCommand,
  },
  {
    name: "runs",
    summary: "show the kept runs; note, pin and remove them",
    load: async () => (await import("./runs.ts")).runsCommand,
  },
  {
    name: "compare",
    summary: "compare kept runs: figures, settings, trades, decisions, daily returns",
    load: async () => (await import("./compare.ts")).compareCommand,
  },
  {
    name: "models",
    summary: "show, verify, promote and roll back trained members",
    load: async () => (await import("./models.ts")).modelsCommand,
  },
  {
    name: "backfill",
    summary: "fill the store from the public archive and REST",
    load: async () => (await import("./backfill.ts")).backfillCommand,
  },
  {
    name: "import",
    summary: "write captured messages into the store: trades, books, quotes, marks, liquidations",
    load: async () => (await import("./importCapture.ts")).importCommand,
  },
  {
    name: "list",
    summary: "show what the store holds: symbols, kinds, spans, rows, holes",
    load: async () => (await import("./list.ts")).listCommand,
  },
  {
    name: "features",
    summary: "write the feature row of every bar as Parquet",
    load: async () => (await import("./features.ts")).featuresCommand,
  },
  {
    name: "dataset",
    summary: "write features, labels and weights for training, as Arrow or Parquet",
    load: async () => (await import("./dataset.ts")).datasetCommand,
  },
  {
    name: "train",
    summary: "train members of L1 and L3 on a dataset, and judge them by a walk-forward",
    load: async () => (await import("./train.ts")).trainCommand,
  },
  {
    name: "walk-forward",
    summary: "train and judge members month by month, and backtest the line with each in its own month",
    load: async () => (await import("./walkForward.ts")).walkForwardCommand,
  },
  {
    name: "simulate",
    summary: "write a seeded market into a store",
    load: async () => (await import("./simulate.ts")).simulateCommand,
  },
  {
    name: "verify",
    summary: "compare a store, or a kept run, with what was written",
    load: async () => (await import("./verify.ts")).verifyCommand,
  },
  {
    name: "migrate",
    summary: "copy history from one store to the other",
    load: async () => (await import("./migrate.ts")).migrateCommand,
  },
];
