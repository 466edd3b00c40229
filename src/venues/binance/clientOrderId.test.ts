import fc from "fast-check";
import { expect, it } from "vitest";
import { clientOrderIdOf, idScope, NO_SCOPE, planTagOf } from "../../domain/orders/orderIds.ts";
import { isClientOrderId } from "./clientOrderId.ts";

it("has 1 to 36 of Binance's characters", () => {
  expect(["a", "BTC-1.s2/x:Y_z", "a".repeat(36)].map(isClientOrderId)).toEqual([true, true, true]);
  expect(["", "a".repeat(37), "a b", "ü", "a#"].map(isClientOrderId)).toEqual([false, false, false, false, false]);
});
it("is what our ids are, whatever the symbol, second, leg and scope (property)", () => {
  const scopes = [NO_SCOPE, idScope("zz", "999")];
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string({ unit: "grapheme", minLength: 15 }),
        fc.constantFrom("1000000MOGUSDT", "BROCCOLI714USDT", "币安人生USDT"),
      ),
      fc.integer({ min: 0, max: 2_176_782_335 }),
      fc.constantFrom("1", "999", "r9", "r999"),
      fc.constantFrom("main" as const, "stop" as const, "target" as const, "bridge" as const),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 99 }),
      (symbol, second, count, leg, slice, attempt) => {
        const order = { planId: `${planTagOf(symbol)}-${second}-${count}`, leg, slice, attempt };
        for (const scope of scopes) expect(clientOrderIdOf(scope, order)).toSatisfy(isClientOrderId);
      },
    ),
  );
});
