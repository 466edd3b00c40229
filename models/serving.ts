import { didYouMean } from "../src/domain/nearestName.ts";
import { UserError } from "../src/domain/units.ts";

/** The layers before L4, in the order of the line. */
export const BELIEF_LAYERS = ["regime", "pattern", "signal"] as const;
export type BeliefLayer = (typeof BELIEF_LAYERS)[number];
const LAYER_NAMES = [...BELIEF_LAYERS, "position"] as const;
export type LayerName = (typeof LAYER_NAMES)[number];

/** Members of earlier layers, by layer, that a member needs before it. */
export type Upstreams = Readonly<Partial<Record<BeliefLayer, string>>>;

/** A member as far as it matters for who may serve. */
interface Named {
  readonly name: string;
  readonly upstreams?: Upstreams;
}

/** Who may serve, by layer; the first is the layer's rule. A layer without members is not on the line. */
export interface Registry<M extends Named = Named> extends Readonly<Record<LayerName, readonly M[]>> {
  /** Members that somebody named and that may not serve: why, by `refusedKey`. */
  readonly refused?: Readonly<Record<string, string>>;
}

export const refusedKey = (layer: string, member: string): string => `${layer} ${member}`;

/** Who serves, by layer; "" where there is no layer. Plain data: every layer keeps its own and follows the same events. */
export type Serving = Readonly<Record<LayerName, string>>;

/** The rules serve, but for the layers that `chosen` names. Throws a `UserError` where that cannot be. */
export const servingOf = (registry: Registry, chosen: Partial<Serving> = {}): Serving => {
  for (const layer of LAYER_NAMES) requireOneName(layer, registry[layer]);
  const rules = Object.fromEntries(LAYER_NAMES.map((layer) => [layer, registry[layer][0]?.name ?? ""])) as Record<LayerName, string>;
  const { serving, refusal } = swapped(registry, rules, chosen);
  if (refusal !== "") throw new UserError(refusal);
  return serving;
};

const requireOneName = (layer: LayerName, members: readonly Named[]): void => {
  const twice = members.find(({ name }, at) => members.findIndex((other) => other.name === name) !== at);
  if (twice !== undefined) throw new UserError(`two members of the ${layer} layer are called ${twice.name}: give each a name of its own`);
};

/** What a `swapModel` command asks for: its argument is a JSON object of member names by layer. */
export const swapOf = (argument: string): Readonly<Record<string, unknown>> | null => {
  try {
    const parsed: unknown = JSON.parse(argument);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
};

/** Who serves after a change, whole or not at all: with a `refusal`, `serving` stays as it was. */
export const swapped = (
  registry: Registry,
  serving: Serving,
  change: Readonly<Record<string, unknown>> | null,
): { readonly serving: Serving; readonly refusal: string } => {
  const refused = (refusal: string): { serving: Serving; refusal: string } => ({ serving, refusal });
  if (change === null) return refused('swapModel takes a JSON object of members by layer, e.g. {"signal":"lightgbm@3"}');
  const next: Record<LayerName, string> = { ...serving };
  for (const [layer, name] of Object.entries(change)) {
    if (!isLayer(layer)) return refused(`there is no layer ${layer}${didYouMean(layer, [...LAYER_NAMES])}`);
    const names = registry[layer].map((member) => member.name);
    const why = registry.refused?.[refusedKey(layer, String(name))];
    if (why !== undefined) return refused(`${layer} member ${String(name)}: ${why}`);
    if (typeof name !== "string" || !names.includes(name))
      return refused(`there is no member ${String(name)} of the ${layer} layer (there are: ${names.join(", ") || "none"})`);
    next[layer] = name;
  }
  for (const layer of LAYER_NAMES) {
    const { upstreams = {} } = registry[layer].find(({ name }) => name === next[layer]) ?? {};
    for (const [before, name] of Object.entries(upstreams))
      if (next[before as BeliefLayer] !== name)
        return refused(
          `${layer} member ${next[layer]} stands behind ${before} member ${name}, and ${next[before as BeliefLayer] || "none"} serves`,
        );
  }
  return { serving: next, refusal: "" };
};

const isLayer = (name: string): name is LayerName => (LAYER_NAMES as readonly string[]).includes(name);
