import { identity, pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { InferenceFailures } from "../../domain/inferenceFailures.ts";
import type { Item } from "../../domain/item.ts";
import type { Journal } from "../../domain/ports.ts";
import { timeframeMs } from "../../domain/time.ts";
import type { DecisionHash } from "../../engine/decisionHash.ts";
import { hashDecisions } from "../../engine/decisionHash.ts";
import { journalFailures } from "../../engine/journalFailures.ts";
import { backtestLine } from "../../pipeline.ts";
import { simulatedVenue } from "../../venues/simulated/simulatedVenue.ts";
import type { Beliefs } from "./beliefs.ts";
import { challengersOf } from "./challengers.ts";
import type { ComposedRun } from "./composeRun.ts";

interface DecisionLineOptions {
  readonly hash: DecisionHash;
  /** Takes the inferences that fail. */
  readonly journal?: Journal;
  /** Inferences that failed in the journal that the run goes on from. */
  readonly failures?: InferenceFailures;
}

/** Everything of a backtest that decides, with a simulated venue of its own, up to the hash of what it decided. */
export const decisionLine = (
  run: ComposedRun,
  beliefs: Beliefs,
  { hash, journal, failures }: DecisionLineOptions,
): OperatorFunction<Item, Item> => {
  const { config, layers, limits, data } = run;
  const { instruments, fromMs, barsFromTrades = [] } = data;
  const { venue, fills } = simulatedVenue(instruments, config.venue);
  const system = {
    instruments,
    timeframesMs: config.line.timeframes.map(timeframeMs),
    barsFromTrades,
    ...layers,
    ...challengersOf(run, instruments),
    features: beliefs.features,
    limits,
    venue,
    startUsdt: config.venue.startUsdt,
    tradeFromMs: fromMs,
    ...(failures === undefined ? {} : { failures }),
  };
  return pipe(
    backtestLine(system, fills, beliefs.line(system)),
    journal === undefined ? identity : journalFailures(journal),
    hashDecisions(hash, fromMs),
  );
};
