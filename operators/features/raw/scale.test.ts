import { describe, expect, it } from "vitest";
import { familyRows, scaledBars, simulatedBars } from "../../../test/features/familyRows.ts";
import { RAW_FAMILIES } from "./families.ts";

/** From a price of 100 and a volume of 10 down to those of a coin of a millionth of a cent, and up to a share of a million. */
const SCALES = [
  [2 ** -40, 2 ** 20],
  [2 ** -20, 2 ** -30],
  [2 ** 14, 2 ** -20],
] as const;

describe.each(RAW_FAMILIES.map((family) => [family.name, family] as const))("%s", (_, family) => {
  it.each(SCALES)("says of prices × %d and volumes × %d what it says of the others", (price, volume) => {
    const bars = simulatedBars(1);
    const [one, other] = [familyRows(family, bars), familyRows(family, scaledBars(bars, price, volume))];
    for (const { name, unit } of family.columns) {
      const scale = unit === "price" ? price : unit === "volume" ? volume : 1;
      const values = one.get(name) as Float64Array;
      // Powers of two round nothing.
      expect([name, other.get(name)]).toEqual([name, values.map((value) => value * scale)]);
    }
  });
});
