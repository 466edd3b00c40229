import type { RiposteConfig } from "../../../config/schema.ts";
import type { FillOn } from "../../domain/order.ts";
import { FillQuality, watchFills } from "../../record/outcomes/fillQuality.ts";
import type { FillModeRow } from "../../record/runRecord.ts";
import { fillOnOf } from "../../venues/simulated/options.ts";
import { beliefsOf } from "./beliefs.ts";
import type { CommandContext } from "../frame/command.ts";
import type { ComposedRun } from "./composeRun.ts";
import type { ReplayedRun } from "./replayRun.ts";
import { replayRun } from "./replayRun.ts";
import { requireFills } from "./requireFills.ts";

const MODES: readonly FillOn[] = ["bars", "trades", "book"];

/** A run's config with another `venue.fillOn`. Settings that do not apply to the other mode get their default. */
const filledOn = (config: RiposteConfig, fillOn: FillOn): RiposteConfig => ({
  ...config,
  venue: {
    ...config.venue,
    fillOn,
    triggerBy: fillOn === "bars" ? "last" : config.venue.triggerBy,
    queueAheadUsdt: fillOn === "trades" ? config.venue.queueAheadUsdt : 0,
  },
});

/** How a config fills its symbols. */
const wayOf = ({ symbols, venue }: RiposteConfig): FillModeRow["fillOn"] => {
  const modes = new Set(symbols.map((symbol) => fillOnOf(venue.fillOn, symbol)));
  const [only] = modes;
  return modes.size === 1 && only !== undefined ? only : "mixed";
};

/** Throws a `UserError` unless the data can fill on bars, on trades and on the book. */
export const requireAllFills = ({ config, data }: Pick<ComposedRun, "config" | "data">): void => {
  for (const mode of MODES) requireFills(filledOn(config, mode), data);
};

/**
 * The same data and strategy filled on bars, on trades and on the book, a row each; `done` is the run that was made already, which comes
 * first where its instruments fill in different ways. Decisions follow the fills, so the runs may send different orders.
 */
export const compareFills = async (
  run: ComposedRun,
  done: { readonly quality: FillQuality; readonly replayed: Pick<ReplayedRun, "recorder" | "decisionsSha256"> },
  context: CommandContext,
): Promise<readonly FillModeRow[]> => {
  const rows: FillModeRow[] = [];
  const way = wayOf(run.config);
  if (way === "mixed") rows.push(rowOf(way, run, done.quality, done.replayed));
  for (const fillOn of MODES) {
    if (fillOn === way) {
      rows.push(rowOf(fillOn, run, done.quality, done.replayed));
      continue;
    }
    if (context.signal.aborted) break;
    const other = { ...run, config: filledOn(run.config, fillOn) };
    const quality = new FillQuality(run.data.instruments);
    const replayed = await replayRun(other, {
      events: run.data.events(),
      beliefs: await beliefsOf(null, other),
      log: watchFills(quality),
      signal: context.signal,
      progress: (bars) => {
        context.progress(`filling on ${fillOn}`, bars, run.data.expectedBars);
      },
    });
    rows.push(rowOf(fillOn, other, quality, replayed));
  }
  return rows;
};

const rowOf = (
  fillOn: FillModeRow["fillOn"],
  { config }: Pick<ComposedRun, "config">,
  quality: FillQuality,
  { recorder, decisionsSha256 }: Pick<ReplayedRun, "recorder" | "decisionsSha256">,
): FillModeRow => ({
  fillOn,
  ...quality.row(),
  feesUsdt: recorder.account?.feesUsdt ?? 0,
  netUsdt: (recorder.account?.equityUsdt ?? config.venue.startUsdt) - config.venue.startUsdt,
  trades: recorder.trades.length,
  decisionsSha256,
});
