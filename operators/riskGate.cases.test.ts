import { pipe } from "rxjs";
import { describe } from "vitest";
import type { Lots } from "../src/domain/units.ts";
import { accountOf, BTC, ETH, intentOf, orderAccepted, show, T0 } from "../test/items.ts";
import { operatorCases } from "../test/operatorCases.ts";
import { withOrders } from "../test/ownOrdersLine.ts";
import { limitsOf } from "../test/riskLine.ts";
import { riskGate } from "./riskGate.ts";

const INSTRUMENTS = [BTC, ETH];
const LIMITS = limitsOf({ position: { maxLeverage: 5, maxStopFraction: 0.005 }, day: { maxEntries: 1 } });
const gate = () => pipe(withOrders(INSTRUMENTS), riskGate(INSTRUMENTS, LIMITS));

const entry = (at: number, leverage: number) =>
  intentOf({ at }, "enter", { leverage, qtyLots: 10 as Lots, bracket: { stopFraction: 0.004, targetFraction: 0 } });
const [account, first, early, second, accepted] = [
  accountOf({ at: 0 }),
  entry(1, 2),
  intentOf({ at: 2 }, "exit", { qtyLots: 1 as Lots }),
  entry(3, 2),
  orderAccepted({ at: 4 }, "P-1"),
] as const;
const withdrawal = `BTCUSDT-${(T0 + 4 * 60_000) / 1000}-r1`;

/** An intent that cannot be read. */
const broken = Object.defineProperty(entry(2, 1), "leverage", {
  get: () => {
    throw new Error("no leverage");
  },
});

describe("riskGate", () => {
  operatorCases({
    operator: gate,
    rows: [
      [account, [show(account)]],
      [first, [show(first), "approved0 #1 P-1 enter"]],
      [early, [show(early), 'refusal0 #2 planId="P-2" rule="position.exitsNeverIncrease" value=1 limit=0']],
      [
        second,
        [
          show(second),
          'riskState-1 #3 level="REDUCING" causeLevel="REDUCING" rule="day.maxEntries" active=true value=2 limit=1',
          `intent0 #3 ${withdrawal} cancelEntries 1 0 lots worst 0 stop 0 risk`,
          `approved0 #3 ${withdrawal} cancelEntries`,
          'refusal0 #3 planId="P-3" rule="day.maxEntries" value=2 limit=1',
        ],
      ],
      [accepted, [show(accepted)]],
    ],
    throws: { operator: gate, items: [account, broken], name: "riskGate", message: "no leverage" },
  });
});
