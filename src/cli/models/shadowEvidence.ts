import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RiposteConfig } from "../../../config/schema.ts";
import { formatUtc } from "../../domain/time.ts";
import { UserError } from "../../domain/units.ts";
import { findRun } from "../../record/runs/findRun.ts";
import type { RunFile } from "../../record/runs/runFile.ts";
import { RunShelf } from "../../record/runs/runShelf.ts";
import { verifyRun } from "../../record/runs/verifyRun.ts";
import type { ShadowResult } from "../../record/shadowRecord.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import type { Promoted, ShadowEvidence } from "../../store/models/servingFile.ts";

/** Somebody who serves, or is to: a trained member with its hash, or a rule, which has none. */
export interface Speaker {
  readonly member: string;
  readonly sha256: string | null;
}

/** A member as `serving.json` knows it; null stands for the rule of that name. */
export const speakerOf = (promoted: Promoted, rule: string): Speaker => promoted ?? { member: rule, sha256: null };

interface Compared {
  readonly run: RunFile;
  readonly result: ShadowResult;
}

/** What a kept run says for a challenger to take the place of who serves now. Throws a `UserError` where it does not say that. */
export const promotionIn = async (
  config: Pick<RiposteConfig, "runs" | "models">,
  word: string,
  { layer, member }: MemberName,
  sha256: string | null,
  now: Speaker,
): Promise<ShadowEvidence> => {
  const { run, result } = await comparedIn(config, word, layer, { member, sha256 }, now);
  if (result.needed < 1 / config.models.test.alpha)
    throw new UserError(
      `run ${run.id} asked for an e-value of ${result.needed} only: models.test.alpha here asks for ${1 / config.models.test.alpha}`,
    );
  if (result.promotedMs === null)
    throw new UserError(`run ${run.id} does not promote ${layer} member ${member}: its e-values did not reach ${result.needed}`);
  if (result.rolledBackMs !== null)
    throw new UserError(`run ${run.id} promotes ${layer} member ${member} and rolls it back on ${formatUtc(result.rolledBackMs)}`);
  return evidenceOf(run, { ...result, days: result.promotedDays ?? result.days }, result.promotedMs);
};

/** What a kept run says for who served before to take the place of who serves now. */
export const rollbackIn = async (
  config: Pick<RiposteConfig, "runs">,
  word: string,
  layer: MemberName["layer"],
  now: Speaker,
  before: Speaker,
): Promise<ShadowEvidence> => {
  const { run, result } = await comparedIn(config, word, layer, now, before);
  if (result.rolledBackMs === null) throw new UserError(`run ${run.id} does not roll ${layer} member ${now.member} back`);
  return evidenceOf(run, result, result.rolledBackMs);
};

/** The comparison of a run whose files are as they were written, out of sample, with exactly these two. */
const comparedIn = async (
  { runs }: Pick<RiposteConfig, "runs">,
  word: string,
  layer: MemberName["layer"],
  challenger: Speaker,
  champion: Speaker,
): Promise<Compared> => {
  const { run, filesDir } = findRun(new RunShelf(runs.dir), word);
  if (run.status !== "done" || run.kind !== "backtest") throw new UserError(`run ${run.id} is no backtest that came to its end`);
  const { faults } = await verifyRun(filesDir);
  if (faults[0] !== undefined) throw new UserError(faults[0]);
  if (run.inSample === true) throw new UserError(`run ${run.id} is IN-SAMPLE: it proves nothing`);
  const summary = JSON.parse(readFileSync(join(filesDir, "summary.json"), "utf8")) as { readonly shadows?: readonly ShadowResult[] };
  const result = summary.shadows?.find((each) => each.layer === layer && each.challenger === challenger.member);
  if (result === undefined) throw new UserError(`run ${run.id} had no shadow ${layer}=${challenger.member}`);
  if (result.champion !== champion.member)
    throw new UserError(
      `run ${run.id} compares ${layer} member ${challenger.member} with ${result.champion}, and not with ${champion.member}`,
    );
  for (const { member, sha256 } of [challenger, champion])
    if (sha256 !== null && run.hashes.models?.[`${layer}/${member}`] !== sha256)
      throw new UserError(`run ${run.id} was made with another ${layer} member ${member} than the one that is there now`);
  return { run, result };
};

const evidenceOf = (
  run: RunFile,
  { champion, challenger, eChampion, eNothing, eRollBack, days }: ShadowResult,
  atMs: number,
): ShadowEvidence => ({
  ...{ run: run.id, decisionsSha256: run.hashes.decisions ?? "", data: run.data.source, champion, challenger },
  ...{ eChampion, eNothing, eRollBack, days, on: formatUtc(atMs).slice(0, 10) },
});
