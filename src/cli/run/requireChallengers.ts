import type { RiposteConfig } from "../../../config/schema.ts";
import type { BeliefLayer, Serving } from "../../../models/serving.ts";
import { BELIEF_LAYERS, servingOf, swapped } from "../../../models/serving.ts";
import type { InstrumentCanary } from "../../../operators/layers.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import { HOUR_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import { registryOf } from "../../pipeline.ts";
import type { LayerMembers } from "../members/layers.ts";

/** Of the labels by which shadows are judged: a day must hold some of them whole. */
const HORIZON_MAX_MS = 20 * HOUR_MS;

/** Throws a `UserError` where a shadow or a canary of a config cannot be what it is named for. */
export const requireChallengers = (config: RiposteConfig, layers: LayerMembers): void => {
  const registry = registryOf(layers);
  const serving = servingOf(registry, layers.serving);
  const { shadows, canaries } = layers.trained;
  for (const [at, { layer, member }] of shadows.entries()) {
    const who = `shadow ${layer}=${member}`;
    if (layer === "pattern") throw new UserError(`${who}: members of L2 are not compared; there is no score of a pattern`);
    if (shadows.findIndex((other) => other.layer === layer && other.member === member) !== at) throw new UserError(`${who} is named twice`);
    // What would not take its place need only stand there itself.
    if (config.models.test.promote) requireBeside(who, { [layer]: member }, serving, registry);
    else requireUpstreams(who, layer, member, serving, registry);
    if (config.models.test.promote && shadows.filter((other) => other.layer === layer).length > 1)
      throw new UserError(`models.test.promote takes one shadow of a layer, and the ${layer} layer has several`);
  }
  if (shadows.length > 0) requireJudgeable(config, canaries);
  else if (config.models.test.promote)
    throw new UserError("models.test.promote needs somebody who may win: name a shadow, e.g. --shadow signal=lightgbm@3");
  for (const [at, { symbol, layer, member }] of canaries.entries()) {
    const who = `canary ${symbol}:${layer}=${member}`;
    if (!config.symbols.includes(symbol))
      throw new UserError(
        `${who}: ${symbol} is not among the symbols of the run${didYouMean(symbol, config.symbols) || ` (${config.symbols.join(", ")})`}`,
      );
    if (canaries.findIndex((other) => other.symbol === symbol && other.layer === layer) !== at)
      throw new UserError(`${symbol} has two canaries of the ${layer} layer: name one`);
    if (serving[layer] === member) throw new UserError(`${who}: it serves every symbol already`);
  }
  for (const symbol of new Set(canaries.map((each) => each.symbol))) {
    const members = membersAt(canaries, symbol);
    requireBeside(`canary ${symbol}:${textOf(members)}`, members, serving, registry);
  }
};

const requireBeside = (
  who: string,
  members: InstrumentCanary["members"],
  serving: Serving,
  registry: ReturnType<typeof registryOf>,
): void => {
  for (const layer of BELIEF_LAYERS) if (serving[layer] === members[layer]) throw new UserError(`${who}: it serves already`);
  const { refusal } = swapped(registry, serving, members);
  if (refusal !== "") throw new UserError(`${who}: ${refusal}`);
};

const requireUpstreams = (
  who: string,
  layer: BeliefLayer,
  member: string,
  serving: Serving,
  registry: ReturnType<typeof registryOf>,
): void => {
  if (serving[layer] === member) throw new UserError(`${who}: it serves already`);
  const known = registry[layer].find(({ name }) => name === member);
  if (known === undefined) throw new UserError(`${who}: ${swapped(registry, serving, { [layer]: member }).refusal}`);
  for (const [before, name] of Object.entries(known.upstreams ?? {}))
    if (serving[before as BeliefLayer] !== name)
      throw new UserError(
        `${who}: it stands behind ${before} member ${name}, and ${serving[before as BeliefLayer] || "none"} serves: let that one serve`,
      );
};

/** The canaries of a symbol, by layer. */
export const membersAt = (canaries: LayerMembers["trained"]["canaries"], symbol: string): InstrumentCanary["members"] =>
  Object.fromEntries(canaries.filter((each) => each.symbol === symbol).map(({ layer, member }) => [layer, member]));

const textOf = (members: InstrumentCanary["members"]): string =>
  Object.entries(members)
    .map(([layer, member]) => `${layer}=${member}`)
    .join(",");

const requireJudgeable = ({ labels, symbols }: RiposteConfig, canaries: LayerMembers["trained"]["canaries"]): void => {
  if (labels.unit !== "fraction") throw new UserError("shadows are judged on brackets of a fixed size: labels.unit must be fraction");
  if (labels.stop >= 1) throw new UserError(`shadows are judged on brackets of a fixed size: labels.stop is ${labels.stop}, not below 1`);
  if (labels.horizonMinutes * MINUTE_MS > HORIZON_MAX_MS)
    throw new UserError(`shadows are judged by days: labels.horizonMinutes may be ${HORIZON_MAX_MS / MINUTE_MS} at most`);
  if (symbols.every((symbol) => canaries.some((each) => each.symbol === symbol)))
    throw new UserError("shadows are judged on symbols without a canary: leave one symbol free");
};
