import { defer, pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { describe } from "vitest";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { funding, kline, show } from "../../../test/items.ts";
import { operatorCases } from "../../../test/operatorCases.ts";
import { BARE, orderOf, UNIT } from "../../../test/venueDesk.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { simulatedVenue } from "./simulatedVenue.ts";

/**
 * A venue, and behind it somebody who buys at the close of the first bar and places a stop at the second. A venue is for one run at a time,
 * so each subscription has its own.
 */
const venueWithTrader = (): OperatorFunction<Item, Item> => (source) => defer(() => source.pipe(newVenue()));

const newVenue = (): OperatorFunction<Item, Item> => {
  const { venue, fills } = simulatedVenue([{ ...UNIT, makerFeeRate: 0, takerFeeRate: 0 }], { ...BARE, funding: true });
  let bars = 0;
  const trader = stepOperator("trader", () => (bars = 0), {
    [Kind.kline]: (_, { knownAtMs }) => {
      bars += 1;
      if (bars === 1) venue.submit(orderOf({ id: "e", qty: 5 }, knownAtMs));
      if (bars === 2) venue.submit(orderOf({ id: "s", type: "stopMarket", side: "sell", trigger: 97, closePosition: true }, knownAtMs));
    },
  });
  return pipe(fills, trader);
};

const [first, second, paid, third] = [
  kline({ at: 0 }),
  kline({ at: 1, ohlc: [101, 102, 100, 101] }),
  funding({ at: 2 }, 0.001),
  kline({ at: 2, ohlc: [100, 101, 96, 97] }),
] as const;

describe("simulatedVenue", () => {
  operatorCases({
    operator: venueWithTrader,
    rows: [
      [first, [show(first)]],
      [second, [show(second), 'orderAccepted0 #1 sub=1 clientOrderId="e"', "filled0 #1 e buy 5 @101"]],
      [paid, [show(paid)]],
      [
        third,
        [
          show(third),
          "fundingPayment0 #2 sub=1 paidUsdt=0.5 rate=0.001",
          'orderAccepted0 #2 sub=2 clientOrderId="s"',
          "filled0 #2 s sell 5 @97",
        ],
      ],
    ],
    throws: {
      operator: venueWithTrader,
      items: [first, kline({ at: 1, instrument: 1 })],
      name: "simulatedVenue",
      message: "Cannot read properties of undefined (reading 'bar')",
    },
  });
});
