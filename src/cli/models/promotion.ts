import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import { UserError } from "../../domain/units.ts";
import { readManifest } from "../../store/models/artefact.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import type { Change, Promoted, ServingFile } from "../../store/models/servingFile.ts";
import { changed, promotedBefore, readServing, writeServing } from "../../store/models/servingFile.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { patternMember, regimeMember } from "../members/members.ts";
import type { ModelsWork } from "./work.ts";
import { layerOf, memberOf, optionsOf } from "./work.ts";

/** Members serve wherever a config says `promoted`: all of them, or none if one may not. */
export const promote = async (work: ModelsWork): Promise<unknown> => {
  const { config, dir, words, values } = work;
  if (words.length === 0) throw new UserError("promote needs a member: riposte models promote signal=lightgbm@3", 2);
  const override = typeof values["override"] === "string" ? values["override"].trim() : null;
  if (override === "") throw new UserError("--override needs a reason", 2);
  const options = await optionsOf(config);
  const changes = words.map(memberOf).map((of): Omit<Change, "from"> => {
    const { artefact } = verifyMember(of, options);
    const passed = artefact.manifest.verdict === "passed";
    if (!passed && override === null) throw unproven(of, artefact.manifest.verdict);
    const to = { member: of.member, sha256: artefact.sha256 };
    return { at: new Date().toISOString(), layer: of.layer, to, action: "promote", override: passed ? null : override };
  });
  return change(dir, changes, work);
};

const unproven = ({ layer, member }: MemberName, verdict: string | null): UserError => {
  const why = verdict === null ? "it has no verdict of a validation" : `its verdict is ${verdict}`;
  return new UserError(
    `${layer} member ${member} is not promoted: ${why}; --override "reason" promotes it all the same, and is written down`,
  );
};

/** The member before serves again, or the rule. */
export const rollback = async (work: ModelsWork): Promise<unknown> => {
  const { config, dir, words } = work;
  if (words.length === 0) throw new UserError("rollback needs a layer: riposte models rollback signal", 2);
  const file = readServing(dir);
  const options = await optionsOf(config);
  const changes = words.map(layerOf).map((layer): Omit<Change, "from"> => {
    const to = promotedBefore(file, layer);
    if (to === undefined) throw new UserError(`nobody was promoted in the ${layer} layer: there is nothing to go back to`);
    if (to !== null && verifyMember({ layer, member: to.member }, options).artefact.sha256 !== to.sha256)
      throw new UserError(`${layer} member ${to.member} is not the one that was promoted: promote it again, if it should serve`);
    return { at: new Date().toISOString(), layer, to, action: "rollback", override: null };
  });
  return change(dir, changes, work);
};

const change = async (dir: string, changes: readonly Omit<Change, "from">[], { config, context }: ModelsWork): Promise<unknown> => {
  const before = readServing(dir);
  const twice = changes.find(({ layer }, at) => changes.findIndex((other) => other.layer === layer) !== at);
  if (twice !== undefined) throw new UserError(`${twice.layer} is named twice`, 2);
  const next = changed(before, changes);
  const rules = {
    regime: (await regimeMember(config))?.name ?? "none",
    pattern: (await patternMember(config))?.name ?? "none",
    signal: "",
  };
  requireUpstreams(dir, next, rules);
  writeServing(dir, next);
  for (const { layer, to } of changes) context.print(`${layer}: ${nameOf(before.serving[layer])} → ${nameOf(to)}`);
  return { serving: next.serving };
};

const nameOf = (promoted: Promoted): string => promoted?.member ?? "the rule";

/** Members that were trained behind others are promoted together with them. */
const requireUpstreams = (dir: string, { serving }: ServingFile, rules: Readonly<Record<BeliefLayer, string>>): void => {
  for (const layer of BELIEF_LAYERS) {
    const promoted = serving[layer];
    if (promoted === null) continue;
    const { upstreams } = readManifest(dir, { layer, member: promoted.member }).manifest;
    for (const before of ["regime", "pattern"] as const) {
      const wanted = upstreams[before]?.member;
      const serves = serving[before]?.member ?? rules[before];
      if (wanted !== undefined && wanted !== serves)
        throw new UserError(
          `${layer} member ${promoted.member} stands behind ${before} member ${wanted}, and ${serves} would serve: change both in one command`,
        );
    }
  }
};
