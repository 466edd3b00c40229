import { describe } from "vitest";
import { checkFamilies } from "../../../test/features/checkFamilies.ts";
import { TIME_FAMILIES } from "./families.ts";

describe("families of time", () => {
  checkFamilies(TIME_FAMILIES, 8);
});
