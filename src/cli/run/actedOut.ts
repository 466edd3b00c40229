import type { AskedSwap, ShadowJudge } from "../../lab/shadow/shadowJudge.ts";
import type { Event } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { utcDayStart } from "../../domain/units.ts";
import type { ComposedRun } from "./composeRun.ts";
import { swapCommand, swappedData } from "./swapCommands.ts";

/**
 * The events of a run with the swaps that its judge asks for. A burst ends with the last event known at 00:00 UTC, so that the judge has
 * looked when the first one behind it is due; what it asks for then stands between the two. Events of a journal hold those swaps already.
 */
export async function* actedOut(
  events: AsyncIterable<readonly Event[]>,
  judge: ShadowJudge,
): AsyncGenerator<readonly Event[], void, undefined> {
  let next = 0;
  let dayMs: number | null = null;
  for await (const burst of events) {
    let from = 0;
    for (const [at, { knownAtMs }] of burst.entries()) {
      const day = dayBehind(knownAtMs);
      if (dayMs !== null && day > dayMs) {
        if (at > from) yield burst.slice(from, at);
        from = at;
        for (; (judge.asked[next]?.atMs ?? Infinity) < knownAtMs; next += 1) yield [commandOf(judge.asked[next] as AskedSwap)];
      }
      dayMs = day;
    }
    yield from === 0 ? burst : burst.slice(from);
  }
}

/** Midnight itself still belongs to the day before. */
const dayBehind = (knownAtMs: number): number => utcDayStart(knownAtMs - 1);

const commandOf = ({ atMs, layer, member }: AskedSwap): Event =>
  swapCommand({ atMs, members: { [layer]: member } }, { id: `shadow-${layer}-${atMs}`, by: "shadow", reason: "models.test.promote" });

/** A run as it went, with what its judge asked for written down as swaps: another pass needs no judge. */
export const asItWent = <R extends ComposedRun>(run: R, judge: ShadowJudge | null): R => {
  const { config } = run;
  if (judge === null || !config.models.test.promote || judge.asked.length === 0) return run;
  const swaps = judge.asked.map(({ atMs, layer, member }) => ({ atMs, members: { [layer]: member } }));
  const told = swaps.map(({ atMs, members }) => `${formatUtc(atMs)}:${Object.entries(members).flat().join("=")}`);
  const models = { ...config.models, swaps: [...config.models.swaps, ...told], test: { ...config.models.test, promote: false } };
  return { ...run, config: { ...config, models }, data: swappedData(run.data, swaps) };
};
