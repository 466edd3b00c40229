import { from, identity, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Timer, Trade } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind, KIND_NAMES } from "../src/domain/kind.ts";
import { Bar } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import { simulatedInstrument } from "../streams/simulatedMarket.ts";
import { bar, BTC, ETH, kline, show, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { moments } from "./moments.ts";
import { stepOperator } from "./stepOperator.ts";

/** Close of the bar of minute `at`, and `ms` after that. */
const closeMs = (at: number, ms = 0): number => T0 + (at + 1) * MINUTE_MS + ms;
const header = (seq: number, knownAtMs: number) => ({ seq, eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs });
const timer = (seq: number, knownAtMs: number): Timer => ({
  kind: Kind.timer,
  ...header(seq, knownAtMs),
  instrument: NO_INSTRUMENT,
  periodMs: 1000,
});
const trade = (seq: number, knownAtMs: number, instrument = 0): Trade => ({
  kind: Kind.trade,
  ...header(seq, knownAtMs),
  instrument: instrumentIndex(instrument),
  tradeId: String(seq),
  price: 100,
  qty: 1,
  buyerIsMaker: false,
  tradeCount: 1,
});
const closed = (seq: number, at: number): string =>
  show({ kind: Kind.momentClosed, seq, instrument: NO_INSTRUMENT, knownAtMs: 0, closeMs: closeMs(at) });
/** Only what `moments` says itself. */
const said = (items: readonly Item[], instruments = [BTC, ETH]): string[] =>
  through(moments(instruments), items).filter((line) => line.startsWith("momentClosed"));

describe("moments", () => {
  operatorCases({
    operator: () => moments([BTC, ETH]),
    rows: [
      [kline({ at: 0 }), [show(kline({ at: 0 }))]],
      [bar({ at: 0 }), [show(bar({ at: 0 }))]],
      // The last bar closes the moment, so that nobody has to say it.
      [bar({ at: 0, instrument: 1 }), [show(bar({ at: 0, instrument: 1 }))]],
      [timer(1, closeMs(0, 30_000)), [show(timer(1, 0))]],
      [bar({ at: 1, seq: 2 }), [show(bar({ at: 1, seq: 2 }))]],
      [trade(3, closeMs(1, 1999)), ["trade0 #3 3"]],
      [trade(4, closeMs(1, 2000)), [closed(3, 1), "trade0 #4 4"]],
      [bar({ at: 1, instrument: 1, seq: 5 }), [show(bar({ at: 1, instrument: 1, seq: 5 }))]],
      [timer(6, closeMs(1, 9000)), [show(timer(6, 0))]],
      [bar({ at: 2, instrument: 1, seq: 7 }), [show(bar({ at: 2, instrument: 1, seq: 7 }))]],
    ],
    flushed: [closed(6, 2)],
    throws: {
      operator: () =>
        pipe(
          moments([BTC, ETH]),
          stepOperator("thrower", () => null, {
            [Kind.momentClosed]: () => {
              throw new Error("no");
            },
          }),
        ),
      items: [trade(1, closeMs(0)), bar({ at: 0, seq: 1 }), trade(2, closeMs(0, 5000))],
      name: "thrower",
      message: "no",
    },
  });
});

describe("a moment that lacks a bar", () => {
  it.each([
    Kind.kline,
    Kind.trade,
    Kind.bookDiff,
    Kind.bookSnapshot,
    Kind.bestBidAsk,
    Kind.markPrice,
    Kind.funding,
    Kind.openInterest,
    Kind.longShortRatio,
    Kind.liquidation,
    Kind.timer,
  ])("is closed ahead of an event of kind %i", (kind) => {
    const event = { ...trade(2, closeMs(0, 2000), 1), kind } as unknown as Item;
    const kinds: string[] = [];
    from([bar({ at: 0 }), event])
      .pipe(moments([BTC, ETH]))
      .subscribe((item) => kinds.push(KIND_NAMES[item.kind] as string));
    expect(kinds).toEqual(["bar", "momentClosed", KIND_NAMES[kind]]);
  });
  it.each([Kind.fill, Kind.orderAccepted, Kind.fundingPayment, Kind.streamStatus, Kind.command])(
    "is not closed by what is no market event and no timer: kind %i",
    (kind) => {
      const event = { ...trade(2, closeMs(0, 60_000)), kind } as unknown as Item;
      const kinds: string[] = [];
      from([bar({ at: 0 }), event, timer(3, closeMs(0, 60_000))])
        .pipe(moments([BTC, ETH]))
        .subscribe((item) => kinds.push(KIND_NAMES[item.kind] as string));
      expect(kinds).toEqual(["bar", KIND_NAMES[kind], "momentClosed", "timer"]);
    },
  );
  it("carries the number and the line time of the event before, which is no earlier than its close", () => {
    const seen: unknown[] = [];
    const items = [trade(1, closeMs(0, -500)), bar({ at: 0 }), timer(2, closeMs(0, 5000)), trade(3, closeMs(1, 700)), bar({ at: 1 })];
    from(items)
      .pipe(moments([BTC, ETH]))
      .subscribe((item) => {
        if (item.kind === Kind.momentClosed) seen.push([item.seq, item.knownAtMs, item.closeMs, item.instrument]);
      });
    expect(seen).toEqual([
      [1, closeMs(0), closeMs(0), NO_INSTRUMENT],
      [3, closeMs(1, 700), closeMs(1), NO_INSTRUMENT],
    ]);
  });
  it("is closed once, however many events follow", () => {
    expect(said([bar({ at: 0 }), timer(1, closeMs(0, 2000)), timer(2, closeMs(0, 3000)), trade(3, closeMs(0, 4000))])).toEqual([
      closed(0, 0).replace("#0", "#-1"),
    ]);
  });
  it("is closed live by the timer of every second", () => {
    const timers = [0, 1, 2, 3, 4].map((second) => timer(10 + second, closeMs(0, second * 1000 + 300)));
    expect(said([timer(9, closeMs(0, -700)), bar({ at: 0 }), ...timers])).toEqual([closed(11, 0)]);
  });
  it("is closed ahead of the kline of the next one, whose bar opens that", () => {
    const lines = through(moments([BTC, ETH]), [kline({ at: 0 }), bar({ at: 0 }), kline({ at: 1 }), bar({ at: 1 })]);
    expect(lines).toEqual([
      show(kline({ at: 0 })),
      show(bar({ at: 0 })),
      closed(0, 0),
      show(kline({ at: 1 })),
      show(bar({ at: 1 })),
      closed(1, 1),
    ]);
  });
  it("is not opened again by the bar that comes late", () => {
    const late = bar({ at: 0, instrument: 1, seq: 2 });
    expect(said([bar({ at: 0 }), timer(1, closeMs(0, 2000)), late, timer(3, closeMs(0, 9000)), timer(4, closeMs(0, 60_000))])).toHaveLength(
      1,
    );
  });
  it("lets a late bar not stand for the one that the next moment lacks", () => {
    const late = bar({ at: 0, instrument: 1, seq: 3 });
    expect(said([bar({ at: 0 }), timer(1, closeMs(0, 2000)), bar({ at: 1 }), late, timer(4, closeMs(1, 2000))])).toEqual([
      closed(0, 0).replace("#0", "#-1"),
      closed(1, 1),
    ]);
  });
  it("lacks any of many", () => {
    const three = [BTC, ETH, simulatedInstrument("SOLUSDT", 2)];
    const [one, two, last] = [0, 1, 2].map((instrument) => bar({ at: 0, instrument })) as [Bar, Bar, Bar];
    const end = timer(1, closeMs(0, 2000));
    expect(said([one, two, last, end], three)).toEqual([]);
    for (const items of [[one], [two, last], [last, one]]) expect(said([...items, end], three)).toHaveLength(1);
  });
});

describe("nothing is said", () => {
  it("while all bars are there, whichever comes first", () => {
    const items = [0, 1, 2].flatMap((at) => [bar({ at, instrument: at % 2 }), bar({ at, instrument: 1 - (at % 2) })]);
    expect(said([...items, timer(9, closeMs(9))])).toEqual([]);
  });
  it("of bars of other time frames: they are no decision bars", () => {
    const { block, row } = bar({ at: 0 });
    expect(said([new Bar(block, row, 0, false, 5), timer(1, closeMs(0, 60_000))])).toEqual([]);
  });
  it("before the first bar", () => {
    expect(said([timer(1, closeMs(0)), trade(2, closeMs(5))])).toEqual([]);
  });
  it("of one instrument: no moment of it can lack a bar", () => {
    expect(moments([BTC])).toBe(identity);
  });
});
