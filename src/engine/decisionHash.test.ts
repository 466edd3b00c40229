import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { anyNumber } from "../../test/arbitraryEvents.ts";
import { clientOrderIdOf, idScope, NO_SCOPE } from "../domain/orders/orderIds.ts";
import { fill, fundingPayment, intentOf, orderRejected, signalOf, T0, BTC } from "../../test/items.ts";
import { BARRIER } from "../domain/item.ts";
import type { Item } from "../domain/item.ts";
import { ownOrders } from "../domain/orders/ownOrders.ts";
import { Kind } from "../domain/kind.ts";
import { approve } from "../risk/approval.ts";
import { DecisionHash, hashDecisions } from "./decisionHash.ts";

const digest = (items: readonly Item[], fromMs = -Infinity): string => {
  const hash = new DecisionHash();
  const failures: unknown[] = [];
  from(items)
    .pipe(hashDecisions(hash, fromMs))
    .subscribe({ error: (error: unknown) => failures.push(error) });
  if (failures.length > 0) throw failures[0];
  return hash.digest();
};

type Fields = Readonly<Record<string, unknown>>;
const header = { seq: 3, instrument: 0, knownAtMs: T0, eventTimeMs: T0, receivedTimeMs: T0 };
const ended = { ...orderRejected({ at: 3 }, "P-1"), remainingLots: 7 };
const orderOf = (order: Fields = {}): Fields => ({
  ...{ clientOrderId: "P-1", side: "buy", type: "limit", qtyLots: 10, priceTicks: 1000, triggerTicks: 990, timeInForce: "GTC" },
  ...{ reduceOnly: false, closePosition: false, callbackFraction: 0, leverage: 5, expiresAtMs: Infinity },
  ...{ bracket: { stopFraction: 0.005, targetFraction: 0.015 }, ...order },
});

/**
 * One item of each kind that is a decision, and what of it counts: every number (`finite` where it is never NaN or infinite), and
 * text, flag or word with another value.
 */
const HASHED: Readonly<
  Record<
    string,
    { readonly item: Fields; readonly finite?: readonly string[]; readonly numbers: readonly string[]; readonly others: Fields }
  >
> = {
  signal: {
    item: { ...signalOf({ at: 3 }, 0.25, 0.5) },
    finite: ["knownAtMs", "pLong", "pShort", "pNeutral"],
    numbers: ["netLong", "netShort"],
    others: { ready: false, instrument: 1 },
  },
  intent: {
    item: { ...intentOf({ at: 3 }, "enter", { bracket: { stopFraction: 0.01, targetFraction: 0.02 } }) },
    numbers: [
      ...["qtyLots", "limitTicks", "worstTicks", "stopTicks", "leverage", "expiresAtMs"],
      ...["bracket.stopFraction", "bracket.targetFraction"],
    ],
    others: { action: "scaleIn", direction: -1, orderType: "limit", postOnly: true, reason: "Test", instrument: 1 },
  },
  refusal: {
    item: { ...header, kind: Kind.refusal, planId: "P-3", rule: "day.maxEntries", value: 15, limit: 15 },
    numbers: ["value", "limit"],
    others: { rule: "day.maxLoss", kind: Kind.approvedPlan, instrument: 1 },
  },
  orderSent: {
    item: { ...header, kind: Kind.orderSent, order: orderOf() },
    numbers: ["order.qtyLots", "order.priceTicks", "order.triggerTicks", "order.callbackFraction", "order.leverage", "order.expiresAtMs"],
    others: {
      ...{ "order.clientOrderId": "P-2", "order.side": "sell", "order.type": "market", "order.timeInForce": "GTX" },
      ...{ "order.reduceOnly": true, "order.closePosition": true, instrument: 1 },
      "order.bracket": { stopFraction: 0.004, targetFraction: 0.015 },
    },
  },
  fill: {
    item: { ...fill({ at: 3 }, { side: "buy", ticks: 1000, lots: 10, feeUsdt: 0.25 }) },
    numbers: ["eventTimeMs", "priceTicks", "qtyLots", "feeUsdt", "slippageUsdt"],
    others: { clientOrderId: "P-9", side: "sell", maker: true, reduceOnly: true, reason: "stop", instrument: 1 },
  },
  fundingPayment: { item: { ...fundingPayment({ at: 3 }, 0.5) }, numbers: ["eventTimeMs", "paidUsdt"], others: { instrument: 1 } },
  orderRejected: {
    item: { ...ended, kind: Kind.orderRejected },
    numbers: ["eventTimeMs"],
    others: { reason: "tooSmall", clientOrderId: "P-9", kind: Kind.orderCanceled, instrument: 1 },
  },
  orderUnknown: {
    item: { ...ended, kind: Kind.orderUnknown },
    numbers: ["eventTimeMs"],
    others: { clientOrderId: "P-9", instrument: 1 },
  },
  orderCanceled: {
    item: { ...ended, kind: Kind.orderCanceled },
    numbers: ["eventTimeMs", "remainingLots"],
    others: { clientOrderId: "P-9", kind: Kind.orderExpired, instrument: 1 },
  },
  orderExpired: {
    item: { ...ended, kind: Kind.orderExpired },
    numbers: ["eventTimeMs", "remainingLots"],
    others: { clientOrderId: "P-9" },
  },
  riskState: {
    item: { ...header, kind: Kind.riskState, level: "ACTIVE", causeLevel: "HALTED", rule: "day.loss", active: true, value: 1, limit: 2 },
    finite: ["knownAtMs"],
    numbers: ["value", "limit"],
    others: { level: "HALTED", causeLevel: "REDUCING", rule: "day.Loss", active: false, instrument: 1 },
  },
  gap: {
    item: { ...header, kind: Kind.gap, fromMs: T0, toMs: T0 + 60_000, missingBars: 1 },
    numbers: ["fromMs", "toMs"],
    others: { instrument: 1 },
  },
};

const withField = (item: Fields, path: string, value: unknown): Item => {
  const [name, inner] = path.split(".") as [string, string?];
  const changed = inner === undefined ? value : { ...(item[name] as Fields), [inner]: value };
  return { ...item, [name]: changed } as unknown as Item;
};
const flipped = (value: number, bit: number): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) ^ (1n << BigInt(bit)));
  return view.getFloat64(0);
};
const around = (item: Item): Item[] => [signalOf({ at: 1 }, 0.1, 0.1), item, signalOf({ at: 9 }, 0.2, 0.2)];

describe("the decision hash", () => {
  for (const [name, { item, finite = [], numbers, others }] of Object.entries(HASHED)) {
    it.each([...finite, ...numbers])(`changes with any bit of ${name}.%s (property)`, (path) => {
      fc.assert(
        fc.property(
          finite.includes(path) ? fc.double({ min: 0, max: 2e12, noNaN: true }) : anyNumber,
          fc.nat({ max: finite.includes(path) ? 51 : 63 }),
          (value, bit) => {
            const other = flipped(value, bit);
            const same = Number.isNaN(value) && Number.isNaN(other);
            const [a, b] = [value, other].map((each) => digest(around(withField(item, path, each))));
            expect(a === b).toBe(same);
          },
        ),
        { numRuns: 60 },
      );
    });
    it.each(Object.keys(others))(`changes with ${name}.%s`, (path) => {
      expect(digest(around(withField(item, path, others[path])))).not.toBe(digest(around(item as unknown as Item)));
    });
    it(`does not know seq, arrival or sub-number of ${name}`, () => {
      const same = { ...item, seq: 77, receivedTimeMs: 99, sub: 5 } as unknown as Item;
      expect(digest(around(same))).toBe(digest(around(item as unknown as Item)));
    });
  }

  it("knows the order of decisions, and which were made at all", () => {
    const all = Object.values(HASHED).map(({ item }) => item as unknown as Item);
    const seen = new Set([digest(all), digest([...all].reverse()), ...all.map((_, i) => digest(all.filter((__, j) => j !== i)))]);
    expect(seen.size).toBe(all.length + 2);
  });

  it("tells an approval from a refusal and from silence", () => {
    const intent = intentOf({ at: 3 }, "enter");
    const refused = { ...HASHED["refusal"]?.item } as unknown as Item;
    expect(
      new Set([
        digest([intent]),
        digest([intent, approve(intent, { own: ownOrders(BTC), orders: [], withdrawn: [] })]),
        digest([intent, refused]),
      ]).size,
    ).toBe(3);
  });

  it("has one NaN", () => {
    const odd = new Float64Array(new BigUint64Array([0xfff8_0000_0000_0001n]).buffer)[0] as number;
    const netOf = (netLong: number): Item => ({ ...signalOf({ at: 1 }, 0.5, 0.5), netLong });
    const limitOf = (limit: number): Item => withField(HASHED["refusal"]?.item as Fields, "limit", limit);
    for (const make of [netOf, limitOf]) {
      expect(digest([make(odd)])).toBe(digest([make(NaN)]));
      expect(digest([make(NaN)])).not.toBe(digest([make(0)]));
    }
  });

  it("tells which of two numbers is missing", () => {
    const net = (netLong: number, netShort: number): string => digest([{ ...signalOf({ at: 1 }, 0.5, 0.5), netLong, netShort }]);
    expect(net(1, NaN)).not.toBe(net(NaN, 1));
  });

  it("does not know the account and the run of an id", () => {
    const [bare, scoped] = [NO_SCOPE, idScope("ab", "r01")].map((of) =>
      clientOrderIdOf(of, { planId: "BTCUSDT-1672531200-2", leg: "stop" }),
    );
    for (const item of [fill({ at: 3 }, { side: "buy", ticks: 1000, lots: 10 }), orderRejected({ at: 3 }, "")]) {
      const [a, b] = [bare, scoped].map((clientOrderId) => digest([{ ...item, clientOrderId: clientOrderId as string }]));
      expect(a).toBe(b);
    }
  });
  it("does not know bursts, nor what is no decision", () => {
    const all = Object.values(HASHED).map(({ item }) => item as unknown as Item);
    const strewn = all.flatMap((item) => [item, BARRIER, { ...header, kind: Kind.timer, periodMs: 1000 } as unknown as Item]);
    expect(digest(strewn)).toBe(digest(all));
  });

  it("begins with the first bar that closes behind fromMs", () => {
    const early = [signalOf({ at: 0 }, 0.9, 0.1), { ...HASHED["gap"]?.item } as unknown as Item];
    const late = signalOf({ at: 1 }, 0.5, 0.5);
    expect(digest([...early, late], T0 + 60_000)).toBe(digest([late]));
    expect(digest([...early, late], T0)).not.toBe(digest([late]));
  });

  it("is the same however often it is read, over many buffers", () => {
    const [often, once] = [new DecisionHash(), new DecisionHash()];
    for (let at = 0; at < 5000; at += 1) {
      for (const hash of [often, once]) hash.signal(signalOf({ at }, (at % 100) / 100, 0));
      if (at % 7 === 0) often.digest();
    }
    expect(often.digest()).toBe(once.digest());
    expect(often.decisions).toBe(5000);
  });

  it("refuses a text that does not fit instead of cutting it", () => {
    expect(() => digest([intentOf({ at: 0 }, "exit", { reason: "x".repeat(256) })])).toThrow(/a record holds a text of 256 characters/);
  });
});
