import type { Swap } from "../../../config/swaps.ts";
import type { Command, Event } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { NO_INSTRUMENT } from "../../domain/units.ts";
import type { RunData } from "../data/runData.ts";

/** The data of a run with its swaps on the line. */
export const swappedData = (data: RunData, swaps: readonly Swap[]): RunData =>
  swaps.length === 0
    ? data
    : {
        ...data,
        // Some are known only when the events have been read.
        get warnings() {
          return data.warnings;
        },
        events: () => withSwaps(data.events(), swaps),
      };

/**
 * Puts a `swapModel` command behind the last event that is known at its time, so that the bar that closes then is still the old member's;
 * swaps behind the end of the data are left out. `swaps` are in the order of their times.
 */
export async function* withSwaps(
  events: AsyncIterable<readonly Event[]>,
  swaps: readonly Swap[],
): AsyncGenerator<readonly Event[], void, undefined> {
  let next = 0;
  for await (const burst of events) {
    let from = 0;
    for (let at = 0; at < burst.length && next < swaps.length; at += 1) {
      const { knownAtMs } = burst[at] as Event;
      for (; (swaps[next]?.atMs ?? Infinity) < knownAtMs; next += 1) {
        if (at > from) yield burst.slice(from, at);
        from = at;
        yield [commandOf(swaps[next] as Swap)];
      }
    }
    yield from === 0 ? burst : burst.slice(from);
  }
}

const commandOf = ({ atMs, members }: Swap): Command => ({
  ...{ kind: Kind.command, seq: 0, instrument: NO_INSTRUMENT, eventTimeMs: atMs, receivedTimeMs: atMs, knownAtMs: atMs },
  ...{ command: "swapModel", id: `swap-${atMs}`, by: "config", reason: "models.swaps", argument: JSON.stringify(members) },
});
