import type { Event } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { InvariantError, UserError } from "../../domain/units.ts";
import { DecisionTrail } from "../../engine/decisionTrail.ts";
import type { CommandContext } from "../frame/command.ts";
import { isModulePath, moduleNames } from "../members/moduleFiles.ts";
import { beliefsOf } from "./beliefs.ts";
import type { ComposedRun } from "./composeRun.ts";
import { replayRun } from "./replayRun.ts";

/** Events of a burst in the second pass: another number than any that is likely to be asked for. */
const BURST = 997;

/**
 * Runs a second pass over the events of a run, in bursts of another size, with the same modules, and compares what both decided. Throws
 * a `UserError` that names the first bar that differs. False: it was stopped.
 */
export const verifyRun = async (run: ComposedRun, first: DecisionTrail, context: CommandContext): Promise<boolean> => {
  const second = new DecisionTrail();
  const size = run.config.line.burstEvents === BURST ? BURST >> 1 : BURST;
  const { aborted } = await replayRun(run, {
    events: inBursts(run.data.events(), size),
    beliefs: await beliefsOf(null, run),
    hash: second,
    signal: context.signal,
    progress: (bars) => {
      context.progress("verifying", bars, run.data.expectedBars);
    },
  });
  if (aborted) return false;
  const difference = first.differsFrom(second);
  if (difference === undefined) return true;
  const { instrument, knownAtMs } = difference;
  const bar = `the bar of ${run.data.instruments[instrument]?.symbol ?? ""} that closed at ${formatUtc(knownAtMs)}`;
  const modules = moduleNames(run.config).filter(isModulePath);
  if (modules.length === 0) throw new InvariantError(`two passes over the same events decide otherwise at ${bar}`);
  throw new UserError(
    `two passes over the same events do not decide the same, first at ${bar}: ${modules.join(" or ")} keeps something outside of its state; what lasts from bar to bar belongs into what init returns`,
  );
};

async function* inBursts(events: AsyncIterable<readonly Event[]>, size: number): AsyncGenerator<readonly Event[], void, undefined> {
  let burst: Event[] = [];
  for await (const some of events) {
    for (const event of some) {
      burst.push(event);
      if (burst.length < size) continue;
      yield burst;
      burst = [];
    }
  }
  if (burst.length > 0) yield burst;
}
