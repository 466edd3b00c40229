import { expect, test } from "vitest";
import { eventRows, liquidationAt } from "../../../test/features/handEvents.ts";
import { handBar } from "../../../test/features/familyRows.ts";
import { liquidation } from "./liquidation.ts";

const bars = (count: number): ReturnType<typeof handBar>[] => Array.from({ length: count }, (_, i) => handBar(i, {}));

test("is not known where no liquidation ever came, and for a day after the last", () => {
  expect(eventRows(liquidation, bars(100), []).every((row) => row === null)).toBe(true);
  const known = eventRows(liquidation, bars(1600), [liquidationAt(9.5, "sell", 1)]).map((row) => row !== null);
  expect([known.indexOf(true), known.lastIndexOf(true)]).toEqual([9, 9 + 1439]);
});

test("bought less sold, and both against the volume, over 60 bars", () => {
  const events = [liquidationAt(0.5, "sell", 4), liquidationAt(30.2, "buy", 6), liquidationAt(30.4, "buy", 2)];
  const rows = eventRows(liquidation, bars(200), events);
  expect(rows[0]).toEqual({ liquidation_imbalance_60: -1, liquidation_share_60: 0.4 });
  // 4 sold and 8 bought of 60 × 10 traded; a bar later the sale is 60 bars old.
  expect(rows[59]).toEqual({ liquidation_imbalance_60: 4 / 12, liquidation_share_60: 12 / 600 });
  expect(rows[60]).toEqual({ liquidation_imbalance_60: 1, liquidation_share_60: 8 / 600 });
  expect(rows[90]).toEqual({ liquidation_imbalance_60: 0, liquidation_share_60: 0 });
});
