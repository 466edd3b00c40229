import type { OperatorFunction } from "rxjs";
import type { FeatureRow, Pattern, Regime } from "../src/domain/derived.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import { PATTERN_PROBABILITIES } from "../models/pattern/patternModule.ts";
import type { BeliefDesk } from "./beliefDesk.ts";
import { beliefDesk, seeBar } from "./beliefDesk.ts";
import type { Layers } from "./layers.ts";
import type { FeatureSet } from "./features/featureSet.ts";
import { columnsNamed } from "./features/featureSet.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

type Desk = BeliefDesk<PatternModule> & { readonly width: number; readonly afterRegime: boolean };

const rowStep = (desk: Desk, row: FeatureRow, emit: Emit): void => {
  (desk.seats[row.instrument] as Desk["seats"][number]).seen.takeRow(row);
  if (!desk.afterRegime) decide(desk, row, emit);
};

const regimeStep = (desk: Desk, regime: Regime, emit: Emit): void => {
  (desk.seats[regime.instrument] as Desk["seats"][number]).seen.takeRegime(regime);
  if (desk.afterRegime) decide(desk, regime, emit);
};

const decide = (desk: Desk, cause: FeatureRow | Regime, emit: Emit): void => {
  const { module, width } = desk;
  const seat = desk.seats[cause.instrument] as Desk["seats"][number];
  const { out } = seat;
  const ready = module.decide(seat.state, seat.bar, out, seat.seen);
  if (ready) requireFinite(module, out);
  else out.fill(NaN);
  const at = seat.rows.next();
  const { values, row } = seat.rows;
  for (let i = 0; i < width; i += 1) values[at + i] = out[i] as number;
  const said: Pattern = {
    kind: Kind.pattern,
    seq: cause.seq,
    instrument: cause.instrument,
    knownAtMs: cause.knownAtMs,
    ready,
    values,
    row,
    width,
  };
  emit(said);
};

/** Written so that NaN fails. */
const requireFinite = ({ name, embedding }: PatternModule, out: Float64Array): void => {
  const [up, down] = [out[0] as number, out[1] as number];
  if (!(up >= 0 && down >= 0 && up + down <= 1 + 1e-6))
    throw new Error(`pattern module "${name}" returned P(up)=${up} P(down)=${down}: each must be ≥ 0 and their sum at most 1`);
  for (let i = PATTERN_PROBABILITIES; i < out.length; i += 1) {
    const value = out[i] as number;
    if (!(value - value === 0))
      throw new Error(`pattern module "${name}" returned ${embedding[i - PATTERN_PROBABILITIES] ?? ""}=${value}: it must be finite`);
  }
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: (desk, bar) => {
    if (bar.base) seeBar(desk.seats, bar);
  },
  [Kind.featureRow]: rowStep,
  [Kind.regime]: regimeStep,
  [Kind.gap]: (desk, { instrument }) => {
    desk.seats[instrument]?.gap(desk.module);
  },
};

/** L2: chart patterns as a short embedding with P(up) and P(down), one row a decision bar, behind L1 where that stands before it. */
export const pattern = (layers: Layers, set: FeatureSet, module: PatternModule): OperatorFunction<Item, Item> => {
  const columns = columnsNamed(set, module.features, `pattern module ${module.name}`);
  const width = PATTERN_PROBABILITIES + module.embedding.length;
  const init = (): Desk => ({ ...beliefDesk(layers.instruments, module, columns, width), width, afterRegime: layers.regime });
  return stepOperator("pattern", init, HANDLERS, { emits: [Kind.pattern] });
};
