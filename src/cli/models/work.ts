import type { RiposteConfig } from "../../../config/schema.ts";
import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import { featureSet } from "../../../operators/features/featureSet.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import { UserError } from "../../domain/units.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import { isBeliefLayer } from "../../store/models/memberName.ts";
import type { VerifyOptions } from "../../store/models/verifyMember.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import { featureOptions } from "../members/layers.ts";
import { patternMember } from "../members/members.ts";
import { verifyOptions } from "../members/trained.ts";

/** What an action works on. */
export interface ModelsWork {
  readonly config: RiposteConfig;
  readonly dir: string;
  readonly words: readonly string[];
  readonly values: OptionValues;
  readonly context: CommandContext;
}

/** What members are verified against by the config of a command. */
export const optionsOf = async (config: RiposteConfig): Promise<VerifyOptions> =>
  verifyOptions(config, featureSet(await featureOptions(config)), await patternMember(config));

/** `signal=lightgbm@3`. */
export const memberOf = (word: string): MemberName => {
  const [layer = "", member = "", ...more] = word.split("=");
  if (member === "" || more.length > 0) throw new UserError(`"${word}" is no member: give LAYER=MEMBER, e.g. signal=lightgbm@3`, 2);
  return { layer: layerOf(layer), member };
};

export const layerOf = (word: string): BeliefLayer => {
  if (isBeliefLayer(word)) return word;
  throw new UserError(`there is no layer ${word}${didYouMean(word, [...BELIEF_LAYERS]) || ` (there are: ${BELIEF_LAYERS.join(", ")})`}`, 2);
};
