import { describe } from "vitest";
import { checkFamilies } from "../../../test/features/checkFamilies.ts";
import { CANDLE_FAMILIES } from "./families.ts";

describe("families of candle", () => {
  checkFamilies(CANDLE_FAMILIES);
});
