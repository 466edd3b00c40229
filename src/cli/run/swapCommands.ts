import type { Swap } from "../../../config/swaps.ts";
import type { Command, Event } from "../../domain/event.ts";
import { formatUtc } from "../../domain/time.ts";
import { Kind } from "../../domain/kind.ts";
import { NO_INSTRUMENT } from "../../domain/units.ts";
import type { RunData } from "../data/runData.ts";

/** The data of a run with its swaps on the line. */
export const swappedData = (data: RunData, swaps: readonly Swap[]): RunData => {
  if (swaps.length === 0) return data;
  let late: readonly Swap[] = [];
  return {
    ...data,
    // Some are known only when the events have been read.
    get warnings() {
      return [...data.warnings, ...late.map(lateText)];
    },
    events: () => withSwaps(data.events(), swaps, (left) => (late = left)),
  };
};

const lateText = ({ atMs, members }: Swap): string =>
  `A swap never happened: ${Object.entries(members)
    .map(([layer, member]) => `${layer}=${member}`)
    .join(",")} at ${formatUtc(atMs)}, and no event is known behind that time.`;

/**
 * Puts a `swapModel` command behind the last event that is known at its time, so that the bar that closes then is still the old member's;
 * swaps at or behind the end of the data are left out, and told to `late`. `swaps` are in the order of their times.
 */
export async function* withSwaps(
  events: AsyncIterable<readonly Event[]>,
  swaps: readonly Swap[],
  late: (left: readonly Swap[]) => void = () => undefined,
): AsyncGenerator<readonly Event[], void, undefined> {
  let next = 0;
  for await (const burst of events) {
    let from = 0;
    for (let at = 0; at < burst.length && next < swaps.length; at += 1) {
      const { knownAtMs } = burst[at] as Event;
      for (; (swaps[next]?.atMs ?? Infinity) < knownAtMs; next += 1) {
        if (at > from) yield burst.slice(from, at);
        from = at;
        yield [swapCommand(swaps[next] as Swap)];
      }
    }
    yield from === 0 ? burst : burst.slice(from);
  }
  late(swaps.slice(next));
}

/** The command on the line; `from`: who asks for it. */
export const swapCommand = ({ atMs, members }: Swap, from = { id: `swap-${atMs}`, by: "config", reason: "models.swaps" }): Command => ({
  ...{ kind: Kind.command, seq: 0, instrument: NO_INSTRUMENT, eventTimeMs: atMs, receivedTimeMs: atMs, knownAtMs: atMs },
  ...{ command: "swapModel", ...from, argument: JSON.stringify(members) },
});
