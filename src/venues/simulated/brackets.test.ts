import { describe, expect, test } from "vitest";
import { VenueDesk } from "../../../test/venueDesk.ts";
import type { OrderOf } from "../../../test/venueDesk.ts";
import type { Direction } from "../../domain/units.ts";

type Ohlc = readonly [open: number, high: number, low: number, close: number];
/** Long from 1000: stop 900, target 1200. Short: mirrored at 1000. */
const BRACKET: OrderOf = { id: "e", qty: 4, stop: 0.1, target: 0.2 };
const mirror = ([open, high, low, close]: Ohlc): Ohlc => [2000 - open, 2000 - low, 2000 - high, 2000 - close];
const sideOf = (direction: Direction) => (direction > 0 ? "buy" : "sell");

/** The way out of an entry at 1000, as a long's price: `s900`, `t1200`, or nothing. */
const exits = (desk: VenueDesk, direction: Direction): string[] =>
  desk.fills
    .filter(({ clientOrderId }) => clientOrderId !== "e")
    .map(({ clientOrderId, priceTicks }) => `${clientOrderId.slice(-1)}${direction > 0 ? priceTicks : 2000 - priceTicks}`);

describe.each<[string, Direction]>([
  ["long", 1],
  ["short", -1],
])("bracket of a market entry, %s", (_, direction) => {
  const run = (...bars: readonly Ohlc[]): VenueDesk => {
    const desk = new VenueDesk();
    desk.submit({ ...BRACKET, side: sideOf(direction) });
    for (const ohlc of bars) desk.bar(...(direction > 0 ? ohlc : mirror(ohlc)));
    return desk;
  };
  const flat: Ohlc = [1000, 1000, 1000, 1000];
  test.each<[string, readonly Ohlc[], string[]]>([
    ["stop in the entry bar", [[1000, 1100, 900, 1000]], ["s900"]],
    ["a tick short of it", [[1000, 1100, 901, 1000]], []],
    ["target in the entry bar, wherever it closes", [[1000, 1200, 950, 960]], ["t1200"]],
    ["a tick short of it", [[1000, 1199, 950, 960]], []],
    ["both in the entry bar: the stop", [[1000, 1300, 800, 1250]], ["s900"]],
    ["stop later", [flat, [1000, 1100, 900, 1000]], ["s900"]],
    ["target later", [flat, [1000, 1200, 950, 1000]], ["t1200"]],
    ["both later: the stop", [flat, [1000, 1300, 800, 1250]], ["s900"]],
    ["gap past the stop: the open", [flat, [850, 1300, 800, 1250]], ["s850"]],
    ["gap past the target: the open", [flat, [1250, 1300, 800, 900]], ["t1250"]],
    ["open at the stop", [flat, [900, 1300, 800, 1250]], ["s900"]],
    ["open at the target", [flat, [1200, 1300, 800, 900]], ["t1200"]],
  ])("%s", (_name, bars, expected) => {
    const desk = run(...bars);
    expect(exits(desk, direction)).toEqual(expected);
    expect(desk.positionLots).toBe(expected.length > 0 ? 0 : 4 * direction);
  });

  test("a market exit at an open beyond the stop goes first", () => {
    const desk = run(flat);
    desk.submit({ id: "x", side: sideOf(-direction as Direction), qty: 4, reduceOnly: true });
    desk.bar(...(direction > 0 ? ([800, 800, 800, 800] as const) : mirror([800, 800, 800, 800])));
    expect(exits(desk, direction)).toEqual(["x800"]);
  });
});

describe("protection comes and goes with the position", () => {
  test("it goes live with the fill, and what is left of it expires when the position is closed", () => {
    const desk = new VenueDesk();
    desk.submit(BRACKET);
    expect(desk.flat(1000)).toEqual(["e accepted", "e buy 4 @ 1000", "e.s accepted", "e.t accepted"]);
    expect(desk.bar(1000, 1200, 1000, 1200)).toEqual(["e.t sell 4 @ 1200", "e.s expired 0 position closed"]);
    desk.cancel("e.s").cancel("e.t");
    expect(desk.flat(500), "no orphans").toEqual(["e.s rejected -2011", "e.t rejected -2011"]);
  });
  test("children carry the plan and their reason", () => {
    const desk = new VenueDesk().enter(1000, BRACKET);
    desk.bar(1000, 1000, 890, 900);
    expect(desk.fills.at(-1)).toMatchObject({ planId: "plan-e", reason: "stop", reduceOnly: true, clientOrderId: "e.s" });
  });
  test.each([
    ["stop only", { stop: 0.1 }, ["e.s accepted"]],
    ["target only", { target: 0.1 }, ["e.t accepted"]],
    ["none", {}, []],
  ])("%s", (_, bracket, said) => {
    const desk = new VenueDesk();
    desk.submit({ id: "e", ...bracket });
    expect(desk.flat(1000).slice(2)).toEqual(said);
  });

  test.each<[string, Direction]>([
    ["long", 1],
    ["short", -1],
  ])("a stop and a target nearer than a tick stand a tick away and are not touched by a price that stays: %s", (_, direction) => {
    const desk = new VenueDesk();
    desk.submit({ id: "e", side: sideOf(direction), qty: 4, stop: 0.0049, target: 0.0001 });
    expect(desk.flat(62)).toHaveLength(4);
    expect(desk.flat(62)).toEqual([]);
    const [low, high] = [62 - (direction > 0 ? 0 : 1), 62 + (direction > 0 ? 1 : 0)];
    expect(desk.bar(62, high, low, 62)[0]).toBe(`e.t ${sideOf(-direction as Direction)} 4 @ ${62 + direction}`);
  });

  test("levels are around the price paid, slippage included", () => {
    const desk = new VenueDesk({ slippageFraction: 0.01 }).enter(1000, { ...BRACKET, stop: 0.1, target: 0 });
    expect(desk.bar(1000, 1000, 910, 920), "909 = 1010 − 10 %").toEqual([]);
    expect(desk.bar(920, 920, 909, 920)).toEqual(["e.s sell 4 @ 899"]);
  });
  test("slippage beyond the stop: it triggers at once", () => {
    const desk = new VenueDesk({ slippageFraction: 0.05 });
    desk.submit({ ...BRACKET, stop: 0.01, target: 0 });
    expect(desk.flat(1000).at(-1)).toBe("e.s sell 4 @ 950");
  });

  test("… before limits that rest", () => {
    const desk = new VenueDesk({ slippageFraction: 0.002 });
    desk.submit({ id: "l", side: "sell", qty: 4, price: 1001 });
    desk.flat(1000);
    desk.submit({ id: "e", side: "sell", qty: 2, stop: 0.001 });
    expect(desk.flat(1003)).toEqual(["e accepted", "e sell 2 @ 1000", "e.s accepted", "e.s buy 2 @ 1006", "l sell 4 @ 1003 maker"]);
  });
  test("… also where a conditional entry triggers at the open", () => {
    const desk = new VenueDesk({ slippageFraction: 0.002 });
    desk.submit({ id: "l", side: "sell", qty: 4, price: 1001 });
    desk.flat(1000);
    desk.submit({ id: "e", side: "sell", type: "takeProfitMarket", trigger: 1002, qty: 2, stop: 0.001 });
    expect(desk.flat(1003).slice(2)).toEqual(["e.s accepted", "e.s buy 2 @ 1006", "l sell 4 @ 1003 maker"]);
  });

  test("an entry that fills in parts keeps the levels of its first fill, and one bracket covers all of it", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ ...BRACKET, qty: 20 });
    desk.flat(1000, { volume: 100 });
    expect(desk.flat(1050, { volume: 100 })).toEqual(["e buy 10 @ 1050"]);
    expect(desk.bar(1000, 1000, 900, 950)).toEqual(["e.s sell 20 @ 900", "e.t expired 0 position closed"]);
  });
  test("an entry that was stopped out while it filled is protected anew when it fills on", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ ...BRACKET, qty: 10 });
    desk.bar(1000, 1000, 890, 900, { volume: 50 });
    expect(desk.positionLots, "volume used up: the stop waits").toBe(5);
    expect(desk.flat(800, { volume: 200 })).toEqual([
      "e.s sell 5 @ 800",
      "e.t expired 0 position closed",
      "e buy 5 @ 800",
      "e.s2 accepted",
      "e.t2 accepted",
    ]);
    desk.cancel("e.s");
    expect(desk.bar(800, 800, 700, 700), "a late cancel does not take it").toEqual([
      "e.s rejected -2011",
      "e.s2 sell 5 @ 720",
      "e.t2 expired 0 position closed",
    ]);
  });
  test("a limit entry that filled in part and was cancelled keeps its protection", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ ...BRACKET, qty: 10, price: 1000 });
    desk.bar(1100, 1100, 990, 1000, { volume: 40 });
    desk.cancel("e");
    expect(desk.bar(1000, 1000, 990, 1000)).toEqual(["e canceled 6"]);
    expect(desk.bar(1000, 1000, 890, 890)).toEqual(["e.s sell 4 @ 900", "e.t expired 0 position closed"]);
  });
  test("… and so does one that expired by date", () => {
    const desk = new VenueDesk({ maxVolumeShare: 0.1 });
    desk.submit({ ...BRACKET, qty: 10, price: 1000, until: 1 });
    desk.bar(1100, 1100, 990, 1000, { volume: 40 });
    expect(desk.bar(1000, 1000, 890, 890)).toEqual(["e expired 6 good-till-date", "e.s sell 4 @ 900", "e.t expired 0 position closed"]);
  });
  test("a scale-in without a bracket is covered by the entry's", () => {
    const desk = new VenueDesk().enter(1000, BRACKET);
    desk.submit({ id: "more", qty: 6 });
    desk.flat(1100);
    expect(desk.bar(1100, 1100, 880, 890)).toEqual(["e.s sell 10 @ 900", "e.t expired 0 position closed"]);
  });
  test("a flip swaps the protection", () => {
    const desk = new VenueDesk().enter(1000, BRACKET);
    desk.submit({ id: "f", side: "sell", qty: 9, stop: 0.1, target: 0.2 });
    expect(desk.flat(1000)).toEqual([
      "f accepted",
      "f sell 9 @ 1000",
      "e.s expired 0 position closed",
      "e.t expired 0 position closed",
      "f.s accepted",
      "f.t accepted",
    ]);
    expect(desk.bar(1000, 1100, 1000, 1000)).toEqual(["f.s buy 5 @ 1100", "f.t expired 0 position closed"]);
  });
  test("an order with a bracket that only reduces brings none", () => {
    const desk = new VenueDesk().enter(1000, { side: "sell", qty: 9 });
    desk.submit(BRACKET);
    expect(desk.flat(1000)).toEqual(["e accepted", "e buy 4 @ 1000"]);
  });
  test("a new stop can be placed before the old one is withdrawn; the tighter one closes, the other expires", () => {
    const desk = new VenueDesk().enter(1000, { ...BRACKET, target: 0 });
    desk.submit({ id: "n", type: "stopMarket", side: "sell", trigger: 950, closePosition: true });
    expect(desk.flat(1000)).toEqual(["n accepted"]);
    expect(desk.bar(1000, 1000, 850, 860)).toEqual(["n sell 4 @ 950", "e.s expired 0 position closed"]);
  });
});

describe("an entry inside a bar", () => {
  /** A buy limit at 1000: stop 900, target 1200. */
  test.each<[string, Ohlc, string[]]>([
    ["the way down goes on to the stop", [1100, 1100, 900, 1000], ["s900"]],
    ["a tick short of the stop", [1100, 1100, 901, 1000], []],
    ["the high may lie before the entry: no target", [1100, 1300, 990, 1100], []],
    ["the close is beyond the target: it was reached after the entry", [1100, 1300, 990, 1200], ["t1200"]],
    ["stop and target: the stop", [1100, 1300, 890, 1250], ["s900"]],
  ])("limit: %s", (_, ohlc, expected) => {
    const desk = new VenueDesk();
    desk.submit({ ...BRACKET, price: 1000 });
    desk.bar(...ohlc);
    expect(exits(desk, 1)).toEqual(expected);
    const short = new VenueDesk();
    short.submit({ ...BRACKET, side: "sell", price: 1000 });
    short.bar(...mirror(ohlc));
    expect(exits(short, -1)).toEqual(expected);
  });
  test("in the next bar the target counts wherever the bar closes", () => {
    const desk = new VenueDesk();
    desk.submit({ ...BRACKET, price: 1000 });
    desk.bar(1100, 1300, 990, 1100);
    desk.bar(1100, 1200, 1000, 1000);
    expect(exits(desk, 1)).toEqual(["t1200"]);
  });

  /** A buy stop at 1000 under a bracket: the low may come after it. */
  test.each<[string, Ohlc, string[]]>([
    ["the low may lie behind the entry: the stop", [950, 1100, 890, 1050], ["s900"]],
    ["the low is above the stop", [950, 1100, 910, 1050], []],
    ["stop and target: the stop", [950, 1300, 890, 1250], ["s900"]],
  ])("breakout: %s", (_, ohlc, expected) => {
    const desk = new VenueDesk();
    desk.flat(950);
    desk.submit({ ...BRACKET, type: "stopMarket", trigger: 1000 });
    desk.bar(...ohlc);
    expect(exits(desk, 1)).toEqual(expected);
  });
});

describe("a position that grows inside a bar", () => {
  /** Long 2 from 1000, stop 900, target 1010; 2 more are bought at 995 on the way. */
  const grown = (direction: Direction, exit: OrderOf = {}): VenueDesk => {
    const desk = new VenueDesk().enter(1000, { side: sideOf(direction), qty: 2, stop: 0.1, target: exit.qty === undefined ? 0.01 : 0 });
    const exitSide = sideOf(-direction as Direction);
    desk.submit({ id: "more", side: sideOf(direction), qty: 2, price: 1000 - 5 * direction });
    if (exit.qty !== undefined) desk.submit({ id: "x", side: exitSide, reduceOnly: true, ...exit });
    return desk;
  };
  /** What an exit for the way up is, by side. */
  const takeProfit = (direction: Direction, qty: number): OrderOf => ({ type: "takeProfitMarket", trigger: 1000 + 10 * direction, qty });
  const limit = (direction: Direction, qty: number): OrderOf => ({ price: 1000 + 10 * direction, qty });

  describe.each<[string, Direction]>([
    ["long", 1],
    ["short", -1],
  ])("%s", (_, direction) => {
    const bar = (desk: VenueDesk, ...ohlc: Ohlc): string[] =>
      desk.bar(...(direction > 0 ? ohlc : mirror(ohlc))).filter((line) => !/accepted|expired/.test(line));
    const more = `more ${sideOf(direction)} 2 @ ${1000 - 5 * direction} maker`;
    const out = `${sideOf(-direction as Direction)} 4 @ ${1000 + 10 * direction}`;

    test.each<[string, Ohlc, boolean]>([
      ["the high may lie before: no target", [1000, 1100, 994, 1009], false],
      ["a close at the target proves it", [1000, 1100, 994, 1010], true],
      ["so does one beyond", [1000, 1100, 994, 1050], true],
    ])("bracket: %s", (_name, ohlc, met) => {
      expect(bar(grown(direction), ...ohlc)).toEqual(met ? [more, `e.t ${out}`] : [more]);
    });
    test("a target counts again in the next bar, and in a bar in which nothing was added", () => {
      const desk = grown(direction);
      bar(desk, 1000, 1100, 994, 1000);
      expect(bar(desk, 1000, 1010, 999, 1000)).toEqual([`e.t ${out}`]);
      expect(bar(grown(direction), 1000, 1010, 995, 1000)).toEqual([`e.t ${out.replace("4", "2")}`]);
    });
    test("the stop counts, as ever", () => {
      expect(bar(grown(direction), 1000, 1100, 900, 1050)).toEqual([
        more,
        `e.s ${sideOf(-direction as Direction)} 4 @ ${1000 - 100 * direction}`,
      ]);
    });
    test.each<[string, OrderOf, Ohlc, boolean]>([
      ["a take-profit of its own", takeProfit(direction, 4), [1000, 1100, 994, 1009], false],
      ["… proven", takeProfit(direction, 4), [1000, 1100, 994, 1010], true],
      ["a reduce-only limit, which the close must trade through", limit(direction, 4), [1000, 1100, 994, 1010], false],
      ["… proven", limit(direction, 4), [1000, 1100, 994, 1011], true],
    ])("%s", (_name, exit, ohlc, met) => {
      expect(bar(grown(direction, exit), ...ohlc)).toEqual(met ? [more, `x ${out}${exit.price === undefined ? "" : " maker"}`] : [more]);
    });
    test("an entry the other way nets alike in either order, so it fills", () => {
      expect(bar(grown(direction, { ...limit(direction, 4), reduceOnly: false }), 1000, 1100, 994, 1000)).toEqual([more, `x ${out} maker`]);
    });
  });
});

describe("the path through a bar", () => {
  test("stops of a long are met before its limit above", () => {
    const desk = new VenueDesk().enter(1000, { ...BRACKET, target: 0 });
    desk.submit({ id: "tp", side: "sell", qty: 4, price: 1100, reduceOnly: true });
    expect(desk.bar(1000, 1200, 890, 1150)).toEqual(["tp accepted", "e.s sell 4 @ 900", "tp expired 4 position closed"]);
  });
  test("what lies nearer happens first", () => {
    const desk = new VenueDesk().enter(1000, { ...BRACKET, target: 0 });
    desk.submit({ id: "more", qty: 6, price: 950 });
    expect(desk.bar(1000, 1000, 890, 900)).toEqual(["more accepted", "more buy 6 @ 950 maker", "e.s sell 10 @ 900"]);
  });
  test("at one price the stop comes first, whichever was there before", () => {
    const desk = new VenueDesk().enter(1000, { qty: 4 });
    desk.submit({ id: "more", qty: 6, price: 900 }, { id: "s", side: "sell", type: "stopMarket", trigger: 900, closePosition: true });
    desk.flat(1000);
    expect(desk.bar(1000, 1000, 890, 900)).toEqual(["s sell 4 @ 900", "more buy 6 @ 900 maker"]);
  });
});
