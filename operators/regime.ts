import type { OperatorFunction } from "rxjs";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import type { WindowMember } from "../models/windowMember.ts";
import { BeliefBlock } from "./beliefBlock.ts";
import { beliefLayer } from "./layer/beliefLayer.ts";
import type { LayerKind } from "./layer/layerKind.ts";
import { notReady } from "./layer/notReady.ts";
import type { Layers } from "./layers.ts";

const STATES = REGIME_STATES.length;

/** Written so that NaN fails. */
const flaw = (p: Float64Array, at: number): "notFinite" | "invalid" | null => {
  let sum = 0;
  let possible = true;
  for (let i = at; i < at + STATES; i += 1) {
    sum += p[i] as number;
    if (!((p[i] as number) >= 0)) possible = false;
  }
  if (!(sum - sum === 0)) return "notFinite";
  return possible && sum > 1 - 1e-6 && sum < 1 + 1e-6 ? null : "invalid";
};

const REGIME: LayerKind<RegimeModule, BeliefBlock> = {
  layer: "regime",
  emits: Kind.regime,
  numbers: STATES,
  init: (module, instrument) => module.init(instrument),
  decide: (module, state, bar, seen, out) => {
    if (!module.decide(state, bar, out, seen)) return notReady(seen);
    if (flaw(out, 0) === null) return "";
    throw new Error(`regime module "${module.name}" returned [${out.join(", ")}]: seven probabilities ≥ 0 that sum to 1`);
  },
  flaw,
  silence: (out) => out.fill(NaN),
  voice: () => new BeliefBlock(STATES),
  say: (block, { seq, instrument, knownAtMs }, numbers, from, { member, reason, fallback }, emit) => {
    const at = block.next();
    const { values, row } = block;
    for (let i = 0; i < STATES; i += 1) values[at + i] = numbers[from + i] as number;
    emit({ kind: Kind.regime, seq, instrument, knownAtMs, ready: reason === "", reason, member, fallback, values, row });
  },
};

/** L1: probabilities of the seven market states behind every feature row, from a rule, a user's module or a trained model. */
export const regime = (
  layers: Layers,
  rule: RegimeModule,
  others: readonly (RegimeModule | WindowMember)[] = [],
): OperatorFunction<Item, Item> => beliefLayer(REGIME, Kind.featureRow, layers, [rule, ...others]);
