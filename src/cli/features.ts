import { pipe } from "rxjs";
import { StepError } from "../../operators/stepOperator.ts";
import type { Event } from "../domain/event.ts";
import { featureSet, warmUpBarsOf } from "../../operators/features/featureSet.ts";
import type { FeatureSet } from "../../operators/features/featureSet.ts";
import { RAW_FAMILIES } from "../../operators/features/raw/families.ts";
import { formatUtc } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { drive } from "../engine/driver.ts";
import { FeatureTable, tableFeatures } from "../lab/featureTable.ts";
import { requireParquet } from "../record/runs/ownFiles.ts";
import { stagedFile } from "../store/output/stagedFile.ts";
import { observe } from "../pipeline.ts";
import type { Command, CommandContext } from "./frame/command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { withCapturedSymbol } from "./data/captureData.ts";
import type { RunData } from "./data/runData.ts";
import { captureOption, dataChoice, runData } from "./data/history.ts";
import { barsOver } from "./data/runData.ts";
import { kindsOfInputs } from "./data/wantedKinds.ts";
import { throwForbidden } from "./members/guard/forbiddenCall.ts";
import { chosenFamilies, featureOptions } from "./members/layers.ts";

/** `riposte features`: the feature rows of history (or of the market simulator) as one Parquet file. */
export const featuresCommand: Command = {
  name: "features",
  summary: "write the feature row of every bar as Parquet",
  options: {
    ...configOptions("symbol", "from", "to", "data", "market", "seed", "days", "edge", "burst"),
    out: { type: "string", value: "FILE", help: "the Parquet file", default: "out/features.parquet" },
    raw: { type: "boolean", help: "also the classic indicators in their usual units, as columns raw_…" },
    capture: captureOption,
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
  },
  run: async (values, context) => {
    const { config, choice } = await withCapturedSymbol(await configOf(values, context), dataChoice(values, context));
    const raw = values["raw"] === true ? RAW_FAMILIES : [];
    const whole = await featureOptions(config, raw);
    const wanted = config.features.columns?.concat(raw.flatMap(({ columns }) => columns.map(({ name }) => name)));
    const set = featureSet(wanted === undefined ? whole : chosenFamilies(whole, wanted));
    const data = await runData({
      config,
      wanted: new Set(kindsOfInputs(set.columns.map(({ input }) => input))),
      warmUpBars: warmUpBarsOf(set),
      ...choice,
      env: context.env,
    });
    const file = String(values["out"]);
    if (data.simulated) context.log(`NOTE ${data.source}`);
    const early = data.warnings;
    for (const warning of early) context.log(`NOTE ${warning}`);
    try {
      const rows = await writeRows(data, set, file, context);
      for (const warning of data.warnings.slice(early.length)) context.log(`NOTE ${warning}`);
      const span = { from: formatUtc(data.fromMs), to: formatUtc(data.toMs) };
      context.print(`${rows} rows of ${set.columns.length} columns, ${span.from} to ${span.to}: ${file}`);
      return { file, rows, ...span, source: data.source, warnings: data.warnings, columns: set.columns.map(({ name }) => name) };
    } finally {
      await data.close();
    }
  },
};

const writeRows = async (data: RunData, set: FeatureSet, file: string, context: CommandContext): Promise<number> => {
  const { instruments, fromMs } = data;
  requireParquet(file);
  const staged = stagedFile(file);
  const table = new FeatureTable({ instruments, set, fromMs, file: staged.path, shownAs: file, partsDir: `${staged.dir}/parts` });
  try {
    const timeframesMs = [...new Set(set.frames.map(({ timeframeMs }) => timeframeMs))];
    const line = pipe(
      observe({ instruments, timeframesMs, barsFromTrades: data.barsFromTrades ?? [], features: set }),
      tableFeatures(table),
    );
    const result = await drive(drained(data, table), line, () => undefined, {
      signal: context.signal,
      onBurst: (_, knownAtMs) => {
        context.progress("features", barsOver(data, knownAtMs), data.expectedBars);
      },
    });
    if (result.aborted) throw new UserError(`stopped: ${file} is as it was`);
    throwForbidden();
    if (table.rows === 0) throw new UserError(`no bar came out of ${data.source} from ${formatUtc(fromMs)} on: choose another range`);
    context.progress("writing", 0, 1);
    await table.close();
    staged.commit();
    return table.rows;
  } catch (error) {
    await table.abandon();
    staged.discard();
    throw ownFeatureMistake(error);
  }
};

async function* drained(data: RunData, table: FeatureTable): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of data.events()) {
    yield burst;
    await table.drain();
  }
}

/** A mistake of a user's feature family is the `UserError` that the operator's error has as its cause. */
export const ownFeatureMistake = (error: unknown): unknown =>
  error instanceof StepError && error.cause instanceof UserError ? error.cause : error;
