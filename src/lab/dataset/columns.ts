import { UserError } from "../../domain/units.ts";
import { sha256 } from "../../store/hashing/sha256.ts";

export type ColumnType = "int64" | "float64" | "float32" | "int8";

/** A column of a dataset's files, as `dataset.json` lists it. */
export interface DatasetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: "time" | "feature" | "belief" | "scale" | "label" | "weight";
  /** Of a feature: as `docs/features.md` prints it. Of a belief: the member that says it. */
  readonly formula?: string;
  readonly unit?: string;
}

/** What the dataset says of a feature: the columns of the feature row have more, which does not matter here. */
export interface DatasetFeature {
  readonly name: string;
  readonly formula: string;
  readonly unit: string;
}

/** After the features and beliefs, in this order. */
const AFTER = [
  { name: "volatilityUnit", type: "float64", role: "scale" },
  { name: "longLabel", type: "int8", role: "label" },
  { name: "longReturn", type: "float64", role: "label" },
  { name: "longEndMs", type: "int64", role: "label" },
  { name: "shortLabel", type: "int8", role: "label" },
  { name: "shortReturn", type: "float64", role: "label" },
  { name: "shortEndMs", type: "int64", role: "label" },
  { name: "weight", type: "float32", role: "weight" },
  { name: "regimeTarget", type: "int8", role: "label" },
] as const satisfies readonly DatasetColumn[];

/** Every column in file order: `timeMs`, features, beliefs, then scale, labels and weight. Throws when two have one name. */
export const datasetColumns = (features: readonly DatasetFeature[], beliefs: readonly DatasetColumn[] = []): readonly DatasetColumn[] => {
  const columns: readonly DatasetColumn[] = [
    { name: "timeMs", type: "int64", role: "time" },
    ...features.map(({ name, formula, unit }): DatasetColumn => ({ name, type: "float32", role: "feature", formula, unit })),
    ...beliefs,
    ...AFTER,
  ];
  const twice = columns.find(({ name }, at) => columns.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new UserError(`the dataset would have two columns named ${twice.name}: rename or drop that feature`);
  return columns;
};

/** SHA-256 of what the numbers mean: names, types and formulas, in order. */
export const schemaSha256 = (columns: readonly DatasetColumn[]): string =>
  sha256(JSON.stringify(columns.map(({ name, type, formula }) => [name, type, formula ?? ""])));
