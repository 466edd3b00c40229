import fc from "fast-check";
import { pipe, Subject } from "rxjs";
import type { MonoTypeOperatorFunction } from "rxjs";
import { describe, expect, it } from "vitest";
import { StepError, stepOperator } from "../../operators/stepOperator.ts";
import { funding, kline } from "../../test/items.ts";
import type { Event } from "../domain/event.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import { drive } from "./driver.ts";

const klines = (...counts: readonly number[]): Event[][] => {
  let at = 0;
  return counts.map((count) => Array.from({ length: count }, () => kline({ at: (at += 1), seq: -1 })));
};
/** A source that says when it was left. */
const watched = (bursts: readonly (readonly Event[])[], log: string[], error?: Error) =>
  (async function* () {
    try {
      for (const burst of bursts) yield burst;
      if (error !== undefined) throw error;
      log.push("source ended");
    } finally {
      log.push("source closed");
    }
  })();
const nothing = pipe() as MonoTypeOperatorFunction<Item>;
const throwIt = (): never => {
  throw new Error("tap");
};
const word = (item: Item): string => (item.kind === Kind.barrier ? "|" : String(item.seq));

describe("drive", () => {
  it("numbers events + 1 each and ends every burst with a barrier, an empty one too", async () => {
    const heard: string[] = [];
    const result = await drive(klines(2, 0, 3), nothing, (item) => heard.push(word(item)));
    expect(heard.join(" ")).toBe("0 1 | | 2 3 4 |");
    expect(result).toMatchObject({ events: 5, bursts: 3, aborted: false });
    expect(result.lineSeconds).toBeGreaterThanOrEqual(0);
  });

  it("numbers on from firstSeq, whatever the bursts (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { maxLength: 8 }), fc.nat(), async (counts, firstSeq) => {
        const heard: Item[] = [];
        const { events } = await drive(klines(...counts), nothing, (item) => heard.push(item), { firstSeq });
        const seqs = heard.filter((item) => item.kind !== Kind.barrier).map(({ seq }) => seq);
        expect(seqs).toEqual(seqs.map((_, i) => firstSeq + i));
        expect(events).toBe(seqs.length);
        expect(heard.length - seqs.length).toBe(counts.length);
      }),
      { numRuns: 50 },
    );
  });

  it("journals each event, numbered, before the line sees it", async () => {
    const log: string[] = [];
    const journal = {
      append: (event: Event) => log.push(`journal ${event.seq}`),
      flush: async () => undefined,
      close: async () => undefined,
    };
    await drive(klines(2, 1), nothing, (item) => log.push(`line ${word(item)}`), { journal });
    expect(log).toEqual(["journal 0", "line 0", "journal 1", "line 1", "line |", "journal 2", "line 2", "line |"]);
  });

  it("takes a live stream too, whose bursts are what has arrived", async () => {
    const stream$ = new Subject<readonly Event[]>();
    const heard: string[] = [];
    const driven = drive(stream$, nothing, (item) => heard.push(word(item)));
    for (const burst of klines(2, 1)) stream$.next(burst);
    expect(heard.join(" ")).toBe("0 1 | 2 |");
    stream$.complete();
    expect(await driven).toMatchObject({ events: 3, bursts: 2, aborted: false });
  });

  it("leaves a live stream that says nothing, as soon as it is told to stop", async () => {
    const stream$ = new Subject<readonly Event[]>();
    const abort = new AbortController();
    const driven = drive(stream$, nothing, () => undefined, { signal: abort.signal });
    stream$.next(klines(2)[0] as Event[]);
    abort.abort();
    expect(stream$.observed).toBe(false);
    expect(await driven).toMatchObject({ events: 2, aborted: true });
  });

  it("refuses a burst that arrives inside another one: their events would mix", async () => {
    const stream$ = new Subject<readonly Event[]>();
    const driven = drive(stream$, nothing, ({ seq }) => {
      if (seq === 0) stream$.next(klines(1)[0] as Event[]);
    });
    stream$.next(klines(2)[0] as Event[]);
    await expect(driven).rejects.toThrow(/a burst arrived while the line was at work on another/);
  });

  it("rejects with the line's error, whatever closing the source says", async () => {
    async function* source() {
      try {
        yield klines(1)[0] as Event[];
        yield klines(1)[0] as Event[];
      } finally {
        throw new Error("closing failed");
      }
    }
    await expect(drive(source(), nothing, throwIt)).rejects.toThrow("tap");
  });

  it("leaves a live stream when told to stop, or when the line fails", async () => {
    for (const fails of [false, true]) {
      const stream$ = new Subject<readonly Event[]>();
      const abort = new AbortController();
      const driven = drive(stream$, nothing, () => (fails ? throwIt() : undefined), { signal: abort.signal }).catch(
        (error: unknown) => error,
      );
      stream$.next(klines(1)[0] as Event[]);
      abort.abort();
      stream$.next(klines(1)[0] as Event[]);
      expect(stream$.observed).toBe(false);
      if (fails) expect(await driven).toMatchObject({ message: "tap" });
      else expect(await driven).toMatchObject({ events: 1, aborted: true });
    }
  });

  it("says after each burst how far it is", async () => {
    const heard: unknown[] = [];
    const bursts = [[kline({ at: 0 }), funding({ at: 7 })], [kline({ at: 8 })]];
    await drive(bursts, nothing, () => undefined, { onBurst: (events, knownAtMs) => heard.push([events, knownAtMs]) });
    expect(heard).toEqual(bursts.map((burst, i) => [i + 2, (burst.at(-1) as Event).knownAtMs]));
  });

  it("completes the line when the source ends, and lets it flush", async () => {
    const log: string[] = [];
    const flushing = stepOperator<null>("flushing", () => null, {}, { flush: (_, emit) => emit(funding({ at: 9 })) });
    await drive(watched(klines(1), log), flushing, (item) => log.push(word(item)));
    expect(log).toEqual(["0", "|", "source ended", "source closed", "9"]);
  });

  it("stops between two bursts when told to: the source is closed, the line not completed", async () => {
    const log: string[] = [];
    const flushing = stepOperator<null>("flushing", () => null, {}, { flush: () => log.push("flushed") });
    const abort = new AbortController();
    const stop = (item: Item): void => {
      log.push(word(item));
      if (item.seq === 2) abort.abort();
    };
    const result = await drive(watched(klines(2, 3, 4), log), flushing, stop, { signal: abort.signal });
    expect(log).toEqual(["0", "1", "|", "2", "3", "4", "|", "source closed"]);
    expect(result).toMatchObject({ aborted: true, events: 5, bursts: 2 });
  });

  it("does nothing when it was told to stop before", async () => {
    const log: string[] = [];
    const result = await drive(watched(klines(2), log), nothing, (item) => log.push(word(item)), { signal: AbortSignal.abort() });
    expect(log).toEqual(["source closed"]);
    expect(result).toMatchObject({ aborted: true, events: 0, bursts: 0 });
  });

  it("rejects with the source's error; nothing is flushed", async () => {
    const log: string[] = [];
    const flushing = stepOperator<null>("flushing", () => null, {}, { flush: () => log.push("flushed") });
    const error = new Error("disk gone");
    await expect(drive(watched(klines(1), log, error), flushing, (item) => log.push(word(item)))).rejects.toBe(error);
    expect(log).toEqual(["0", "|", "source closed"]);
  });

  it("rejects with the line's error, and closes the source", async () => {
    const log: string[] = [];
    const failing = stepOperator("failing", () => null, {
      [Kind.kline]: (_, { seq }) => {
        if (seq === 3) throw new Error("no");
      },
    });
    const failure = await drive(watched(klines(2, 3, 4), log), failing, (item) => log.push(word(item))).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StepError);
    expect(failure).toMatchObject({ operator: "failing", seq: 3 });
    expect(log).toEqual(["0", "1", "|", "2", "3", "source closed"]);
  });

  it("rejects with the error of a flush", async () => {
    const failing = stepOperator<null>(
      "failing",
      () => null,
      {},
      {
        flush: () => {
          throw new Error("at the end");
        },
      },
    );
    await expect(drive(klines(1), failing, () => undefined)).rejects.toMatchObject({ operator: "failing", seq: -1 });
  });

  it("rejects when the journal cannot take an event, which then never enters the line", async () => {
    const log: string[] = [];
    const journal = {
      append: ({ seq }: Event) => {
        if (seq === 1) throw new Error("disk full");
      },
      flush: async () => undefined,
      close: async () => undefined,
    };
    await expect(drive(watched(klines(3), log), nothing, (item) => log.push(word(item)), { journal })).rejects.toThrow("disk full");
    expect(log).toEqual(["0", "source closed"]);
  });

  it("lets the event loop turn during a long run", async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const slow = stepOperator("slow", () => null, {
      [Kind.kline]: () => {
        const until = performance.now() + 20;
        while (performance.now() < until);
      },
    });
    await drive(klines(...Array.from({ length: 12 }, () => 1)), slow, () => undefined);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
  });
});
