import { readFileSync } from "node:fs";
import { UserError } from "../domain/units.ts";

/** Layout of `walk.json` that this program reads. */
const FORMAT = 1;

/** A figure with the 95 % interval of a bootstrap of whole blocks of days. */
export interface Figure {
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

/** By symbol. */
type BySymbol<T> = Readonly<Record<string, T>>;
/** By model. */
type ByModel<T> = Readonly<Record<string, T>>;

/** A tenth of the judged rows by what was said: long − short, calibrated. */
interface CurvePoint {
  readonly said: number;
  readonly realised: number;
  readonly interval: readonly [low: number, high: number];
  readonly rows: number;
}

/** A signal model over all judged rows of a symbol. */
export interface SignalFigures {
  /** Pearson correlation of predicted and realised long − short: the one to judge by. */
  readonly directionalIc: Figure;
  readonly longIc: Figure;
  readonly shortIc: Figure;
  /** Of realised on calibrated, and on raw long − short: 1 is right. */
  readonly slope: Figure;
  readonly rawSlope: Figure;
  /** Spearman's, information only: with a stop nearer than the target they reward volatility. */
  readonly rankLongIc: Figure;
  readonly rankShortIc: Figure;
  readonly curve: readonly CurvePoint[];
}

/** A regime model over all judged rows of a symbol; nats. */
interface RegimeFigures {
  readonly logLoss: Figure;
  readonly gainOnPrior: Figure;
  readonly gainOnRule?: Figure;
  readonly foldsBetterThanRule?: number;
}

export interface WalkFold {
  /** From 1; also the version of its members. */
  readonly number: number;
  readonly name: string;
  readonly trainFromMs: number;
  readonly testFromMs: number;
  readonly testToMs: number;
  /** Why it failed, or null. */
  readonly failed: string | null;
  readonly rows: { readonly train: number; readonly test: number };
  /** Rows that do not overlap: Σ 1 / concurrent labels. */
  readonly clusters: { readonly train: number; readonly test: number };
  /** Families that were left out because their input comes or goes. */
  readonly leftOut: readonly string[];
  readonly seconds: { readonly model: number; readonly wall: number };
  readonly signal: ByModel<BySymbol<{ readonly directionalIc: number; readonly slope: number; readonly expectedGains: number }>>;
  readonly regime: ByModel<BySymbol<{ readonly logLoss: number; readonly rule: number | null; readonly prior: number }>>;
  readonly columns: ByModel<number>;
}

/** Combinatorial purged cross-validation: every path is one history that might have been judged. */
interface CrossValidation {
  readonly groups: number;
  readonly testGroups: number;
  readonly combinations: number;
  readonly model: string;
  readonly paths: readonly BySymbol<{ readonly directionalIc: number }>[];
}

/** What the trainer leaves behind (`walk.json`). */
export interface Walk {
  readonly format: number;
  readonly identitySha256: string;
  readonly datasetSha256: string;
  readonly symbols: readonly string[];
  readonly train: string;
  readonly test: string;
  readonly step: string;
  readonly every: number;
  /** Round trip that predictions are net of, a fraction of the entry. */
  readonly cost: number;
  readonly seed: number;
  /** Days of a block of the bootstrap. */
  readonly blockDays?: number;
  readonly models: { readonly signal: readonly string[]; readonly regime: readonly string[] };
  readonly serve: Readonly<Partial<Record<"signal" | "regime", string>>>;
  readonly folds: readonly WalkFold[];
  readonly signal: ByModel<BySymbol<SignalFigures>>;
  readonly regime: ByModel<BySymbol<RegimeFigures>>;
  /** The members of a fold asked so many steps later than in their own month. */
  readonly decay: readonly {
    readonly model: string;
    readonly symbol: string;
    readonly stepsLater: number;
    readonly directionalIc: Figure;
  }[];
  /** Directional IC that is lost when a group's columns are shuffled by days in the judged rows. */
  readonly carries: readonly { readonly group: string; readonly columns: number; readonly drop: Figure }[];
  readonly cpcv: CrossValidation | null;
  /** `model`: inside fit and predict of the models, over all processes. */
  readonly seconds: { readonly model: number; readonly wall: number; readonly processes: number };
}

/** Reads `walk.json`. Throws a `UserError` where it is none of this version. */
export const readWalk = (path: string): Walk => {
  let walk: Partial<Walk> | null;
  try {
    walk = JSON.parse(readFileSync(path, "utf8")) as Partial<Walk> | null;
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${error instanceof Error ? error.message : String(error)}; delete it and start again`);
  }
  if (walk?.format !== FORMAT)
    throw new UserError(
      `${path} has the layout ${String(walk?.format)}, and this program reads ${FORMAT}: delete its folder and start again`,
    );
  return walk as Walk;
};
