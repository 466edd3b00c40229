import type { RiposteConfig } from "../../../config/schema.ts";
import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer, Upstreams } from "../../../models/serving.ts";
import { UserError } from "../../domain/units.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import { MemberRefusal } from "../../store/models/memberName.ts";
import type { Change, Promoted, ServingFile } from "../../store/models/servingFile.ts";
import { changed, promotedBefore, readServing, writeServing } from "../../store/models/servingFile.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import type { VerifyOptions } from "../../store/models/verifyMember.ts";
import { patternMember, regimeMember, signalMember } from "../members/members.ts";
import { requirePromoted } from "../members/promoted.ts";
import { promotionIn, rollbackIn, speakerOf } from "./shadowEvidence.ts";
import type { Speaker } from "./shadowEvidence.ts";
import type { ModelsWork } from "./work.ts";
import { layerOf, memberOf, optionsOf } from "./work.ts";

/** Members serve wherever a config says `promoted`: all of them, or none if one may not. */
export const promote = async (work: ModelsWork): Promise<unknown> => {
  const { config, dir, words, values } = work;
  if (words.length === 0) throw new UserError("promote needs a member: riposte models promote signal=lightgbm@3", 2);
  const override = typeof values["override"] === "string" ? values["override"].trim() : null;
  if (override === "") throw new UserError("--override needs a reason", 2);
  const run = shadowRun(work);
  if (run !== null && override !== null) throw new UserError("--shadow is evidence, and --override does without: give one of them", 2);
  const options = await optionsOf(config);
  const rules = await rulesOf(config);
  const before = readServing(dir).serving;
  const changes: Omit<Change, "from">[] = [];
  for (const of of words.map(memberOf)) {
    const at = new Date().toISOString();
    const now = speakerOf(before[of.layer], rules[of.layer]);
    const artefact = of.member === rules[of.layer] ? null : verifyMember(of, options).artefact;
    const shadow = run === null ? {} : { shadow: await promotionIn(config, run, of, artefact?.sha256 ?? null, now) };
    const to = artefact === null ? null : { member: of.member, sha256: artefact.sha256 };
    const passed = artefact === null || run !== null || artefact.manifest.verdict === "passed";
    if (!passed && override === null) throw unproven(of, artefact.manifest.verdict);
    changes.push({ at, layer: of.layer, to, action: "promote", override: passed ? null : override, ...shadow });
  }
  // Who serves already is not promoted once more: a rollback would lead to itself.
  return change(
    changes.filter(({ layer, to }) => !isSame(before[layer], to)),
    { work, options, rules, named: changes },
  );
};

/** The kept run of `--shadow`; null: none was named. */
const shadowRun = ({ values }: ModelsWork): string | null => (typeof values["shadow"] === "string" ? values["shadow"] : null);

const unproven = ({ layer, member }: MemberName, verdict: string | null): UserError => {
  const why = verdict === null ? "it has no verdict of a validation" : `its verdict is ${verdict}`;
  return new UserError(
    `${layer} member ${member} is not promoted: ${why}; --override "reason" promotes it all the same, and is written down; --shadow RUN promotes it by a comparison`,
  );
};

/** The member before serves again, or the rule. */
export const rollback = async (work: ModelsWork): Promise<unknown> => {
  const { config, dir, words } = work;
  if (words.length === 0) throw new UserError("rollback needs a layer: riposte models rollback signal", 2);
  const file = readServing(dir);
  const options = await optionsOf(config);
  const rules = await rulesOf(config);
  const run = shadowRun(work);
  const changes: Omit<Change, "from">[] = [];
  for (const layer of words.map(layerOf)) {
    const to = promotedBefore(file, layer);
    if (to === undefined) throw new UserError(`nobody was promoted in the ${layer} layer: there is nothing to go back to`);
    const [now, then] = [file.serving[layer], to].map((each) => speakerOf(each, rules[layer])) as [Speaker, Speaker];
    const shadow = run === null ? {} : { shadow: await rollbackIn(config, run, layer, now, then) };
    changes.push({ at: new Date().toISOString(), layer, to, action: "rollback", override: null, ...shadow });
  }
  return change(changes, { work, options, rules, named: changes });
};

interface Changing {
  readonly work: ModelsWork;
  readonly options: VerifyOptions;
  readonly rules: Rules;
  /** What the user named; those among them that change nothing are not in the history. */
  readonly named: readonly Omit<Change, "from">[];
}

const change = (changes: readonly Omit<Change, "from">[], { work: { dir, context }, options, rules, named }: Changing): unknown => {
  const before = readServing(dir);
  const twice = named.find(({ layer }, at) => named.findIndex((other) => other.layer === layer) !== at);
  if (twice !== undefined) throw new UserError(`${twice.layer} is named twice`, 2);
  const next = changed(before, changes);
  requireTogether(next, options, rules);
  if (changes.length > 0) writeServing(dir, next);
  for (const one of named)
    context.print(
      changes.includes(one)
        ? `${one.layer}: ${nameOf(before.serving[one.layer])} → ${nameOf(one.to)}`
        : `${one.layer}: ${nameOf(one.to)} serves already`,
    );
  return { serving: next.serving };
};

const isSame = (a: Promoted, b: Promoted): boolean => a?.member === b?.member && a?.sha256 === b?.sha256;
const nameOf = (promoted: Promoted): string => promoted?.member ?? "the rule";

/** By layer, as its rule calls itself. */
type Rules = Readonly<Record<BeliefLayer, string>>;

const rulesOf = async (config: RiposteConfig): Promise<Rules> => ({
  regime: (await regimeMember(config))?.name ?? "none",
  pattern: (await patternMember(config))?.name ?? "none",
  signal: (await signalMember(config)).name,
});

/** All that would be promoted may speak, is what was promoted, and stands behind those that it was trained behind. */
const requireTogether = ({ serving }: ServingFile, options: VerifyOptions, rules: Rules): void => {
  for (const layer of BELIEF_LAYERS) {
    const promoted = serving[layer];
    if (promoted === null) continue;
    for (const [before, wanted] of Object.entries(upstreamsOf({ layer, member: promoted.member }, promoted, options, rules))) {
      const serves = serving[before as BeliefLayer]?.member ?? rules[before as BeliefLayer];
      if (wanted !== serves)
        throw new UserError(
          `${layer} member ${promoted.member} stands behind ${before} member ${wanted}, and ${serves} would serve: change both in one command`,
        );
    }
  }
};

const upstreamsOf = (of: MemberName, promoted: NonNullable<Promoted>, options: VerifyOptions, rules: Rules): Upstreams => {
  try {
    const { member, artefact } = verifyMember(of, options);
    requirePromoted(of, artefact.sha256, promoted);
    return member.upstreams;
  } catch (error) {
    if (!(error instanceof MemberRefusal)) throw error;
    throw new UserError(`${error.message}; riposte models promote ${of.layer}=${rules[of.layer]} lets the rule serve`);
  }
};
