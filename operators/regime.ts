import type { OperatorFunction } from "rxjs";
import type { FeatureRow } from "../src/domain/derived.ts";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import type { BeliefDesk } from "./beliefDesk.ts";
import { beliefDesk, seeBar } from "./beliefDesk.ts";
import type { FeatureSet } from "./features/featureSet.ts";
import { columnsNamed } from "./features/featureSet.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

const STATES = REGIME_STATES.length;

type Desk = BeliefDesk<RegimeModule>;

const rowStep = (desk: Desk, feature: FeatureRow, emit: Emit): void => {
  const seat = desk.seats[feature.instrument] as Desk["seats"][number];
  seat.seen.takeRow(feature);
  const { out } = seat;
  const ready = desk.module.decide(seat.state, seat.bar, out, seat.seen);
  if (ready) requireProbabilities(desk.module.name, out);
  else out.fill(NaN);
  const at = seat.rows.next();
  const { values, row } = seat.rows;
  for (let i = 0; i < STATES; i += 1) values[at + i] = out[i] as number;
  emit({ kind: Kind.regime, seq: feature.seq, instrument: feature.instrument, knownAtMs: feature.knownAtMs, ready, values, row });
};

/** Written so that NaN fails. */
const requireProbabilities = (name: string, out: Float64Array): void => {
  let sum = 0;
  let possible = true;
  for (let i = 0; i < STATES; i += 1) {
    const p = out[i] as number;
    if (!(p >= 0)) possible = false;
    sum += p;
  }
  if (possible && sum > 1 - 1e-6 && sum < 1 + 1e-6) return;
  throw new Error(`regime module "${name}" returned [${out.join(", ")}]: seven probabilities ≥ 0 that sum to 1`);
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: (desk, bar) => {
    if (bar.base) seeBar(desk.seats, bar);
  },
  [Kind.featureRow]: rowStep,
  [Kind.gap]: (desk, { instrument }) => {
    desk.seats[instrument]?.gap(desk.module);
  },
};

/** L1: probabilities of the seven market states behind every feature row, from a rule, a user's module or (later) a trained model. */
export const regime = (instruments: readonly Instrument[], set: FeatureSet, module: RegimeModule): OperatorFunction<Item, Item> => {
  const columns = columnsNamed(set, module.features, `regime module ${module.name}`);
  return stepOperator("regime", () => beliefDesk(instruments, module, columns, STATES), HANDLERS, { emits: [Kind.regime] });
};
