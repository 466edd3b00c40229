import type { OperatorFunction } from "rxjs";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { UserError } from "../src/domain/units.ts";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import { PATTERN_PROBABILITIES } from "../models/pattern/patternModule.ts";
import type { WindowMember } from "../models/windowMember.ts";
import { BeliefBlock } from "./beliefBlock.ts";
import { beliefLayer } from "./layer/beliefLayer.ts";
import type { LayerKind } from "./layer/layerKind.ts";
import { notReady } from "./layer/notReady.ts";
import type { Layers } from "./layers.ts";

const patternKind = (width: number): LayerKind<PatternModule, BeliefBlock> => ({
  layer: "pattern",
  emits: Kind.pattern,
  numbers: width,
  init: (module, instrument) => module.init(instrument),
  decide: (module, state, bar, seen, out) => {
    if (!module.decide(state, bar, out, seen)) return notReady(seen);
    requirePossible(module, out);
    return "";
  },
  flaw: (out, at) => {
    for (let i = at; i < at + width; i += 1) if (!isFinite(out[i] as number)) return "notFinite";
    return areProbabilities(out[at] as number, out[at + 1] as number) ? null : "invalid";
  },
  silence: (out) => out.fill(NaN),
  voice: () => new BeliefBlock(width),
  say: (block, { seq, instrument, knownAtMs }, numbers, from, { member, reason, fallback }, emit) => {
    const at = block.next();
    const { values, row } = block;
    for (let i = 0; i < width; i += 1) values[at + i] = numbers[from + i] as number;
    emit({ kind: Kind.pattern, seq, instrument, knownAtMs, ready: reason === "", reason, member, fallback, values, row, width });
  },
});

const isFinite = (value: number): boolean => value - value === 0;

/** Written so that NaN fails. */
const areProbabilities = (up: number, down: number): boolean => up >= 0 && down >= 0 && up + down <= 1 + 1e-6;

const requirePossible = ({ name, embedding }: PatternModule, out: Float64Array): void => {
  const [up, down] = [out[0] as number, out[1] as number];
  if (!areProbabilities(up, down))
    throw new Error(`pattern module "${name}" returned P(up)=${up} P(down)=${down}: each must be ≥ 0 and their sum at most 1`);
  for (let i = PATTERN_PROBABILITIES; i < out.length; i += 1) {
    const value = out[i] as number;
    if (!isFinite(value))
      throw new Error(`pattern module "${name}" returned ${embedding[i - PATTERN_PROBABILITIES] ?? ""}=${value}: it must be finite`);
  }
};

/** L2: chart patterns as a short embedding with P(up) and P(down), one row a decision bar, behind L1 where that stands before it. */
export const pattern = (
  layers: Layers,
  rule: PatternModule,
  others: readonly (PatternModule | WindowMember)[] = [],
): OperatorFunction<Item, Item> => {
  const numbers = rule.embedding.length;
  const other = others.find(({ embedding = [] }) => embedding.length !== numbers);
  if (other !== undefined)
    throw new UserError(
      `pattern member ${other.name} has an embedding of ${other.embedding?.length ?? 0} numbers, ${rule.name} one of ${numbers}: members of L2 say as many`,
    );
  return beliefLayer(patternKind(PATTERN_PROBABILITIES + numbers), layers.regime ? Kind.regime : Kind.featureRow, layers, [
    rule,
    ...others,
  ]);
};
