import { EMPTY, lastValueFrom, of, take, throwError, timer, toArray } from "rxjs";
import type { ObservableInput } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { describe, expect, it } from "vitest";
import type { Event } from "../src/domain/event.ts";
import { kline } from "../test/items.ts";
import { mergeOnLine } from "./merge.ts";
import { readingOf, recorded } from "./recorded.ts";
import type { Reading } from "./recorded.ts";
import { DEFAULT_MARKET, simulatedMarket } from "./simulatedMarket.ts";

type Burst = readonly Event[];
const [a, b, c]: [Burst, Burst, Burst] = [[kline({ at: 1 })], [], [kline({ at: 2 }), kline({ at: 3 })]];
const BURSTS = { a, b, c };

const marbles = (test: Parameters<TestScheduler["run"]>[0]): void => {
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(test);
};

/** A source whose reads take virtual time, and what was asked of it. */
class Slow implements Reading {
  reads = 0;
  returned = 0;
  readonly #answers: readonly (() => ObservableInput<IteratorResult<Burst, unknown>>)[];
  constructor(...answers: readonly (() => ObservableInput<IteratorResult<Burst, unknown>>)[]) {
    this.#answers = answers;
  }
  next(): ObservableInput<IteratorResult<Burst, unknown>> {
    this.reads += 1;
    return this.#answers[this.reads - 1]?.() ?? of({ done: true, value: undefined });
  }
  return(): void {
    this.returned += 1;
  }
}

describe("recorded", () => {
  it("emits burst by burst, empty ones too, and completes with the source", () => {
    marbles(({ cold, expectObservable }) => {
      const answer = (value: Burst) => () => cold("--(x|)", { x: { value } });
      expectObservable(recorded(new Slow(answer(a), answer(b), answer(c))).bursts$).toBe("--a-b-(c|)", BURSTS);
    });
  });

  it("waits out a source that says nothing for a while", () => {
    marbles(({ cold, expectObservable }) => {
      const source = new Slow(
        () => cold("-(x|)", { x: { value: a } }),
        () => cold("500ms (x|)", { x: { value: c } }),
      );
      expectObservable(recorded(source).bursts$).toBe("-a 499ms (c|)", BURSTS);
    });
  });

  it("passes the source's error on, and reads no more", () => {
    const source = new Slow(
      () => of({ value: a }),
      () => throwError(() => "disk gone"),
      () => of({ value: c }),
    );
    marbles(({ expectObservable, flush }) => {
      expectObservable(recorded(source).bursts$).toBe("(a#)", BURSTS, "disk gone");
      flush();
      expect(source.reads).toBe(2);
    });
  });

  it("reads no further once it is left, not even a read that is under way", () => {
    marbles(({ cold, expectObservable, expectSubscriptions, flush }) => {
      const reads = [cold("--(x|)", { x: { value: a } }), cold("--(x|)", { x: { value: c } })];
      const source = new Slow(...reads.map((read) => () => read));
      expectObservable(recorded(source).bursts$, "^--!").toBe("--a-", BURSTS);
      expectSubscriptions((reads[0] as (typeof reads)[0]).subscriptions).toBe("^-!");
      expectSubscriptions((reads[1] as (typeof reads)[0]).subscriptions).toBe("--^!");
      flush();
      expect(source.reads).toBe(2);
    });
  });

  it("reads the next burst when the one before was taken and the pause is over, not before", () => {
    marbles(({ cold, expectObservable }) => {
      const answer = (value: Burst) => () => cold("-(x|)", { x: { value } });
      let pauses = 0;
      const pause = () => ((pauses += 1) === 1 ? timer(0).pipe(take(0)) : pauses === 2 ? cold("---|") : EMPTY);
      expectObservable(recorded(new Slow(answer(a), answer(c), answer(b)), pause).bursts$).toBe("-ac---(b|)", BURSTS);
    });
  });

  it("is read once: a second subscription goes on where the first one stopped", () => {
    marbles(({ expectObservable }) => {
      const { bursts$ } = recorded(
        new Slow(
          () => of({ value: a }),
          () => of({ value: c }),
        ),
      );
      expectObservable(bursts$.pipe(take(1))).toBe("(a|)", BURSTS);
      expectObservable(bursts$).toBe("(c|)", BURSTS);
    });
  });

  it("closes the source once, also before it was read", async () => {
    const source = new Slow(() => of({ value: a }));
    const { close } = recorded(source);
    await Promise.all([close(), close()]);
    await close();
    expect([source.reads, source.returned]).toEqual([0, 1]);
  });

  it("stands thousands of bursts at once, of a list and of a generator", async () => {
    const list = Array.from({ length: 20_000 }, (_, at) => [kline({ at })]);
    async function* generated(): AsyncGenerator<Burst> {
      yield* list;
    }
    for (const source of [list, generated()]) {
      const heard = await lastValueFrom(recorded(readingOf(source)).bursts$.pipe(toArray()));
      expect(heard).toHaveLength(20_000);
      expect(heard.at(-1)).toBe(list.at(-1));
    }
  });
});

describe("the sources of a backtest", () => {
  const market = { ...DEFAULT_MARKET, symbols: ["BTCUSDT", "ETHUSDT"], days: 1, burstEvents: 700 };

  it("the market simulator is left in the middle and lets go", async () => {
    const { bursts$, close } = recorded(readingOf(simulatedMarket(market)));
    const heard = await lastValueFrom(bursts$.pipe(take(2), toArray()));
    expect(heard.map((burst) => burst.length)).toEqual([700, 700]);
    await close();
    expect(await lastValueFrom(bursts$.pipe(toArray()))).toEqual([]);
  });

  it("a merge that is left closes every source, and its error is the stream's", async () => {
    const closed: string[] = [];
    async function* source(name: string, error?: Error): AsyncGenerator<Burst> {
      try {
        yield [kline({ at: 1 })];
        await Promise.resolve();
        if (error !== undefined) throw error;
        yield [kline({ at: 2 })];
      } finally {
        closed.push(name);
      }
    }
    const left = recorded(readingOf(mergeOnLine([source("a"), source("b")], 1)));
    await lastValueFrom(left.bursts$.pipe(take(1)));
    await left.close();
    expect(closed).toEqual(["a", "b"]);
    const broken = recorded(readingOf(mergeOnLine([source("c"), source("d", new Error("torn"))], 1)));
    await expect(lastValueFrom(broken.bursts$)).rejects.toThrow("torn");
    expect(closed.slice(2).sort()).toEqual(["c", "d"]);
  });
});
