import { describe } from "vitest";
import { checkFamilies } from "../../../test/features/checkFamilies.ts";
import { STATISTICS_FAMILIES } from "./families.ts";

describe("families of statistics", () => {
  checkFamilies(STATISTICS_FAMILIES);
});
