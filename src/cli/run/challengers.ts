import type { BeliefLayer } from "../../../models/serving.ts";
import { servingOf } from "../../../models/serving.ts";
import type { InstrumentCanary, Shadows } from "../../../operators/layers.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { ShadowJudge } from "../../lab/shadow/shadowJudge.ts";
import { registryOf } from "../../pipeline.ts";
import type { ComposedRun } from "./composeRun.ts";
import { membersAt } from "./requireChallengers.ts";

/** Who is compared, for the line; undefined: nobody. */
const shadowsOf = ({ config, layers }: Pick<ComposedRun, "config" | "layers">): Shadows | undefined => {
  const { shadows } = layers.trained;
  if (shadows.length === 0) return undefined;
  const serving = servingOf(registryOf(layers), layers.serving);
  const members: Partial<Record<BeliefLayer, readonly string[]>> = {};
  for (const { layer, member } of shadows) members[layer] = [...(members[layer] ?? [serving[layer]]), member];
  return { members, everyMs: config.models.test.everyBars * MINUTE_MS };
};

/** Shadows and canaries of a run, as its line takes them. */
export const challengersOf = (
  run: Pick<ComposedRun, "config" | "layers">,
  instruments: readonly Instrument[],
): { readonly shadows?: Shadows; readonly canaries?: readonly InstrumentCanary[] } => {
  const shadows = shadowsOf(run);
  const { canaries } = run.layers.trained;
  const own = instruments.filter(({ symbol }) => canaries.some((each) => each.symbol === symbol));
  return {
    ...(shadows === undefined ? {} : { shadows }),
    ...(own.length === 0
      ? {}
      : { canaries: own.map(({ index, symbol }) => ({ instrument: index, members: membersAt(canaries, symbol) })) }),
  };
};

/** The judge of a run's shadows; null: it has none. */
export const judgeOf = (run: ComposedRun): ShadowJudge | null => {
  const { config, data, layers } = run;
  const shadows = shadowsOf(run);
  if (shadows === undefined) return null;
  const { labels, models, venue } = config;
  return new ShadowJudge({
    ...{ instruments: data.instruments, set: layers.features, fromMs: data.fromMs, toMs: data.toMs, ...shadows },
    ...{ stop: labels.stop, target: labels.target, horizonMs: labels.horizonMinutes * MINUTE_MS },
    ...{ alpha: models.test.alpha, actedOut: models.test.promote },
    costs: data.instruments.map(({ takerFeeRate }) => 2 * ((venue.takerFeeRate ?? takerFeeRate) + venue.slippageFraction)),
  });
};
