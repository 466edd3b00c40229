import { existsSync, statSync } from "node:fs";
import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { BeliefWidths } from "../../../operators/beliefs/beliefRows.ts";
import { keepBeliefs } from "../../../operators/beliefs/keepBeliefs.ts";
import { SaidTable } from "../../../operators/beliefs/saidTable.ts";
import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import { columnsNamed } from "../../../operators/features/featureSet.ts";
import { PATTERN_PROBABILITIES } from "../../../models/pattern/patternModule.ts";
import { REGIME_STATES } from "../../domain/derived.ts";
import type { Item } from "../../domain/item.ts";
import { UserError } from "../../domain/units.ts";
import { perceive, recall } from "../../pipeline.ts";
import type { System } from "../../pipeline.ts";
import { FORMAT, unusable } from "../../store/beliefs/beliefFile.ts";
import { BeliefReader } from "../../store/beliefs/beliefReader.ts";
import { BeliefWriter } from "../../store/beliefs/beliefWriter.ts";
import { beliefIdentity, identityDifference } from "./beliefIdentity.ts";
import type { ComposedRun } from "./composeRun.ts";
import type { LayerMembers } from "../members/layers.ts";

/** Source of a run's beliefs: it computes them, computes and stores them, or reads those of an earlier run. */
export interface Beliefs {
  /** The row that L4 sees. */
  readonly features: FeatureSet | null;
  /** The layers before L4 run; false: what they said is read. */
  readonly perceived: boolean;
  /** The line in front of the venue. */
  line(system: System): OperatorFunction<Item, Item>;
  /** Before each burst of so many events. */
  before(events: number): Promise<void>;
  /** The run is over; `dataSha256` is of all its events. Throws when stored beliefs were not of these. */
  finish(dataSha256: string): void;
  /** In every case; what was written counts only after `finish`. */
  close(): Promise<void>;
}

/** `path`: the file of `--beliefs`, which is read where it exists and written where it does not; null: beliefs are only computed. */
export const beliefsOf = async (path: string | null, run: ComposedRun): Promise<Beliefs> => {
  if (path === null) return computed(run);
  if (run.layers.trained.shadows.length > 0)
    throw new UserError(
      "shadows are asked while the layers before L4 run, which stored beliefs leave out: leave models.shadow or the beliefs out",
    );
  return existsSync(path) ? await stored(path, run) : written(path, run);
};

const computed = ({ layers }: ComposedRun): Beliefs => ({
  features: layers.features,
  perceived: true,
  line: perceive,
  before: () => Promise.resolve(),
  finish: () => undefined,
  close: () => Promise.resolve(),
});

const written = (path: string, run: ComposedRun): Beliefs => {
  const { layers, data } = run;
  const columns = columnsRead(layers);
  const widths = widthsOf(layers);
  const identity = beliefIdentity(run);
  const writer = new BeliefWriter(path, { format: FORMAT, widths, columns, ...identity });
  const table = new SaidTable();
  const options = {
    table,
    instruments: data.instruments,
    widths,
    columns: layers.features === null ? new Int32Array(0) : columnsNamed(layers.features, columns, "beliefs"),
    full: writer.add.bind(writer),
  };
  return {
    ...computed(run),
    line: (system) => pipe(perceive(system), keepBeliefs(options)),
    finish: (dataSha256) => {
      writer.finish(dataSha256, table.rows);
    },
    close: () => {
      writer.discard();
      return Promise.resolve();
    },
  };
};

const stored = async (path: string, run: ComposedRun): Promise<Beliefs> => {
  const { layers, config } = run;
  if (!statSync(path).isFile()) throw unusable(path, "are no file");
  const reader = await BeliefReader.open(path);
  try {
    const difference = identityDifference(reader.header, beliefIdentity(run));
    if (difference !== undefined) throw unusable(path, difference);
    const missing = columnsRead(layers).filter((name) => !reader.header.columns.includes(name));
    if (missing.length > 0) throw unusable(path, `lack ${missing.join(", ")}, which position module ${config.position.module} reads`);
  } catch (error) {
    await reader.close();
    throw error;
  }
  return {
    features: storedColumns(layers.features, reader.header.columns),
    perceived: false,
    line: (system) => recall(system, reader),
    before: (events) => reader.provide(events),
    finish: (dataSha256) => {
      reader.finish(dataSha256);
    },
    close: () => reader.close(),
  };
};

/** Feature columns that L4 reads. Nothing else behind L3 needs the row. */
const columnsRead = ({ position }: LayerMembers): string[] => [...new Set(position.features ?? [])];

const widthsOf = (layers: LayerMembers): BeliefWidths => ({
  regime: layers.regime === null ? 0 : REGIME_STATES.length,
  pattern: layers.pattern === null ? 0 : PATTERN_PROBABILITIES + layers.pattern.embedding.length,
  features: columnsRead(layers).length,
});

/** The feature row of a beliefs file. It is read, not computed, so it has columns and no families. */
const storedColumns = (set: FeatureSet | null, names: readonly string[]): FeatureSet | null => {
  if (set === null || names.length === 0) return null;
  const columns = Array.from(columnsNamed(set, names, "beliefs"), (at) => set.columns[at] as FeatureSet["columns"][number]);
  return { columns, base: [], frames: [], events: [], masks: new Map(), ownFrom: 0 };
};
