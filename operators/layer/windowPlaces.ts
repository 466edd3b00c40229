import { REGIME_STATES } from "../../src/domain/derived.ts";
import { UserError } from "../../src/domain/units.ts";
import type { BeliefLayer } from "../../models/serving.ts";
import { PATTERN_PROBABILITIES } from "../../models/pattern/patternModule.ts";
import type { WindowMember } from "../../models/windowMember.ts";
import { columnsNamed } from "../features/featureSet.ts";
import type { Layers } from "../layers.ts";
import type { WindowWidths } from "./windowRing.ts";

/** A window member, and where its numbers stand in the rows of the ring. */
export interface WindowPlace {
  readonly member: WindowMember;
  readonly columns: Int32Array;
}

/** Numbers of a bar that window members of a layer may read; `numbers`: of a belief of its own. */
export const windowWidths = (layer: BeliefLayer, numbers: number, { set, regime, embedding }: Layers): WindowWidths => ({
  features: set?.columns.length ?? 0,
  regime: layer !== "regime" && regime ? REGIME_STATES.length : 0,
  pattern: layer === "signal" && embedding !== null ? PATTERN_PROBABILITIES + embedding : 0,
  rule: numbers,
});

/** Throws a `UserError` for a feature or a layer that the line does not have before this layer. */
export const windowPlace = (layer: BeliefLayer, numbers: number, member: WindowMember, layers: Layers): WindowPlace => {
  const who = `${layer} member ${member.name}`;
  if (!(Number.isInteger(member.window) && member.window >= 1)) throw new UserError(`${who} has a window of ${member.window} bars`);
  if (layers.set === null && member.features.length > 0) throw new UserError(`${who} reads features, and the line has none`);
  const { features, regime, pattern, rule } = windowWidths(layer, numbers, layers);
  const places = { regime: { at: features, width: regime }, pattern: { at: features + regime, width: pattern } };
  const columns = layers.set === null ? [] : [...columnsNamed(layers.set, member.features, who)];
  for (const before of member.beliefs) {
    const { at, width } = places[before];
    if (width === 0) throw new UserError(`${who} reads what the ${before} layer says, and the line has no such layer before it`);
    for (let i = 0; i < width; i += 1) columns.push(at + i);
  }
  if (member.rule === true) for (let i = 0; i < rule; i += 1) columns.push(features + regime + pattern + i);
  if (columns.length === 0) throw new UserError(`${who} reads nothing: name features, beliefs or its rule`);
  return { member, columns: Int32Array.from(columns) };
};
