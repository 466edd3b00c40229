import type { BeliefLayer, Serving } from "../../../models/serving.ts";
import { BELIEF_LAYERS, refusedKey, servingOf, swapped } from "../../../models/serving.ts";
import { formatUtc } from "../../domain/time.ts";
import { HOUR_MS } from "../../domain/units.ts";
import { registryOf } from "../../pipeline.ts";
import type { VerifiedMember } from "../../store/models/verifyMember.ts";
import type { LayerMembers } from "../members/layers.ts";
import { memberHashes } from "../members/trained.ts";

/** A member while it serves a layer. */
interface ServingSpan {
  readonly layer: BeliefLayer;
  readonly member: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** What it is there, where it does not just serve. */
  readonly as?: string;
}

/** Throws a `UserError` where the members of a config cannot serve together. */
export const requireServing = (layers: LayerMembers): void => void servingOf(registryOf(layers), layers.serving);

/** Who serves when, as the line itself will have it: a swap that is refused changes nothing. */
const servingSpans = (layers: LayerMembers, fromMs: number, toMs: number): ServingSpan[] => {
  const registry = registryOf(layers);
  let serving: Serving = servingOf(registry, layers.serving);
  const spans: ServingSpan[] = [];
  const since = { regime: fromMs, pattern: fromMs, signal: fromMs };
  const end = (layer: BeliefLayer, atMs: number): void => {
    if (atMs > since[layer]) spans.push({ layer, member: serving[layer], fromMs: since[layer], toMs: atMs });
    since[layer] = Math.max(atMs, since[layer]);
  };
  for (const { atMs, members } of layers.trained.swaps) {
    if (atMs >= toMs) break;
    const next = swapped(registry, serving, members).serving;
    for (const layer of BELIEF_LAYERS) if (next[layer] !== serving[layer]) end(layer, atMs);
    serving = next;
  }
  for (const layer of BELIEF_LAYERS) end(layer, toMs);
  return spans;
};

/** What a run says of the trained members that may speak in it. */
export interface TrainedFacts {
  readonly models: Readonly<Record<string, string>>;
  readonly inSample: readonly string[];
}

export const trainedFacts = (layers: LayerMembers, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }): TrainedFacts => ({
  models: memberHashes(layers.trained),
  inSample: inSample(layers, fromMs, toMs),
});

/** Shadows and canaries stand there from the start; a shadow may come to serve. */
const challengerSpans = ({ trained: { shadows, canaries } }: LayerMembers, fromMs: number, toMs: number): ServingSpan[] => [
  ...shadows.map(({ layer, member }) => ({ layer, member, fromMs, toMs, as: "is a shadow" })),
  ...canaries.map(({ layer, member, symbol }) => ({ layer, member, fromMs, toMs, as: `serves ${symbol}` })),
];

/** A line for every member that serves inside its training span and embargo, or inside those of a member before it. */
const inSample = (layers: LayerMembers, fromMs: number, toMs: number): string[] => {
  const known = new Map(layers.trained.verified.map((each) => [refusedKey(each.artefact.of.layer, each.artefact.of.member), each]));
  const lines = [...servingSpans(layers, fromMs, toMs), ...challengerSpans(layers, fromMs, toMs)].flatMap((span) => {
    const member = known.get(refusedKey(span.layer, span.member));
    return member === undefined
      ? []
      : trainings(member)
          .filter((each) => overlaps(span, each))
          .map((each) => lineOf(span, each));
  });
  return [...new Set(lines)];
};

interface Training {
  readonly who: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly embargoMs: number;
}

const trainings = ({ artefact, upstreams }: VerifiedMember): Training[] =>
  [artefact, ...upstreams].map(({ of, manifest: { training } }, i) => ({
    who: i === 0 ? "it" : `its upstream, ${of.layer} member ${of.member},`,
    ...training,
  }));

const overlaps = (span: ServingSpan, { fromMs, toMs, embargoMs }: Training): boolean =>
  span.fromMs < toMs + embargoMs && span.toMs > fromMs;

const lineOf = (span: ServingSpan, { who, fromMs, toMs, embargoMs }: Training): string => {
  const { layer, member, as = "serves" } = span;
  const serves = `${layer} member ${member} ${as} from ${formatUtc(span.fromMs)} to ${formatUtc(span.toMs)}`;
  return `${serves}, and ${who} was trained on ${formatUtc(fromMs)} to ${formatUtc(toMs)} with an embargo of ${Math.round(embargoMs / HOUR_MS)} h.`;
};
