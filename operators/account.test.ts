import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { Bar } from "../src/domain/kline.ts";
import type { Lots } from "../src/domain/units.ts";
import { MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import { bar, BTC, ETH, fundingPayment, kline, orderAccepted, orderFilled, T0 } from "../test/items.ts";
import { operatorCases } from "../test/operatorCases.ts";
import { account } from "./account.ts";

describe("account", () => {
  // Ticks of 0.1 USDT, lots of 0.001: 10 lots at 1000 ticks are 0.01 at 100 USDT, worth 1 USDT.
  operatorCases({
    operator: () => account([BTC, ETH], { startUsdt: 10_000 }),
    rows: [
      // A moment closes with the bar of its last instrument.
      [bar({ at: 0 }), ["bar0 #0 1m base m0 100/100/100/100 v1 n1"]],
      [
        bar({ at: 0, instrument: 1 }),
        ["bar1 #0 1m base m0 100/100/100/100 v1 n1", "account1 #0 cash 10000 equity 10000 fees 0 funding 0 lots 0,0"],
      ],
      [
        orderFilled({ at: 1 }, { side: "buy", ticks: 1000, lots: 10, feeUsdt: 0.25 }),
        [
          "filled0 #1 p-1 buy 10 @1000",
          "fill0 #1 p-1 buy 10 @1000 fee 0.25 unknown",
          "account0 #1 cash 9999.75 equity 9999.75 fees 0.25 funding 0 lots 10,0",
        ],
      ],
      [bar({ at: 1, instrument: 1, seq: 2 }), ["bar1 #2 1m base m1 100/100/100/100 v1 n1"]],
      [
        bar({ at: 1, close: 150, seq: 2 }),
        ["bar0 #2 1m base m1 150/150/150/150 v1 n1", "account0 #2 cash 9999.75 equity 10000.25 fees 0.25 funding 0 lots 10,0"],
      ],
      [
        fundingPayment({ at: 3 }, 0.125),
        [
          "fundingPayment0 #3 sub=1 paidUsdt=0.125 rate=0.0001",
          "account0 #3 cash 9999.625 equity 10000.125 fees 0.25 funding 0.125 lots 10,0",
        ],
      ],
      [orderAccepted({ at: 3 }, "x"), ['orderAccepted0 #3 sub=1 clientOrderId="x"']],
      [
        orderFilled({ at: 4 }, { side: "sell", ticks: 1200, lots: 15, feeUsdt: 0.375 }),
        [
          "filled0 #4 p-1 sell 15 @1200",
          "fill0 #4 p-1 sell 15 @1200 fee 0.375 unknown",
          // Two thirds of the fee belong to the closed part: 0.2 − 0.25 − 0.25 − 0.125 funding.
          "closed0 #4 1 100→120 10 lots pnl -0.425 unknown",
          "account0 #4 cash 9999.45 equity 9999.45 fees 0.625 funding 0.125 lots -5,0",
        ],
      ],
    ],
    throws: {
      operator: () => account([BTC], { startUsdt: 10_000 }),
      items: [orderFilled({ at: 3 }, { side: "buy", ticks: 1000, lots: 0, tradeId: 1 })],
      name: "account",
      message: "fill 1 has quantity 0",
    },
  });

  it("a trade that is told twice is booked once, and counted", () => {
    const told: unknown[] = [];
    const bought = orderFilled({ at: 1 }, { side: "buy", ticks: 900, lots: 5, tradeId: 7 });
    from<Item[]>([bought, { ...bought, seq: 2 }, orderFilled({ at: 3 }, { side: "buy", ticks: 900, lots: 5, tradeId: 6 })])
      .pipe(account([BTC], { startUsdt: 10_000 }))
      .subscribe((item) => {
        if (item.kind === Kind.fill) told.push(item.seq);
        if (item.kind === Kind.accountState) told.push([item.fills, item.positions[0]?.positionLots, item.orders[0]?.trades.duplicates]);
      });
    expect(told).toEqual([1, [1, 5, 0], 3, [2, 10, 1]]);
  });

  it("says where the venue reports a position that the fills do not make", () => {
    const faults: string[] = [];
    const report = (seq: number, positionLots: number): Item => ({
      ...orderAccepted({ at: seq }, ""),
      ...{ kind: Kind.positionReport, positionLots: positionLots as Lots, entryPrice: NaN },
    });
    from<Item[]>([report(1, 0), orderFilled({ at: 2 }, { side: "buy", ticks: 900, lots: 5 }), report(3, 5), report(4, -2)])
      .pipe(account([BTC], { startUsdt: 10_000 }))
      .subscribe((item) => {
        if (item.kind === Kind.fault) faults.push(`#${item.seq} ${item.source}: ${item.message}`);
      });
    expect(faults).toEqual([
      "#4 account: the venue reports -2 lots where the fills say 5: wait for missing fills, then look for trades by hand",
    ]);
  });

  it("a part that is closed realises its share at the average price, which stays", () => {
    const seen: unknown[] = [];
    from<Item[]>([
      orderFilled({ at: 1 }, { side: "buy", ticks: 900, lots: 5 }),
      orderFilled({ at: 2 }, { side: "buy", ticks: 1100, lots: 5 }),
      orderFilled({ at: 3 }, { side: "sell", ticks: 1200, lots: 4 }),
    ])
      .pipe(account([BTC], { startUsdt: 10_000 }))
      .subscribe((item) => {
        if (item.kind === Kind.accountState)
          seen.push([item.realisedUsdt, item.positions[0]?.averageTicks, item.positions[0]?.positionLots]);
      });
    // 4 lots × 200 ticks × 0.0001 USDT.
    expect(seen).toEqual([
      [0, 900, 5],
      [0, 1000, 10],
      [0.08, 1000, 6],
    ]);
  });

  describe("the close of a moment", () => {
    const momentClosed = (seq: number, at: number): Item => ({
      kind: Kind.momentClosed,
      ...{ seq, instrument: NO_INSTRUMENT, knownAtMs: T0 + (at + 1) * MINUTE_MS + 2000, closeMs: T0 + (at + 1) * MINUTE_MS },
    });
    const held = [
      orderFilled({ at: 0, seq: 0 }, { side: "buy", ticks: 1000, lots: 1000 }),
      orderFilled({ at: 0, instrument: 1, seq: 0 }, { side: "buy", ticks: 100 * Math.round(1 / ETH.tickSize), lots: 1000 }),
    ];
    /** What the account says behind the fills: when, whether a moment closed or a bar was late, equity, and the highest at a close. */
    const told = (items: readonly Item[], tradeFromMs = -Infinity): string[] => {
      const states: string[] = [];
      from([...held, ...items])
        .pipe(account([BTC, ETH], { startUsdt: 10_000, tradeFromMs }))
        .subscribe((item) => {
          if (item.kind !== Kind.accountState || item.seq === 0) return;
          const { seq, instrument, atClose, late, equityUsdt, day } = item;
          states.push(`#${seq} ${instrument}${atClose ? " close" : ""}${late ? " late" : ""} ${equityUsdt} peak ${day.peakUsdt}`);
        });
      return states;
    };

    it("is told once, with all bars marked: what stands between two of them is no equity of a moment", () => {
      // 1000 lots are one coin: a price of 150 earns 50 USDT.
      expect(told([bar({ at: 1, close: 150 }), bar({ at: 1, instrument: 1, close: 70 })])).toEqual(["#1 1 close 10020 peak 10020"]);
    });
    it("is told without a bar when somebody says so; the bar that comes late is told as such, marked, and judged with the next moment", () => {
      const late = bar({ at: 1, instrument: 1, close: 130, seq: 3 });
      const next = [bar({ at: 2, close: 90, seq: 4 }), bar({ at: 2, instrument: 1, close: 130, seq: 4 })];
      expect(told([bar({ at: 1, close: 110 }), momentClosed(2, 1), late, ...next])).toEqual([
        "#2 -1 close 10010 peak 10010",
        "#3 1 late 10040 peak 10010",
        "#4 1 close 10020 peak 10020",
      ]);
    });
    it("is told no second time", () => {
      expect(told([bar({ at: 1 }), bar({ at: 1, instrument: 1 }), momentClosed(2, 1), momentClosed(3, 1)])).toHaveLength(1);
    });
    it("is no longer late with the next fill", () => {
      const late = bar({ at: 1, instrument: 1, seq: 3 });
      const sold = orderFilled({ at: 3, seq: 4 }, { side: "sell", ticks: 1000, lots: 500 });
      expect(told([bar({ at: 1 }), momentClosed(2, 1), late, sold]).slice(1)).toEqual([
        "#3 1 late 10000 peak 10000",
        "#4 0 10000 peak 10000",
      ]);
    });
    it("is that of decision bars: longer ones mark nothing", () => {
      const { block, row } = kline({ at: 1, close: 200 });
      expect(told([0, 1].map(() => new Bar(block, row, 1, false, 5)))).toEqual([]);
    });
    it("begins no day before trading, at its very beginning neither", () => {
      const bars = [1, 2].flatMap((at) => [bar({ at, close: 300 - 100 * at }), bar({ at, instrument: 1 })]);
      expect(told(bars, T0 + 2 * MINUTE_MS)).toEqual(["#1 1 close 10100 peak NaN", "#2 1 close 10000 peak 10000"]);
    });
  });

  it("equity = cash flow of the fills + worth of what is held − fees − funding; position = Σ fills (property, to 1e-8)", () => {
    const step = fc.oneof(
      fc.record({
        what: fc.constant("fill" as const),
        buy: fc.boolean(),
        ticks: fc.integer({ min: 1, max: 1_000_000 }),
        lots: fc.integer({ min: 1, max: 100_000 }),
        fee: fc.double({ min: -1, max: 5, noNaN: true }),
        instrument: fc.integer({ min: 0, max: 1 }),
      }),
      fc.record({
        what: fc.constant("bar" as const),
        ticks: fc.integer({ min: 1, max: 1_000_000 }),
        instrument: fc.integer({ min: 0, max: 1 }),
      }),
      fc.record({
        what: fc.constant("pay" as const),
        paid: fc.double({ min: -5, max: 5, noNaN: true }),
        instrument: fc.integer({ min: 0, max: 1 }),
      }),
    );
    const tickSize = [BTC.tickSize, ETH.tickSize];
    const lotSize = [BTC.lotSize, ETH.lotSize];
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const closes = [1, 1];
        const items = steps.flatMap((each, at): Item[] => {
          const { instrument } = each;
          if (each.what === "bar") {
            closes[instrument] = each.ticks / Math.round(1 / (tickSize[instrument] as number));
            return closes.map((close, of) => bar({ at, instrument: of, close }));
          }
          if (each.what === "pay") return [fundingPayment({ at, instrument }, each.paid)];
          closes[instrument] = each.ticks / Math.round(1 / (tickSize[instrument] as number));
          return [
            orderFilled({ at, instrument }, { side: each.buy ? "buy" : "sell", ticks: each.ticks, lots: each.lots, feeUsdt: each.fee }),
          ];
        });
        let [cash, traded] = [10_000, 0];
        const held = [0, 0];
        const marks = [1, 1];
        let closedUsdt = 0;
        let at = 0;
        from(items)
          .pipe(account([BTC, ETH], { startUsdt: 10_000 }))
          .subscribe((item) => {
            if (item.kind === Kind.tradeClosed) closedUsdt += item.pnlUsdt;
            if (item.kind !== Kind.accountState) return;
            const done = steps[at] as (typeof steps)[number];
            const { instrument } = done;
            at += 1;
            if (done.what === "pay") cash -= done.paid;
            else marks[instrument] = done.ticks * (tickSize[instrument] as number);
            if (done.what === "fill") {
              const signed = (done.buy ? 1 : -1) * done.lots;
              held[instrument]! += signed;
              cash -= signed * (lotSize[instrument] as number) * (marks[instrument] as number) + done.fee;
              traded += done.lots * (lotSize[instrument] as number) * (marks[instrument] as number);
            }
            const worth = held.reduce((sum, lots, i) => sum + lots * (lotSize[i] as number) * (marks[i] as number), 0);
            expect(item.positions.map(({ positionLots }) => positionLots)).toEqual(held);
            expect(item.equityUsdt).toBe(item.cashUsdt + item.unrealisedUsdt);
            expect(Math.abs(item.equityUsdt - (cash + worth))).toBeLessThan(1e-8 + 1e-12 * traded);
            if (held.every((lots) => lots === 0))
              expect(Math.abs(item.equityUsdt - 10_000 - closedUsdt)).toBeLessThan(1e-8 + paidFlat(steps.slice(0, at)) + 1e-12 * traded);
          });
        expect(at).toBe(steps.length);
      }),
      { numRuns: 150 },
    );
  });
});

/** Payments while flat belong to no trade. */
const paidFlat = (steps: readonly { readonly what: string; readonly paid?: number }[]): number =>
  steps.reduce((sum, { what, paid }) => sum + (what === "pay" ? Math.abs(paid ?? 0) : 0), 0);
