import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Canary, Challenger } from "../../../config/challengers.ts";
import { parseCanary, parseShadow } from "../../../config/challengers.ts";
import type { Swap } from "../../../config/swaps.ts";
import { parseSwap } from "../../../config/swaps.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { BELIEF_LAYERS, refusedKey } from "../../../models/serving.ts";
import type { BeliefLayer, Serving } from "../../../models/serving.ts";
import type { TrainedMember } from "../../../models/trained/trainedMember.ts";
import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import { SettingError } from "../../domain/settingError.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import { isTrainedName, MemberRefusal } from "../../store/models/memberName.ts";
import type { VerifiedMember, VerifyOptions } from "../../store/models/verifyMember.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { networkOf } from "./networks.ts";

const SHIPPED = fileURLToPath(new URL("../../../models", import.meta.url));

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
  readonly shadows: readonly Challenger[];
  readonly canaries: readonly Canary[];
}

/** Those of them whose members are trained, or are to be. */
export type TrainedParts = Pick<TrainedMembers, "verified" | "swaps" | "shadows" | "canaries">;

/** The folder of all members. Throws a `SettingError` where there is none: an empty one would say that nobody is promoted. */
export const modelsDir = ({ models }: Pick<RiposteConfig, "models">): string => {
  const dir = models.dir ?? SHIPPED;
  if (!existsSync(dir)) throw new SettingError(["models.dir"], `models.dir ${dir} does not exist: name the folder of all members`);
  if (!statSync(dir).isDirectory())
    throw new SettingError(["models.dir"], `models.dir ${dir} is no folder: name the folder of all members`);
  return dir;
};

/** What members are verified against: every feature of the program, and the rules of the line. */
export const verifyOptions = (
  config: Pick<RiposteConfig, "models" | BeliefLayer>,
  set: Pick<FeatureSet, "columns">,
  pattern: { readonly embedding: readonly string[] } | null,
): VerifyOptions => {
  const { regime, pattern: shapes, signal } = config;
  const rules = { regime, pattern: shapes, signal };
  return { dir: modelsDir(config), set, rules, embedding: pattern?.embedding.length ?? 0, networkOf };
};

/** Verifies every member that a config names. Throws a `MemberRefusal` for one that stands there from the start; a swap to a refused one is refused on the line. */
export const trainedMembers = (config: RiposteConfig, options: () => VerifyOptions): TrainedMembers => {
  const swaps = config.models.swaps.map(parseSwap).sort((a, b) => a.atMs - b.atMs);
  const serving = servingAtStart(config);
  const verified = new Map<string, VerifiedMember>();
  const refused: Record<string, string> = {};
  const shadows = config.models.shadow.map(parseShadow);
  const canaries = config.models.canary.map(parseCanary);
  for (const of of [...namesIn(serving), ...[...shadows, ...canaries].filter(({ member }) => isTrainedName(member))]) {
    const key = refusedKey(of.layer, of.member);
    if (!verified.has(key)) verified.set(key, verifyMember(of, options()));
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
  return { verified: all, others, serving, refused, swaps, shadows, canaries };
};

const namesIn = (members: Readonly<Partial<Record<string, string>>>): MemberName[] =>
  BELIEF_LAYERS.flatMap((layer) => {
    const member = members[layer];
    return member === undefined || !isTrainedName(member) ? [] : [{ layer, member }];
  });

/** Who is to serve at the start, where it is not the rule. */
const servingAtStart = ({ models: { serve } }: Pick<RiposteConfig, "models">): Partial<Record<BeliefLayer, string>> =>
  Object.fromEntries(Object.entries(serve).filter(([, member]) => member !== null));

/** Ends the threads of members that are networks. */
export const closeMembers = async ({ verified }: Pick<TrainedMembers, "verified">): Promise<void> => {
  await Promise.all(verified.map(({ member }) => member.close()));
};

/** What went wrong in the networks of a run, a line each. */
export const networkTroubles = ({ verified }: Pick<TrainedMembers, "verified">): string[] =>
  verified
    .filter(({ member }) => member.trouble !== "")
    .map(({ member, artefact: { of } }) => `The network of ${of.layer} member ${of.member} failed, the last time with: ${member.trouble}.`);

/** Others than the rules may speak. */
export const isServing = ({ verified, swaps }: Pick<TrainedMembers, "verified" | "swaps">): boolean =>
  verified.length > 0 || swaps.length > 0;

/** By `<layer>/<member>`, the hash of each member's manifest, and of those it was trained behind. */
export const memberHashes = ({ verified }: Pick<TrainedMembers, "verified">): Readonly<Record<string, string>> =>
  Object.fromEntries(verified.map(({ artefact: { of, sha256 } }) => [`${of.layer}/${of.member}`, sha256] as const).sort());
