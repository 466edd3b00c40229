import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountEvent, OrderFilled } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Venue } from "../../src/domain/ports.ts";
import { orderOf, spoken } from "../venueDesk.ts";
import type { OrderOf } from "../venueDesk.ts";

/** A venue with a market that a test can move. */
export interface VenueHarness {
  /** Filters at least: lot 1, tick 1, notional ≥ `minNotionalUsdt`; fees and margin as they are. The account is empty. */
  readonly instrument: Instrument;
  readonly venue: Venue;
  /** What came back on the line so far, in order. */
  readonly said: readonly AccountEvent[];
  /** Line time, for the orders' `decidedAtMs`. */
  readonly nowMs: number;
  /** Lets the market trade at this one price until everything on its way has arrived and all that trades there is done. */
  trade(priceTicks: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * What every `Venue` must do, simulated or real: a trader cannot tell them apart by these tests. Prices are whole ticks
 * around 1000; the harness starts with the market at 1000. Fills may come in parts and with slippage: neither is asked about.
 */
export const venueContract = (name: string, open: () => Promise<VenueHarness>): void => {
  describe(`venue contract: ${name}`, () => {
    let desk: VenueHarness;
    beforeEach(async () => {
      desk = await open();
      await desk.trade(1000);
    });
    afterEach(() => desk.close());

    const submit = (...orders: readonly OrderOf[]): void => {
      for (const order of orders) desk.venue.submit(orderOf(order, desk.nowMs));
    };
    const cancel = (id: string): void => {
      desk.venue.cancel(desk.instrument.index, id, desk.nowMs);
    };
    const of = (id: string): AccountEvent[] => desk.said.filter((item) => "clientOrderId" in item && item.clientOrderId === id);
    const fills = (id?: string): OrderFilled[] =>
      desk.said.filter((item): item is OrderFilled => item.kind === Kind.orderFilled && (id === undefined || item.clientOrderId === id));
    const filled = (id: string): number => fills(id).reduce((sum, { qtyLots }) => sum + qtyLots, 0);
    const position = (): number => fills().reduce((sum, { side, qtyLots }) => sum + (side === "buy" ? 1 : -1) * qtyLots, 0);
    /** Answers without the fills: `accepted`, `rejected −2022`, … */
    const answers = (id: string): string[] =>
      of(id)
        .filter(({ kind }) => kind !== Kind.orderFilled)
        .map((item) => spoken(item).split(" ").slice(1).join(" "));
    const QTY = 10;
    const CLOSE = { side: "sell", closePosition: true } as const;
    const attachesBrackets = (): boolean => desk.venue.terms.attachesBrackets[desk.instrument.index] === true;

    it("submit and cancel only enqueue", () => {
      submit({ id: "a", qty: QTY });
      cancel("b");
      expect(desk.said).toEqual([]);
    });

    it("a market order is accepted, then filled in whole; fills carry order, side and own trade ids", async () => {
      submit({ id: "a", qty: QTY, reason: "entry" });
      await desk.trade(1000);
      expect(answers("a")).toEqual(["accepted"]);
      expect(of("a")[0]?.kind).toBe(Kind.orderAccepted);
      expect(filled("a")).toBe(QTY);
      for (const fill of fills()) expect(fill).toMatchObject({ side: "buy", clientOrderId: "a", maker: false, liquidation: false });
      for (const { feeUsdt, referenceTicks } of fills()) expect([feeUsdt >= 0, referenceTicks >= 0]).toEqual([true, true]);
      submit({ id: "b", side: "sell", qty: QTY });
      await desk.trade(1000);
      expect(new Set(fills().map(({ tradeId }) => tradeId)).size).toBe(fills().length);
      expect(position()).toBe(0);
    });

    it("a limit order rests until the price trades through it, fills at its limit or better, as maker", async () => {
      submit({ id: "a", qty: QTY, price: 990 });
      await desk.trade(1000);
      expect(answers("a")).toEqual(["accepted"]);
      await desk.trade(985);
      expect(filled("a")).toBe(QTY);
      for (const { priceTicks, maker } of fills("a")) expect([priceTicks <= 990, maker]).toEqual([true, true]);
      await desk.trade(980);
      expect(filled("a"), "never more than its quantity").toBe(QTY);
      cancel("a");
      await desk.trade(980);
      expect(answers("a"), "a filled order is not there any more").toEqual(["accepted", "rejected -2011"]);
    });

    it("a limit order that crosses takes, never beyond its limit", async () => {
      submit({ id: "a", qty: QTY, price: 1010 });
      await desk.trade(1000);
      expect(filled("a")).toBe(QTY);
      for (const { priceTicks, maker } of fills("a")) expect([priceTicks <= 1010, maker]).toEqual([true, false]);
    });

    it("time in force: GTX that would take −5022, FOK that cannot fill −5021, IOC never rests", async () => {
      submit(
        { id: "gtx", qty: QTY, price: 1010, tif: "GTX" },
        { id: "fok", qty: QTY, price: 990, tif: "FOK" },
        { id: "ioc", qty: QTY, price: 990, tif: "IOC" },
      );
      await desk.trade(1000);
      await desk.trade(980);
      expect(answers("gtx")).toEqual(["rejected -5022"]);
      expect(answers("fok")).toEqual(["rejected -5021"]);
      expect(answers("ioc")[1]).toMatch(/^expired 10 /);
      expect(fills()).toEqual([]);
    });

    it("cancel: what rests ends with what is left of it; unknown and ended ids −2011", async () => {
      submit({ id: "a", qty: QTY, price: 990 });
      await desk.trade(1000);
      cancel("a");
      await desk.trade(1000);
      cancel("a");
      cancel("never");
      await desk.trade(980);
      expect(answers("a")).toEqual(["accepted", "canceled 10", "rejected -2011"]);
      expect(answers("never")).toEqual(["rejected -2011"]);
      expect(fills()).toEqual([]);
    });

    it("ids are unique among open orders (−4116), and free again once the order ended", async () => {
      submit({ id: "a", qty: QTY, price: 990 });
      await desk.trade(1000);
      submit({ id: "a", qty: QTY, price: 980 });
      await desk.trade(1000);
      cancel("a");
      await desk.trade(1000);
      submit({ id: "a", qty: QTY, price: 970 });
      await desk.trade(1000);
      expect(answers("a")).toEqual(["accepted", "rejected -4116", "canceled 10", "accepted"]);
    });

    it("reduce-only never increases: refused (−2022) without a position, cut to what is there, ended with it", async () => {
      submit({ id: "none", side: "sell", qty: QTY, reduceOnly: true });
      await desk.trade(1000);
      expect(answers("none")).toEqual(["rejected -2022"]);
      submit({ id: "e", qty: QTY });
      await desk.trade(1000);
      submit({ id: "same", qty: QTY, reduceOnly: true }, { id: "tp", side: "sell", qty: QTY, price: 1100, reduceOnly: true });
      await desk.trade(1000);
      expect([answers("same"), answers("tp")]).toEqual([["rejected -2022"], ["accepted"]]);
      submit({ id: "x", side: "sell", qty: 3 * QTY, reduceOnly: true });
      await desk.trade(1000);
      expect(position()).toBe(0);
      expect(filled("x")).toBe(QTY);
      expect(answers("x")[1]).toMatch(/^expired 20 /);
      expect(answers("tp")[1]).toMatch(/^expired 10 /);
    });

    it("conditional orders: −2021 past the price; triggered once; close-position closes all there is", async () => {
      submit({ id: "e", qty: QTY });
      await desk.trade(1000);
      submit(
        { id: "past", side: "sell", type: "stopMarket", trigger: 1010, closePosition: true },
        { id: "stop", side: "sell", type: "stopMarket", trigger: 950, closePosition: true },
        { id: "more", qty: QTY },
      );
      await desk.trade(1000);
      expect([answers("past"), answers("stop")]).toEqual([["rejected -2021"], ["accepted"]]);
      await desk.trade(940);
      expect(position()).toBe(0);
      expect(filled("stop")).toBe(2 * QTY);
      for (const fill of fills("stop")) expect(fill).toMatchObject({ side: "sell", liquidation: false, maker: false });
      await desk.trade(930);
      expect(position()).toBe(0);
    });

    it("filters: tick −4014, step −4023, quantity −4003, notional −4164", async () => {
      submit(
        { id: "tick", qty: QTY, price: 990.5 },
        { id: "step", qty: 1.5 },
        { id: "zero", qty: 0 },
        { id: "small", qty: 1, price: Math.floor(desk.instrument.minNotionalUsdt) - 1 },
      );
      await desk.trade(1000);
      expect(["tick", "step", "zero", "small"].map((id) => answers(id)[0])).toEqual(
        [-4014, -4023, -4003, -4164].map((code) => `rejected ${code}`),
      );
    });

    it("a bracket is live from the entry's fill on; one side closes the position, the other ends with it", async () => {
      submit({ id: "e", qty: QTY, stop: 0.05, target: 0.1 });
      await desk.trade(1000);
      if (!attachesBrackets()) {
        submit({ ...CLOSE, id: "e.s", type: "stopMarket", trigger: 950, reason: "stop" });
        submit({ ...CLOSE, id: "e.t", type: "takeProfitMarket", trigger: 1100, reason: "target" });
        await desk.trade(1000);
      }
      expect([answers("e.s"), answers("e.t")]).toEqual([["accepted"], ["accepted"]]);
      await desk.trade(960);
      expect(position()).toBe(QTY);
      await desk.trade(940);
      expect(position()).toBe(0);
      expect(fills("e.s")[0]).toMatchObject({ side: "sell", liquidation: false });
      expect(answers("e.t")).toHaveLength(2);
      cancel("e.s");
      cancel("e.t");
      await desk.trade(1200);
      expect([answers("e.s").at(-1), answers("e.t").at(-1)], "nothing is left on the book").toEqual(["rejected -2011", "rejected -2011"]);
      expect(position()).toBe(0);
    });

    it("takes one close-position stop a side where it does not place brackets itself", async () => {
      if (attachesBrackets()) return;
      submit({ id: "e", qty: QTY });
      await desk.trade(1000);
      submit({ ...CLOSE, id: "s1", type: "stopMarket", trigger: 950 }, { ...CLOSE, id: "s2", type: "stopMarket", trigger: 960 });
      submit({ id: "bridge", side: "sell", type: "stopMarket", qty: QTY, trigger: 960, reduceOnly: true });
      await desk.trade(1000);
      expect([answers("s1"), answers("s2"), answers("bridge")]).toEqual([["accepted"], ["rejected -4130"], ["accepted"]]);
    });

    it("every order gets exactly one terminal answer", async () => {
      const ids = ["m", "l", "far", "bad", "ioc", "r"];
      submit({ id: "m", qty: QTY }, { id: "l", qty: QTY, price: 995 }, { id: "far", qty: QTY, price: 960 }, { id: "bad", qty: -1 });
      submit({ id: "ioc", qty: QTY, price: 980, tif: "IOC" });
      await desk.trade(1000);
      submit({ id: "r", side: "sell", qty: QTY, price: 1050, reduceOnly: true });
      await desk.trade(990);
      cancel("far");
      submit({ id: "x", side: "sell", qty: 2 * QTY, reduceOnly: true });
      await desk.trade(990);
      await desk.trade(900);
      for (const id of [...ids, "x"]) {
        const ends = of(id).filter(
          ({ kind }) => kind === Kind.orderRejected || kind === Kind.orderCanceled || kind === Kind.orderExpired,
        ).length;
        const wholly = filled(id) === (id === "x" ? 2 * QTY : QTY) ? 1 : 0;
        expect(ends + wholly, id).toBe(1);
        expect(filled(id), id).toBeLessThanOrEqual(2 * QTY);
      }
    });
  });
};
