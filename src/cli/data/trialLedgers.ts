import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import type { Trial } from "../../sweep/trial.ts";
import { readTrials, TrialLedger } from "../../sweep/trialLedger.ts";
import { shownPath } from "./shownPath.ts";
import type { StoreName } from "./store.ts";
import type { CommandContext } from "../frame/command.ts";
import { userFolder } from "../frame/userFolder.ts";

const FILE = "trials.jsonl";

/** Where the data of the trials lie. */
interface TrialData {
  readonly dir: string;
  readonly store: StoreName;
  /** By the market simulator. */
  readonly generated: boolean;
}

/** A ledger, and trials that stand elsewhere. */
export interface OpenLedger {
  readonly ledger: TrialLedger;
  /** Of the file that earlier versions kept in the working folder. */
  readonly earlier: readonly Trial[];
  /** What is wrong with the ledger, in words. */
  readonly warnings: readonly string[];
}

/**
 * The ledger that `--ledger` names; else the one that lies with the data: in the store's folder, or in the user's state folder where the
 * data is a server's or simulated. It outlives the folders of reports. Throws a `UserError` where it could not be written.
 */
export const openLedger = (
  named: string | null,
  { dir, store, generated }: TrialData,
  context: Pick<CommandContext, "env" | "log">,
): OpenLedger => {
  if (named !== null) return { ...opened(new TrialLedger(named)), earlier: [] };
  const isFolder = store === "parquet" && !generated;
  const ledger = isFolder ? new TrialLedger(join(dir, FILE)) : new TrialLedger(join(userFolder("state", context.env), FILE), true);
  return { ...opened(ledger), earlier: earlierTrials(ledger, context) };
};

const opened = (ledger: TrialLedger): Pick<OpenLedger, "ledger" | "warnings"> => {
  const { unreadable, changed } = ledger;
  const path = shownPath(ledger.path);
  return {
    ledger,
    warnings: [
      ...(unreadable.length === 0
        ? []
        : [`The ledger ${path} has lines that are no trial, of a write that was cut off: ${unreadable.join(", ")}.`]),
      ...(changed.length === 0
        ? []
        : [`The ledger ${path} has lines that were changed after they were written: ${changed.join(", ")}. They count as they stand.`]),
    ],
  };
};

const earlierTrials = (ledger: TrialLedger, { log }: Pick<CommandContext, "log">): readonly Trial[] => {
  if (!existsSync(FILE) || (existsSync(ledger.path) && realpathSync(FILE) === realpathSync(ledger.path))) return [];
  const { trials } = readTrials(FILE);
  if (trials.length > 0)
    log(
      `NOTE ${FILE} in this folder is the ledger of an earlier version; its ${trials.length} trials count too: append its lines to ${ledger.path} and delete it`,
    );
  return trials;
};
