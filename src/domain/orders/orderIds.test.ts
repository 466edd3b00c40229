import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IdScope, OrderName } from "./orderIds.ts";
import { clientOrderIdOf, idScope, nameOf, NO_SCOPE, planTagOf, stopIdOf, targetIdOf, unscopedId } from "./orderIds.ts";

const symbol = fc.oneof(fc.constantFrom("BTCUSDT", "1000000MOGUSDT", "BTCUSDT_240628", "A-1", "X.s", "A/B:C", "币安人生USDT"), fc.string());
const planId = fc
  .tuple(symbol, fc.integer({ min: 0, max: 2_176_782_335 }), fc.constantFrom("", "r"), fc.integer({ min: 1, max: 999 }))
  .map(([of, second, emergency, count]) => `${planTagOf(of)}-${second}-${emergency}${count}`);
const name: fc.Arbitrary<OrderName> = fc
  .record({
    planId,
    leg: fc.constantFrom("main" as const, "stop" as const, "target" as const, "bridge" as const),
    slice: fc.integer({ min: 1, max: 10 }),
    attempt: fc.integer({ min: 1, max: 99 }),
  })
  .map((of) => (of.leg === "main" ? { ...of, attempt: 1 } : { ...of, slice: 1 }));
const key = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom("0", "a", "Z", "9", "b", "Y"), { minLength: length, maxLength: length }).map((letters) => letters.join(""));
const scope: fc.Arbitrary<IdScope> = fc.oneof(
  fc.constant(NO_SCOPE),
  fc.tuple(key(2), key(3)).map(([account, run]) => idScope(account, run)),
);

describe("a client order id", () => {
  it("is read back (property), which makes it unique", () => {
    fc.assert(
      fc.property(scope, name, (of, order) => {
        expect(nameOf(clientOrderIdOf(of, order))).toEqual({ ...of, ...order });
      }),
    );
  });
  it("has the same part of plan, leg, slice and attempt whatever account and run (property)", () => {
    fc.assert(
      fc.property(scope, name, (of, order) => {
        expect(unscopedId(clientOrderIdOf(of, order))).toBe(clientOrderIdOf(NO_SCOPE, order));
      }),
    );
  });
  it("of a plan's own order in a backtest is the plan's", () => {
    const plan = { planId: "BTCUSDT-1672531200-1" };
    expect(clientOrderIdOf(NO_SCOPE, plan)).toBe("BTCUSDT-1672531200-1");
    expect(clientOrderIdOf(NO_SCOPE, { ...plan, slice: 3 })).toBe("BTCUSDT-1672531200-1.3");
    expect(clientOrderIdOf(NO_SCOPE, { ...plan, leg: "bridge" })).toBe("BTCUSDT-1672531200-1.b");
    expect(clientOrderIdOf(idScope("a1", "x07"), { ...plan, leg: "stop", attempt: 2 })).toBe("a1x07/BTCUSDT-rns5c01.s2");
    const entry = clientOrderIdOf(idScope("a1", "x07"), plan);
    expect([stopIdOf(entry), targetIdOf(entry, 2)]).toEqual(["a1x07/BTCUSDT-rns5c01.s", "a1x07/BTCUSDT-rns5c01.t2"]);
  });
  it("needs whole keys, and a plan's id", () => {
    for (const [account, run] of [
      ["a", "run"],
      ["ab", "ru"],
      ["a/", "run"],
    ] as const)
      expect(() => idScope(account, run)).toThrow("client order ids need two letters");
    expect(() => clientOrderIdOf(idScope("ab", "run"), { planId: "P-1" })).toThrow("plan id P-1 is not");
  });
});
