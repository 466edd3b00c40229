import { UserError } from "../src/domain/units.ts";

const LAYERS = ["regime", "pattern", "signal"] as const;
type ChallengedLayer = (typeof LAYERS)[number];

/** A member that is asked beside the one that serves, and of whom nobody takes notice. */
export interface Challenger {
  readonly layer: ChallengedLayer;
  /** A rule is named as it calls itself. */
  readonly member: string;
}

/** A member that serves one symbol. */
export interface Canary extends Challenger {
  readonly symbol: string;
}

/** `signal=lightgbm@3`. Throws a `UserError`. */
export const parseShadow = (text: string): Challenger =>
  challenger(text, `shadow "${text}" is none: give LAYER=MEMBER, e.g. signal=lightgbm@3`, text);

/** `BTCUSDT:signal=lightgbm@3`. Throws a `UserError`. */
export const parseCanary = (text: string): Canary => {
  const wrong = `canary "${text}" is none: give SYMBOL:LAYER=MEMBER, e.g. BTCUSDT:signal=lightgbm@3`;
  const [, symbol, rest] = /^([^:=]+):(.+)$/.exec(text) ?? [];
  if (symbol === undefined || rest === undefined) throw new UserError(wrong);
  return { symbol, ...challenger(rest, wrong, text) };
};

const challenger = (text: string, wrong: string, whole: string): Challenger => {
  const [layer = "", member = "", ...more] = text.split("=").map((word) => word.trim());
  if (member === "" || more.length > 0) throw new UserError(wrong);
  if (!isLayer(layer)) throw new UserError(`"${whole}": there is no layer "${layer}" to challenge (there are: ${LAYERS.join(", ")})`);
  return { layer, member };
};

const isLayer = (name: string): name is ChallengedLayer => (LAYERS as readonly string[]).includes(name);
