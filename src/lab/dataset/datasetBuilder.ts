import { createHash } from "node:crypto";
import { join } from "node:path";
import type { FeatureRow, Gap } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Bar } from "../../domain/kline.ts";
import { InvariantError, UserError } from "../../domain/units.ts";
import { Duck } from "../../store/duck/duck.ts";
import { bracketOf } from "../labels/bracketOf.ts";
import { checkLabelRange } from "../labels/checkLabelRange.ts";
import { LabelStream } from "../labels/labelStream.ts";
import type { FinishedLabel } from "../labels/labelStream.ts";
import type { LabelRules } from "../labels/options.ts";
import { sampler } from "../labels/sampler.ts";
import type { Sampler } from "../labels/sampler.ts";
import { writePieces } from "../../store/output/fileWriter.ts";
import type { Staging } from "../../record/runs/staging.ts";
import type { DatasetBeliefs } from "./beliefColumns.ts";
import { arrowFile } from "./arrowFile.ts";
import { datasetColumns, schemaSha256 } from "./columns.ts";
import type { DatasetColumn, DatasetFeature } from "./columns.ts";
import type { BatchColumn, DatasetFile } from "./datasetBatch.ts";
import { DatasetCounts } from "./datasetCounts.ts";
import { DATASET_JSON, openDatasetFolder } from "./datasetFolder.ts";
import { parquetFile } from "./parquetFile.ts";
import { SymbolFiles } from "./symbolFiles.ts";
import type { DatasetFileFacts } from "./symbolFiles.ts";

export type DatasetFormat = "arrow" | "parquet";

export interface DatasetOptions {
  readonly instruments: readonly Instrument[];
  /** Length of a decision bar. */
  readonly intervalMs: number;
  /** Columns of the feature row, in its order. */
  readonly features: readonly DatasetFeature[];
  /** What L1 to L3 say, as columns behind the features. */
  readonly beliefs?: DatasetBeliefs | null;
  /** Trained members that spoke, by `<layer>/<member>` with the SHA-256 of their manifests, and where that is inside what they were trained on. */
  readonly trained?: { readonly models: Readonly<Record<string, string>>; readonly inSample: readonly string[] } | null;
  /** Decision bars that open in `[fromMs, toMs)` become rows; those before warm up, those after finish labels. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly labels: LabelRules;
  readonly format: DatasetFormat;
  readonly outDir: string;
  /** The whole config, for the record. */
  readonly config: unknown;
}

interface Decision {
  readonly row: FeatureRow;
  readonly volatilityUnit: number;
  readonly beliefs: Float32Array<ArrayBuffer>;
}

const NO_BELIEFS = new Float32Array(0);

interface InstrumentState {
  readonly labels: LabelStream<Decision>;
  readonly choose: Sampler;
  readonly files: SymbolFiles;
  lastOpenMs: number;
}

/**
 * Writes features, beliefs, labels and weights as a dataset (docs/datasets.md). The line tells it every bar, then that bar's feature
 * row, and every gap; `drain`, between two bursts, writes what is full. A row is kept when all its columns are finite, it is sampled, and the
 * data finish its labels. Nothing appears in `outDir` before `finish`. Held: two label horizons of bars and about 4 MB of rows for
 * each instrument.
 */
export class DatasetBuilder {
  private readonly options: DatasetOptions;
  private readonly columns: readonly DatasetColumn[];
  private readonly schema: string;
  private readonly counts = new DatasetCounts();
  private readonly duck = new Duck();
  private readonly staging: Staging;
  private readonly states: readonly InstrumentState[];
  private readonly horizonBars: number;

  /** Throws a `UserError` when the range is too short for a label or `outDir` cannot take this dataset. */
  constructor(options: DatasetOptions) {
    const { intervalMs, labels, instruments, outDir, features, beliefs } = options;
    checkLabelRange(labels, options.fromMs, options.toMs, intervalMs);
    this.options = options;
    this.columns = datasetColumns(features, beliefs?.columns);
    this.schema = schemaSha256(this.columns);
    this.horizonBars = labels.horizonMs / intervalMs;
    this.staging = openDatasetFolder(outDir, this.schema);
    this.states = instruments.map((instrument) => this.stateOf(instrument));
  }

  /** The next closed bar; only decision bars count. */
  bar(bar: Bar): void {
    if (!bar.base) return;
    const state = this.state(bar.instrument);
    state.lastOpenMs = bar.openTimeMs;
    state.labels.bar(bar.openTimeMs, bar.open, bar.high, bar.low, bar.close);
  }

  /**
   * The feature row of the last bar, the trailing regime's state there (0…6, −1 unknown) and the volatility unit (standard deviation of
   * one bar's log return; NaN unknown), and the numbers of the belief columns. The row's numbers and the beliefs are read again when its
   * labels are final: they must not change.
   */
  row(row: FeatureRow, regimeState: number, volatilityUnit: number, beliefs = NO_BELIEFS): void {
    const { features, fromMs, toMs, labels } = this.options;
    const state = this.state(row.instrument);
    if (row.barTimeMs !== state.lastOpenMs || row.features !== features.length)
      throw new InvariantError(`a feature row of ${row.barTimeMs} with ${row.features} columns follows the bar of ${state.lastOpenMs}`);
    if (beliefs.length !== (this.options.beliefs?.columns.length ?? 0))
      throw new InvariantError(`a row of ${row.barTimeMs} comes with ${beliefs.length} numbers of beliefs`);
    state.labels.regime(regimeState);
    // The CUSUM filter has a memory: it is asked at every bar.
    const sampled = state.choose(row.knownAtMs, state.labels.logReturn, volatilityUnit);
    if (row.barTimeMs < fromMs || row.barTimeMs >= toMs) return;
    const { counts } = this;
    counts.decisionBars += 1;
    if (!isWarm(row, volatilityUnit)) counts.dropped.notWarm += 1;
    else if (!sampled) counts.dropped.notSampled += 1;
    else state.labels.decide({ row, volatilityUnit, beliefs }, bracketOf(labels.barriers, volatilityUnit, this.horizonBars));
  }

  /** A gap is only counted: labels live on through it, by the times of their bars. */
  gap(gap: Gap): void {
    this.counts.gaps.count += 1;
    this.counts.gaps.missingBars += gap.missingBars;
  }

  /** Writes what is full; call it between two bursts. */
  async drain(): Promise<void> {
    for (const { files } of this.states) await files.drain();
  }

  /**
   * The data end: writes the rest and `dataset.json`, moves all into place and returns what that says. Throws a `UserError` when no
   * row is left or the disk refuses; `abandon` then.
   */
  async finish(dataSha256: string): Promise<DatasetSummary> {
    const files: DatasetFileFacts[] = [];
    for (const state of this.states) {
      state.labels.finish();
      for (const facts of await state.files.close()) files.push({ ...facts, file: `${facts.file}.${this.options.format}` });
    }
    if (files.length === 0) throw this.empty();
    const summary = this.summary(files, dataSha256);
    writePieces(this.staging.file(DATASET_JSON), [JSON.stringify(summary, null, 2), "\n"], join(this.options.outDir, DATASET_JSON));
    this.staging.commit();
    await this.abandon();
    return summary;
  }

  /** Removes what is unfinished and leaves the folder as it was; harmless after `finish`. */
  async abandon(): Promise<void> {
    for (const { files } of this.states) files.abandon();
    await this.duck.close();
    this.staging.discard();
  }

  private state(instrument: number): InstrumentState {
    const state = this.states[instrument];
    if (state === undefined) throw new InvariantError(`instrument ${instrument} is none of the dataset's ${this.states.length}`);
    return state;
  }

  private stateOf(instrument: Instrument): InstrumentState {
    const { intervalMs, labels } = this.options;
    const { symbol } = instrument;
    const files = new SymbolFiles(symbol, this.columns, (name) => this.openFile(name, symbol));
    const { horizonMs, weight } = labels;
    return {
      files,
      choose: sampler(labels.sampling, intervalMs),
      lastOpenMs: NaN,
      labels: new LabelStream<Decision>({
        instrument,
        intervalMs,
        horizonMs,
        weight,
        finished: (decision, label) => {
          this.keep(files, decision, label);
          this.counts.row(symbol, label);
        },
        unfinished: () => {
          this.counts.dropped.labelNotFinished += 1;
        },
        belowTick: () => {
          this.counts.dropped.belowTick += 1;
        },
      }),
    };
  }

  private openFile(name: string, symbol: string): DatasetFile {
    const { format, outDir } = this.options;
    const file = `${name}.${format}`;
    const [path, shownAs] = [this.staging.file(file), join(outDir, file)];
    if (format === "parquet") return parquetFile(this.duck, path, shownAs, this.columns);
    return arrowFile(path, shownAs, this.columns, { symbol, schemaSha256: this.schema });
  }

  private keep(files: SymbolFiles, { row, volatilityUnit, beliefs }: Decision, label: FinishedLabel): void {
    const batch = files.batch(row.barTimeMs);
    const { data, length } = batch;
    const { values, features } = row;
    const from = row.row * features;
    (data[0] as BatchColumn)[length] = row.knownAtMs;
    for (let c = 0; c < features; c += 1) (data[1 + c] as BatchColumn)[length] = values[from + c] as number;
    for (let b = 0; b < beliefs.length; b += 1) (data[1 + features + b] as BatchColumn)[length] = beliefs[b] as number;
    let c = features + beliefs.length;
    for (const value of [
      volatilityUnit,
      label.longLabel,
      label.longReturn,
      label.longEndMs,
      label.shortLabel,
      label.shortReturn,
      label.shortEndMs,
      label.weight,
      label.regimeTarget,
    ])
      (data[++c] as BatchColumn)[length] = value;
    batch.length = length + 1;
  }

  private empty(): UserError {
    const { decisionBars, dropped } = this.counts;
    return new UserError(
      `no row is left of ${decisionBars} decision bars: ${dropped.notWarm} not warm, ${dropped.notSampled} not sampled, ${dropped.belowTick} with a stop or target nearer than one tick, ${dropped.labelNotFinished} whose labels the data end before; choose a longer range${dropped.belowTick > 0 ? " or wider barriers (labels.stop, labels.target)" : ""}`,
    );
  }

  private summary(files: readonly DatasetFileFacts[], dataSha256: string) {
    const { format, labels, intervalMs, instruments, config, beliefs, trained } = this.options;
    const hash = createHash("sha256").update(this.schema);
    for (const { file, sha256 } of files) hash.update(`\n${file} ${sha256}`);
    return {
      format,
      schemaSha256: this.schema,
      datasetSha256: hash.digest("hex"),
      dataSha256,
      rows: files.reduce((rows, file) => rows + file.rows, 0),
      span: { fromMs: Math.min(...files.map(({ fromMs }) => fromMs)), toMs: Math.max(...files.map(({ toMs }) => toMs)) },
      ...this.counts.summary(),
      labels,
      /** Ends of labels are when they were known. */
      labelEnd: "known",
      ...(beliefs ? { beliefs: beliefs.members } : {}),
      ...(trained && Object.keys(trained.models).length > 0 ? trained : {}),
      intervalMs,
      instruments: instruments.map(({ symbol, tickSize }) => ({ symbol, tickSize })),
      files,
      columns: this.columns,
      config,
    };
  }
}

/** What `dataset.json` holds. */
export type DatasetSummary = ReturnType<DatasetBuilder["summary"]>;

/** Whether every number of the row, and its volatility unit, is finite, as float32 too. */
const isWarm = ({ values, row, features }: FeatureRow, volatilityUnit: number): boolean => {
  if (!(volatilityUnit > 0 && volatilityUnit < Infinity)) return false;
  for (let at = row * features; at < (row + 1) * features; at += 1) if (!Number.isFinite(Math.fround(values[at] as number))) return false;
  return true;
};
