import { fileURLToPath } from "node:url";
import type { Swap } from "../../../config/swaps.ts";
import { parseSwap } from "../../../config/swaps.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { BELIEF_LAYERS, refusedKey } from "../../../models/serving.ts";
import type { BeliefLayer, Serving } from "../../../models/serving.ts";
import type { TrainedMember } from "../../../models/trained/trainedMember.ts";
import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import { isTrainedName, MemberRefusal } from "../../store/models/memberName.ts";
import { readServing } from "../../store/models/servingFile.ts";
import type { VerifiedMember, VerifyOptions } from "../../store/models/verifyMember.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { networkOf } from "./networks.ts";

const SHIPPED = fileURLToPath(new URL("../../../models", import.meta.url));
/** Stands in `models.serve` for the member that `models promote` named. */
const PROMOTED = "promoted";

/** Trained members of a run: those that serve at the start, and those that somebody is to swap in. */
export interface TrainedMembers {
  readonly verified: readonly VerifiedMember[];
  /** By layer, ready to stand beside the rule. */
  readonly others: Readonly<Record<BeliefLayer, readonly TrainedMember[]>>;
  readonly serving: Partial<Serving>;
  /** Members of swaps that may not serve, with the reason. */
  readonly refused: Readonly<Record<string, string>>;
  /** In the order of their times. */
  readonly swaps: readonly Swap[];
}

/** The folder of all members. */
export const modelsDir = ({ models }: Pick<RiposteConfig, "models">): string => models.dir ?? SHIPPED;

/** What members are verified against: every feature of the program, and the L2 of the line. */
export const verifyOptions = (
  config: Pick<RiposteConfig, "models">,
  set: Pick<FeatureSet, "columns">,
  pattern: { readonly embedding: readonly string[] } | null,
): VerifyOptions => ({ dir: modelsDir(config), set, embedding: pattern?.embedding.length ?? 0, networkOf });

/** Verifies every member that a config names. Throws a `MemberRefusal` for one that serves at the start; a swap to a refused one is refused on the line. */
export const trainedMembers = (config: RiposteConfig, options: () => VerifyOptions): TrainedMembers => {
  const swaps = config.models.swaps.map(parseSwap).sort((a, b) => a.atMs - b.atMs);
  const { serving, promoted } = servingAtStart(config);
  const verified = new Map<string, VerifiedMember>();
  const refused: Record<string, string> = {};
  for (const of of namesIn(serving)) {
    const found = verifyMember(of, options());
    const wanted = promoted[of.layer];
    if (wanted !== undefined && wanted !== found.artefact.sha256)
      throw new MemberRefusal(of, "it is not the one that was promoted: its manifest has another SHA-256; verify it, and promote it again");
    verified.set(refusedKey(of.layer, of.member), found);
  }
  for (const of of swaps.flatMap(({ members }) => namesIn(members))) {
    const key = refusedKey(of.layer, of.member);
    if (verified.has(key) || Object.hasOwn(refused, key)) continue;
    try {
      verified.set(key, verifyMember(of, options()));
    } catch (error) {
      if (!(error instanceof MemberRefusal)) throw error;
      refused[key] = error.reason;
    }
  }
  const all = [...verified.values()];
  const others = Object.fromEntries(
    BELIEF_LAYERS.map((layer) => [layer, all.filter(({ artefact }) => artefact.of.layer === layer).map(({ member }) => member)]),
  ) as unknown as TrainedMembers["others"];
  return { verified: all, others, serving, refused, swaps };
};

const namesIn = (members: Readonly<Partial<Record<string, string>>>): MemberName[] =>
  BELIEF_LAYERS.flatMap((layer) => {
    const member = members[layer];
    return member === undefined || !isTrainedName(member) ? [] : [{ layer, member }];
  });

/** Who is to serve at the start, where it is not the rule, and the hash of those that were promoted. */
const servingAtStart = (config: RiposteConfig) => {
  const { serve } = config.models;
  const serving: Partial<Record<BeliefLayer, string>> = {};
  const promoted: Partial<Record<BeliefLayer, string>> = {};
  const file = Object.values(serve).includes(PROMOTED) ? readServing(modelsDir(config)).serving : null;
  for (const layer of BELIEF_LAYERS) {
    const one = serve[layer] === PROMOTED ? (file?.[layer] ?? null) : null;
    const name = serve[layer] === PROMOTED ? one?.member : serve[layer];
    if (name !== undefined && name !== null) serving[layer] = name;
    if (one !== null) promoted[layer] = one.sha256;
  }
  return { serving, promoted };
};

/** Others than the rules may speak. */
export const isServing = ({ verified, swaps }: Pick<TrainedMembers, "verified" | "swaps">): boolean =>
  verified.length > 0 || swaps.length > 0;

/** By `<layer>/<member>`, the hash of each member's manifest, and of those it was trained behind. */
export const memberHashes = ({ verified }: Pick<TrainedMembers, "verified">): Readonly<Record<string, string>> =>
  Object.fromEntries(verified.map(({ artefact: { of, sha256 } }) => [`${of.layer}/${of.member}`, sha256] as const).sort());
