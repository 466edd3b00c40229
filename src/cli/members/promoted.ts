import type { LoadedConfig } from "../../../config/load.ts";
import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer } from "../../../models/serving.ts";
import { readManifest } from "../../store/models/artefact.ts";
import type { MemberName } from "../../store/models/memberName.ts";
import { MemberRefusal } from "../../store/models/memberName.ts";
import type { Promoted } from "../../store/models/servingFile.ts";
import { readServing } from "../../store/models/servingFile.ts";
import type { CommandContext } from "../frame/command.ts";
import { modelsDir } from "./trained.ts";

/** Stands in `models.serve` for the member that `models promote` named. */
const PROMOTED = "promoted";

/**
 * The config of a run, with the members that are promoted by their names: they decide what it does, so all that hashes, records or compares
 * the config must see them. Throws a `MemberRefusal` for one that was changed after it was promoted.
 */
export const withPromoted = (loaded: LoadedConfig, { log }: Pick<CommandContext, "log">): LoadedConfig => {
  const { config } = loaded;
  const asking = BELIEF_LAYERS.filter((layer) => config.models.serve[layer] === PROMOTED);
  if (asking.length === 0) return loaded;
  const dir = modelsDir(config);
  const { serving } = readServing(dir);
  const nobody = asking.filter((layer) => serving[layer] === null);
  if (nobody.length > 0)
    log(`NOTE nobody is promoted in ${nobody.join(", ")}: the rule serves there (riposte models list shows who serves)`);
  const named = Object.fromEntries(asking.map((layer) => [layer, nameOf(dir, layer, serving[layer])]));
  return { ...loaded, config: { ...config, models: { ...config.models, serve: { ...config.models.serve, ...named } } } };
};

const nameOf = (dir: string, layer: BeliefLayer, promoted: Promoted): string | null => {
  if (promoted === null) return null;
  const of = { layer, member: promoted.member };
  requirePromoted(of, readManifest(dir, of).sha256, promoted);
  return promoted.member;
};

/** Throws a `MemberRefusal` where a member has another hash than when it was promoted. */
export const requirePromoted = (of: MemberName, sha256: string, promoted: NonNullable<Promoted>): void => {
  if (sha256 === promoted.sha256) return;
  throw new MemberRefusal(of, "it is not the one that was promoted: its manifest has another SHA-256; verify it, and promote it again");
};
