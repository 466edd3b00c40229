import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { BeliefLayer } from "../../../models/serving.ts";

/** A trained member as configs, events and reports name it. */
export interface MemberName {
  readonly layer: BeliefLayer;
  /** `<name>@<version>`. */
  readonly member: string;
}

const NAME = /^([A-Za-z][\w-]{0,39})@([1-9]\d{0,8})$/;

/** Why a trained member may not speak: one line that names it. */
export class MemberRefusal extends UserError {
  readonly reason: string;
  constructor({ layer, member }: MemberName, reason: string) {
    super(`${layer} member ${member}: ${reason}`);
    this.reason = reason;
  }
}

/** A rule and a user's module have no version in their name. */
export const isTrainedName = (member: string): boolean => member.includes("@");

/** Name and version of a member. Throws a `MemberRefusal` for text that is none. */
export const nameAndVersion = (of: MemberName): { readonly name: string; readonly version: string } => {
  const [, name, version] = NAME.exec(of.member) ?? [];
  if (name === undefined || version === undefined)
    throw new MemberRefusal(of, "a trained member is named NAME@VERSION, a version of digits, e.g. lightgbm@3");
  return { name, version };
};

/** The folder of a member below that of all. */
export const memberFolder = (dir: string, of: MemberName): string => {
  const { name, version } = nameAndVersion(of);
  return join(dir, of.layer, name, version);
};

export const isBeliefLayer = (text: string): text is BeliefLayer => (BELIEF_LAYERS as readonly string[]).includes(text);
