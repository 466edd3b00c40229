import { UserError } from "../../domain/units.ts";
import type { OptionSpec, OptionValues } from "../frame/command.ts";
import { wholeOption } from "../frame/wholeOption.ts";

/** Layers that a walk-forward trains. */
const TRAINED_LAYERS = ["regime", "signal"] as const;
export type TrainedLayer = (typeof TRAINED_LAYERS)[number];

/** Models that are judged where `--judge` names none. */
const MODELS: Readonly<Record<TrainedLayer, readonly string[]>> = {
  regime: ["logit", "lightgbm", "ensemble"],
  signal: ["ridge", "lightgbm", "xgboost", "catboost", "ensemble"],
};

const text = (value: string, help: string, preset?: string): OptionSpec => ({
  ...{ type: "string", value, help },
  ...(preset === undefined ? {} : { default: preset }),
});

/** Options that say what is trained and judged, on what. */
export const WALK_OPTIONS: Record<string, OptionSpec> = {
  train: text("SPAN", "training window: 6m (calendar months) or 180d", "6m"),
  test: text("SPAN", "judged span behind it", "1m"),
  step: text("SPAN", "from one fold to the next; that of --test, so that every moment is judged once"),
  judge: { ...text("LAYER=A,B", "models to judge, e.g. signal=ridge,lightgbm; LAYER= for none (default: all of both)"), multiple: true },
  serve: { ...text("LAYER=MODEL", "who serves in the backtest (default: the layer's last judged model)"), multiple: true },
  every: text("BARS", "a row every so many bars", "15"),
  embargo: text("BARS", "between training rows and judged ones", "241"),
  cost: text("FRACTION", "round trip that predictions are net of", "0.001"),
  costs: text("A,B", "round trips at which label trades are judged", "0,0.0004,0.001"),
  columns: text("chosen|all", "chosen: by permutation inside the training window", "chosen"),
  calibration: text("blocks|none", "none: judge raw predictions only; with --backtest none", "blocks"),
  "training-seed": text("N", "seed of the training", "1"),
  cpcv: text("N,K", "also combinatorial purged cross-validation: N groups of time, K of them judged at a time"),
  ray: text("ADDRESS", "train the folds on this Ray cluster instead of on this machine"),
  jobs: text("N", "processes (default: the processor's cores)"),
};

export interface WalkPlan {
  readonly judge: Readonly<Record<TrainedLayer, readonly string[]>>;
  readonly serve: Readonly<Partial<Record<TrainedLayer, string>>>;
  readonly every: number;
  readonly costs: readonly number[];
  /** Of the trainer, without where things lie. */
  readonly args: readonly string[];
}

/** What `--judge`, `--serve` and the others ask for. Throws a `UserError` that names the option. */
export const walkPlan = (values: OptionValues): WalkPlan => {
  requireSpans(values);
  const judge = { ...MODELS, ...byLayer("judge", values, (models) => modelsOf(models)) };
  for (const layer of TRAINED_LAYERS)
    for (const model of judge[layer])
      if (!MODELS[layer].includes(model))
        throw new UserError(`--judge ${layer}=${model}: the ${layer} layer has ${MODELS[layer].join(", ")}`, 2);
  if (TRAINED_LAYERS.every((layer) => judge[layer].length === 0)) throw new UserError("--judge: no model of any layer is left to judge", 2);
  requireNumbers(values, judge);
  const named = byLayer("serve", values, (model) => model);
  const serve: Partial<Record<TrainedLayer, string>> = {};
  for (const layer of TRAINED_LAYERS) {
    const model = named[layer] ?? judge[layer].at(-1);
    if (model === undefined) continue;
    // Ridge is always judged beside.
    if (!judge[layer].includes(model) && !(layer === "signal" && model === "ridge" && judge.signal.length > 0))
      throw new UserError(`--serve ${layer}=${model}: it is not among those that are judged`, 2);
    serve[layer] = model;
  }
  const own = ["train", "test", "step", "every", "embargo", "cost", "costs", "columns", "calibration", "cpcv", "ray", "jobs"];
  const passed = own.flatMap((name) => (typeof values[name] === "string" ? [`--${name}=${values[name]}`] : []));
  return {
    ...{ judge, serve, every: wholeOption("every", values), costs: costsOf(String(values["costs"])) },
    args: [
      ...passed,
      ...(values["step"] === undefined ? [`--step=${String(values["test"])}`] : []),
      `--seed=${wholeOption("training-seed", values)}`,
      ...TRAINED_LAYERS.map((layer) => `--${layer}=${judge[layer].join(",")}`),
      `--serve=${Object.entries(serve)
        .map(([layer, model]) => `${layer}=${model}`)
        .join(",")}`,
    ],
  };
};

/** The trainer would say it too, but only when the dataset is there. */
const requireSpans = (values: OptionValues): void => {
  const spans = ["train", "test", "step"].filter((name) => values[name] !== undefined);
  for (const name of spans)
    if (!/^[1-9]\d{0,3}[md]$/.test(String(values[name])))
      throw new UserError(`--${name} ${String(values[name])}: give calendar months or days, e.g. 6m or 180d`, 2);
  if (new Set(spans.map((name) => String(values[name]).at(-1))).size > 1)
    throw new UserError("--train, --test and --step: give all of them in months, or all in days", 2);
  if (values["step"] !== undefined && values["step"] !== values["test"])
    throw new UserError(`--step ${String(values["step"])}: it must be that of --test, so that every moment is judged once`, 2);
};

/** So is this: a year's market would be made first. */
const requireNumbers = (values: OptionValues, judge: WalkPlan["judge"]): void => {
  wholeOption("embargo", values);
  const cost = Number(values["cost"]);
  if (!(cost >= 0 && cost < 1)) throw new UserError(`--cost ${String(values["cost"])}: give a fraction of the entry, e.g. 0.001`, 2);
  if (values["cpcv"] === undefined) return;
  const [, groups, tested] = /^([1-9]\d?),([1-9]\d?)$/.exec(String(values["cpcv"])) ?? [];
  if (!(Number(tested) < Number(groups)))
    throw new UserError(`--cpcv ${String(values["cpcv"])}: give groups of time and fewer of them to judge, e.g. 6,2`, 2);
  if (judge.signal.length === 0 || values["calibration"] === "none")
    throw new UserError("--cpcv judges the calibrated signal that serves: judge one, and leave --calibration out", 2);
};

const byLayer = <T>(option: string, values: OptionValues, of: (text: string) => T): Partial<Record<TrainedLayer, T>> => {
  const found: Partial<Record<TrainedLayer, T>> = {};
  for (const word of Array.isArray(values[option]) ? values[option] : []) {
    const [layer = "", models, ...more] = word.split("=");
    if (!isTrained(layer) || models === undefined || more.length > 0)
      throw new UserError(`--${option} "${word}": give LAYER=MODEL, where LAYER is ${TRAINED_LAYERS.join(" or ")}`, 2);
    found[layer] = of(models);
  }
  return found;
};

const isTrained = (layer: string): layer is TrainedLayer => (TRAINED_LAYERS as readonly string[]).includes(layer);
const modelsOf = (models: string): string[] => models.split(",").filter((model) => model !== "");

const costsOf = (costs: string): number[] =>
  costs.split(",").map((cost) => {
    const value = Number(cost);
    if (cost.trim() === "" || !(value >= 0 && value < 1))
      throw new UserError(`--costs ${costs}: give fractions of the entry, e.g. 0,0.0004,0.001`, 2);
    return value;
  });
