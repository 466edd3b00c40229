import { UserError } from "../src/domain/units.ts";
import { parseTime } from "../src/domain/time.ts";

/** A change of who serves, from a time on. */
export interface Swap {
  readonly atMs: number;
  /** By layer; a rule is named as it calls itself. */
  readonly members: Readonly<Record<string, string>>;
}

/** Between two swaps in one text: commas stand within a swap too, and a time begins with a digit. */
export const BETWEEN_SWAPS = /,(?=\s*\d)/;

const LAYERS = ["regime", "pattern", "signal"];

/** `2023-07-01:signal=lightgbm@3,regime=logit@3`. Throws a `UserError`. */
export const parseSwap = (text: string): Swap => {
  const [, time, change] = /^([^=]+):([^:=]+=.*)$/.exec(text) ?? [];
  if (time === undefined || change === undefined)
    throw new UserError(`swap "${text}" is none: give TIME:LAYER=MEMBER, e.g. 2023-07-01:signal=lightgbm@3,regime=logit@3`);
  const members: Record<string, string> = {};
  for (const part of change.split(",")) {
    const [layer = "", member = "", ...more] = part.split("=").map((word) => word.trim());
    if (!LAYERS.includes(layer))
      throw new UserError(`swap "${text}": there is no layer "${layer}" to swap (there are: ${LAYERS.join(", ")})`);
    if (member === "" || more.length > 0) throw new UserError(`swap "${text}": ${layer} needs one member, e.g. ${layer}=lightgbm@3`);
    if (Object.hasOwn(members, layer)) throw new UserError(`swap "${text}" names ${layer} twice`);
    members[layer] = member;
  }
  return { atMs: parseTime(time), members };
};
