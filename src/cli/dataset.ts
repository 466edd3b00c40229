import { pipe } from "rxjs";
import type { RiposteConfig } from "../../config/schema.ts";
import type { BeliefLayer } from "../../models/serving.ts";
import type { FeatureSet } from "../../operators/features/featureSet.ts";
import { featureSet, warmUpBarsOf } from "../../operators/features/featureSet.ts";
import type { Event } from "../domain/event.ts";
import { formatUtc, timeframeMs } from "../domain/time.ts";
import { MINUTE_MS, UserError } from "../domain/units.ts";
import { DataHash } from "../engine/dataHash.ts";
import { drive } from "../engine/driver.ts";
import type { DatasetBeliefs } from "../lab/dataset/beliefColumns.ts";
import { datasetBeliefs } from "../lab/dataset/beliefColumns.ts";
import { collectDataset, REGIME_INPUTS } from "../lab/dataset/collectDataset.ts";
import { DatasetBuilder } from "../lab/dataset/datasetBuilder.ts";
import type { DatasetFormat, DatasetSummary } from "../lab/dataset/datasetBuilder.ts";
import { barsAhead } from "../lab/labels/labelStream.ts";
import type { LabelRules } from "../lab/labels/options.ts";
import { observe, perceive } from "../pipeline.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { ownFeatureMistake } from "./features.ts";
import { withCapturedSymbol } from "./data/captureData.ts";
import type { RunData } from "./data/runData.ts";
import { captureOption, dataChoice, runData } from "./data/history.ts";
import { barsOver } from "./data/runData.ts";
import { kindsOfInputs } from "./data/wantedKinds.ts";
import { throwForbidden } from "./members/guard/forbiddenCall.ts";
import type { LayerMembers } from "./members/layers.ts";
import { chosenFamilies, featureOptions, layerMembers } from "./members/layers.ts";
import { withPromoted } from "./members/promoted.ts";
import { warmUpWanted } from "./run/composeRun.ts";
import type { TrainedFacts } from "./run/inSample.ts";
import { requireServing, trainedFacts } from "./run/inSample.ts";

/** `riposte dataset`: features, labels and weights of every warm bar, by symbol and month. */
export const datasetCommand: Command = {
  name: "dataset",
  summary: "write features, labels and weights for training, as Arrow or Parquet",
  options: {
    ...configOptions("symbol", "from", "to", "data", "market", "regime", "pattern", "signal", "seed", "days", "edge", "burst"),
    beliefs: { type: "boolean", help: "also what L1, L2 and L3 say, as columns" },
    out: { type: "string", value: "DIR", help: "folder of the dataset", default: "out/dataset" },
    format: { type: "string", value: "arrow|parquet", help: "Arrow IPC is written and mapped fastest", default: "arrow" },
    capture: captureOption,
    simulate: { type: "boolean", help: "use the market simulator even if there is history" },
  },
  run: async (values, context) => {
    const loaded = withPromoted(await configOf(values, context), context);
    const { config, choice } = await withCapturedSymbol(loaded, dataChoice(values, context));
    const format = formatOf(values);
    const layers = values["beliefs"] === true ? await layerMembers(config) : null;
    if (layers !== null) requireOneMember(layers);
    const set = await rowOf(config, layers);
    const labels = labelRules(config);
    const data = await runData({
      config,
      wanted: new Set(kindsOfInputs(set.columns.map(({ input }) => input))),
      warmUpBars: Math.max(warmUpBarsOf(set), layers === null ? 0 : warmUpWanted(config, layers)),
      aheadBars: barsAhead(labels.horizonMs, MINUTE_MS),
      ...choice,
      env: context.env,
    });
    if (data.simulated) context.log(`NOTE ${data.source}`);
    const early = data.warnings;
    const trained = layers === null ? null : trainedFacts(layers, data);
    for (const line of trained?.inSample ?? []) context.log(`NOTE IN-SAMPLE: ${line}`);
    for (const warning of early) context.log(`NOTE ${warning}`);
    try {
      const summary = await build({ config, data, set, layers, trained, labels, format, outDir: String(values["out"]) }, context);
      for (const warning of [...data.warnings.slice(early.length), ...summary.warnings]) context.log(`NOTE ${warning}`);
      context.print(summaryLines(summary, String(values["out"])));
      return { ...summary, source: data.source, warnings: [...data.warnings, ...summary.warnings] };
    } finally {
      await data.close();
    }
  },
};

/** The feature row: of the families that the config names, the regime rule reads and, with beliefs, the layers read. */
const rowOf = async (config: RiposteConfig, layers: LayerMembers | null): Promise<FeatureSet> => {
  const { columns } = config.features;
  const whole = await featureOptions(config);
  const read =
    layers === null
      ? []
      : [layers.regime, layers.pattern, layers.signal, ...Object.values(layers.others).flat()].flatMap((module) => module?.features ?? []);
  return featureSet(columns === null ? whole : chosenFamilies(whole, [...columns, ...REGIME_INPUTS, ...read]));
};

/** A dataset names who spoke for each layer: one member from the first row to the last. */
const requireOneMember = (layers: LayerMembers): void => {
  if (layers.trained.swaps.length > 0)
    throw new UserError("models.swaps is for backtests: in a dataset one member speaks for each layer, that of models.serve");
  const { shadows, canaries } = layers.trained;
  if (shadows.length + canaries.length > 0)
    throw new UserError("models.shadow and models.canary are for backtests: in a dataset one member speaks for each layer of every symbol");
  requireServing(layers);
};

/** A layer's rule, or the member that serves in its place; null: the layer is left out. */
const speaker = <M extends { readonly name: string } | null>({ serving }: LayerMembers, layer: BeliefLayer, rule: M): M =>
  rule === null ? rule : { ...rule, name: serving[layer] ?? rule.name };

const formatOf = (values: OptionValues): DatasetFormat => {
  const format = values["format"];
  if (format === "arrow" || format === "parquet") return format;
  throw new UserError(`--format ${String(format)}: give arrow or parquet`, 2);
};

const labelRules = ({ labels }: RiposteConfig): LabelRules => ({
  barriers: { unit: labels.unit, stop: labels.stop, target: labels.target },
  horizonMs: labels.horizonMinutes * MINUTE_MS,
  weight: labels.weight,
  sampling: labels.sampling === "every" ? { kind: "every", bars: labels.everyBars } : { kind: "cusum", threshold: labels.cusumThreshold },
});

interface Build {
  readonly config: RiposteConfig;
  readonly data: RunData;
  readonly set: FeatureSet;
  /** The members whose beliefs are columns; null: none. */
  readonly layers: LayerMembers | null;
  /** The trained ones among them. */
  readonly trained: TrainedFacts | null;
  readonly labels: LabelRules;
  readonly format: DatasetFormat;
  readonly outDir: string;
}

const beliefsIn = (layers: LayerMembers): DatasetBeliefs =>
  datasetBeliefs(
    speaker(layers, "regime", layers.regime),
    speaker(layers, "pattern", layers.pattern),
    speaker(layers, "signal", layers.signal),
  );

const build = async (
  { config, data, set, layers, trained, labels, format, outDir }: Build,
  context: CommandContext,
): Promise<DatasetSummary> => {
  const { instruments, fromMs, toMs } = data;
  const features = set.columns.map(({ name, formula, unit }) => ({ name, formula, unit }));
  const beliefs = layers === null ? null : beliefsIn(layers);
  const builder = new DatasetBuilder({
    instruments,
    intervalMs: MINUTE_MS,
    features,
    beliefs,
    trained,
    fromMs,
    toMs,
    labels,
    format,
    outDir,
    config,
  });
  const hash = new DataHash();
  try {
    const timeframesMs = config.line.timeframes.map(timeframeMs);
    const market = { instruments, timeframesMs, barsFromTrades: data.barsFromTrades ?? [], features: set };
    const line = pipe(layers === null ? observe(market) : perceive({ ...layers, ...market }), collectDataset(builder, set, beliefs));
    const result = await drive(hashed(data, hash, builder), line, () => undefined, {
      signal: context.signal,
      onBurst: (_, knownAtMs) => {
        context.progress("dataset", barsOver(data, knownAtMs), data.expectedBars);
      },
    });
    if (result.aborted) throw new UserError(`stopped: ${outDir} is as it was`);
    throwForbidden();
    return await builder.finish(hash.digest());
  } catch (error) {
    await builder.abandon();
    throw ownFeatureMistake(error);
  }
};

async function* hashed(data: RunData, hash: DataHash, builder: DatasetBuilder): AsyncGenerator<readonly Event[], void, undefined> {
  for await (const burst of data.events()) {
    hash.add(burst);
    yield burst;
    await builder.drain();
  }
}

const summaryLines = ({ rows, files, span, columns, format, dropped }: DatasetSummary, outDir: string): string =>
  [
    `${rows} rows of ${columns.length} columns in ${files.length} ${format} files, ${formatUtc(span.fromMs)} to ${formatUtc(span.toMs)}: ${outDir}`,
    ...files.map(({ file, rows: count }) => `  ${file}  ${count} rows`),
    ...(dropped.belowTick > 0
      ? [`left out: ${dropped.belowTick} decision bars whose stop or target is nearer to the entry than one tick`]
      : []),
  ].join("\n");
