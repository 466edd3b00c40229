import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Event } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import { compareOnLine, mergeOnLine } from "./merge.ts";

/** An event of which only the order matters; `seq` marks source and place. */
const event = (knownAtMs: number, kind: Kind = Kind.kline, instrument = 0, seq = 0): Event =>
  ({ kind, seq, instrument, eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs }) as unknown as Event;

async function* source(batches: readonly (readonly Event[])[], closed?: () => void): AsyncGenerator<readonly Event[]> {
  try {
    for (const batch of batches) {
      await Promise.resolve();
      yield batch;
    }
  } finally {
    closed?.();
  }
}
const merged = async (sources: readonly AsyncIterable<readonly Event[]>[], burstEvents = 4096): Promise<(readonly Event[])[]> => {
  const bursts: (readonly Event[])[] = [];
  for await (const burst of mergeOnLine(sources, burstEvents)) bursts.push(burst);
  return bursts;
};

describe("mergeOnLine", () => {
  it("yields nothing of no source and of empty ones", async () => {
    expect(await merged([])).toEqual([]);
    expect(await merged([source([]), source([[], []])])).toEqual([]);
  });

  it("passes one source on in bursts of the asked size", async () => {
    const events = Array.from({ length: 10 }, (_, i) => event(i));
    const bursts = await merged([source([events.slice(0, 3), [], events.slice(3)])], 4);
    expect(bursts.map((burst) => burst.length)).toEqual([4, 4, 2]);
    expect(bursts.flat()).toEqual(events);
  });

  it("orders by time, rank, instrument, source", async () => {
    const order = [
      event(1, Kind.kline),
      event(2, Kind.funding),
      event(2, Kind.kline, 0, 1),
      event(2, Kind.kline, 0, 2),
      event(2, Kind.kline, 1),
      event(3),
    ];
    const [a, b, c, d, e, f] = order as [Event, Event, Event, Event, Event, Event];
    expect((await merged([source([[c, e]]), source([[a, d], [f]]), source([[b]])])).flat()).toEqual(order);
  });

  it("equals a stable sort, whatever the batches and the burst size (property)", async () => {
    const batches = fc.array(
      fc.array(fc.record({ time: fc.nat(8), kind: fc.constantFrom(Kind.funding, Kind.kline), instrument: fc.nat(2) }), { maxLength: 6 }),
      {
        maxLength: 4,
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(batches, { maxLength: 4 }), fc.integer({ min: 1, max: 9 }), async (raw, burstEvents) => {
        const sources = raw.map((parts, s) => {
          const sorted = parts
            .flat()
            .map(({ time, kind, instrument }, i) => event(time, kind, instrument, s * 1000 + i))
            .sort(compareOnLine);
          let at = 0;
          return parts.map((part) => sorted.slice(at, (at += part.length)));
        });
        const bursts = await merged(
          sources.map((parts) => source(parts)),
          burstEvents,
        );
        expect(bursts.flat()).toEqual(sources.flat(2).sort(compareOnLine));
        expect(bursts.slice(0, -1).every((burst) => burst.length === burstEvents)).toBe(true);
      }),
    );
  });

  it("throws when a source goes backwards, in a batch or between two", async () => {
    await expect(merged([source([[event(2), event(1)]])])).rejects.toThrow(/source 0 of the merge goes backwards/);
    await expect(merged([source([[event(5)]]), source([[event(2)], [event(2, Kind.funding)]])])).rejects.toThrow(/source 1 .* backwards/);
    await expect(merged([source([[event(2, Kind.kline, 1), event(2, Kind.kline, 0)]])])).rejects.toThrow(/backwards/);
  });

  it("passes a source's error on and ends the others", async () => {
    const closed: string[] = [];
    async function* broken(): AsyncGenerator<readonly Event[]> {
      yield [event(1)];
      await Promise.resolve();
      throw new Error("disk");
    }
    await expect(merged([source([[event(0)], [event(2)]], () => closed.push("a")), broken()])).rejects.toThrow("disk");
    expect(closed).toEqual(["a"]);
  });

  it("ends every source when the consumer leaves", async () => {
    const closed: string[] = [];
    const endless = (name: string): AsyncIterable<readonly Event[]> =>
      source(
        Array.from({ length: 100 }, (_, i) => [event(i)]),
        () => closed.push(name),
      );
    for await (const burst of mergeOnLine([endless("a"), endless("b")], 3)) {
      expect(burst).toHaveLength(3);
      break;
    }
    expect(closed.sort()).toEqual(["a", "b"]);
  });
});
