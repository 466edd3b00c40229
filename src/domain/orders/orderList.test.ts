import fc from "fast-check";
import { expect, it } from "vitest";
import { indexOfOrder, removeAt } from "./orderList.ts";

const orders = fc.uniqueArray(fc.string({ maxLength: 3 }), { maxLength: 8 }).map((ids) => ids.map((orderId) => ({ orderId })));

it("finds and takes out as findIndex and filter do (property)", () => {
  fc.assert(
    fc.property(orders, fc.string({ maxLength: 3 }), fc.nat({ max: 7 }), (list, other, at) => {
      const orderId = list[at]?.orderId ?? other;
      expect(indexOfOrder(list, orderId)).toBe(list.findIndex((each) => each.orderId === orderId));
      const without = list.filter((each) => each.orderId !== orderId);
      const [one, two] = [[...list], [...list]];
      const found = indexOfOrder(one, orderId);
      if (found >= 0) removeAt(one, found);
      expect(one).toEqual(without);
      if (at < two.length) removeAt(two, at);
      expect(two).toEqual(list.filter((_, i) => i !== at));
    }),
  );
});
